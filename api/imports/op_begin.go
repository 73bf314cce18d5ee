package imports

import (
	"context"
	"encoding/json"

	"tidemark/fault"
	"tidemark/importer"
	"tidemark/tsdb"
)

// BeginImportInput is the input of BeginImport.
type BeginImportInput struct {
	Database  string          `bind:"path,database"`
	Table     string          `bind:"path,table"`
	Format    string          `json:"format" must:"enum=csv|parquet|lp"`
	Delimiter string          `json:"delimiter"` // of CSV
	Quote     string          `json:"quote"`
	Null      string          `json:"null" must:"len=0:256"`
	DryRun    bool            `json:"dryRun"` // find the mapping and show the first records only
	Mapping   Plan            `json:"mapping"`
	DataModel json.RawMessage `json:"dataModel"` // as for CreateBatchLoadTask, instead of names in the mapping
}

// Plan is what the columns of a file are; what it leaves open follows from their types.
type Plan struct {
	Time          string   `json:"time,omitempty"`
	Unit          string   `json:"unit,omitempty"` // SECONDS … NANOSECONDS
	TimeFormat    string   `json:"timeFormat,omitempty"`
	Dimensions    []Column `json:"dimensions,omitempty"`
	Measures      []Column `json:"measures,omitempty"`
	MeasureName   string   `json:"measureName,omitempty"`
	MeasureColumn string   `json:"measureColumn,omitempty"`
	Single        bool     `json:"single,omitempty"`
	VersionColumn string   `json:"versionColumn,omitempty"`
	Version       int64    `json:"version,omitempty"`
}

// Column is a column of the file, what it is called in the table, and its type.
type Column struct {
	Source string `json:"source"`
	Name   string `json:"name,omitempty"`
	Type   string `json:"type,omitempty"`
}

// BeginImportOutput names an import.
type BeginImportOutput struct {
	ID string `json:"id"`
}

var types = map[string]tsdb.ValueType{"": 0, "DOUBLE": tsdb.Double, "BIGINT": tsdb.Bigint, "VARCHAR": tsdb.Varchar, "BOOLEAN": tsdb.Boolean, "TIMESTAMP": tsdb.Timestamp}

// BeginImport begins to import a file into a table.
func (s *Service) BeginImport(_ context.Context, in *BeginImportInput) (*BeginImportOutput, error) {
	spec := importer.Spec{
		Table: tsdb.TableRef{Database: in.Database, Table: in.Table}, Format: importer.Format(in.Format), Dry: in.DryRun,
		CSV: importer.Dialect{Delimiter: in.Delimiter, Quote: in.Quote, Null: in.Null},
	}
	var err error
	if spec.Plan, err = in.Mapping.plan(); err != nil {
		return nil, err
	}
	if len(in.DataModel) > 0 {
		if err := importer.ParseModel(in.DataModel, &spec.Plan); err != nil {
			return nil, err
		}
	}
	id, err := s.opt.Importer.Begin(spec)
	return &BeginImportOutput{ID: id}, err
}

func (p *Plan) plan() (importer.Plan, error) {
	out := importer.Plan{
		Time: p.Time, Unit: importer.Unit(p.Unit), TimeFormat: p.TimeFormat, MeasureName: p.MeasureName, MeasureColumn: p.MeasureColumn,
		Single: p.Single, VersionColumn: p.VersionColumn, Version: p.Version,
	}
	for _, c := range p.Dimensions {
		out.Dimensions = append(out.Dimensions, importer.ColumnName{Source: c.Source, Name: c.Name})
	}
	for _, c := range p.Measures {
		t, ok := types[c.Type]
		if !ok {
			return out, fault.New(fault.Invalid, "The type of a measure is DOUBLE, BIGINT, VARCHAR, BOOLEAN or TIMESTAMP, not %.40q.", c.Type)
		}
		out.Measures = append(out.Measures, importer.ValueColumn{Source: c.Source, Name: c.Name, Type: t})
	}
	return out, nil
}
