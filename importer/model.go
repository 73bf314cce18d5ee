package importer

import (
	"bytes"
	"encoding/json"

	"tidemark/fault"
	"tidemark/tsdb"
)

// DataModel is AWS's description of the columns of a CSV file, and its JSON (API
// reference, "DataModel"; developer guide, "Data model mappings for batch load").
type DataModel struct {
	TimeColumn           string
	TimeUnit             string
	DimensionMappings    []DimensionMapping
	MeasureNameColumn    string
	MultiMeasureMappings *MultiMeasureMappings
	MixedMeasureMappings []MixedMeasureMapping
}

// DimensionMapping names the column of a dimension.
type DimensionMapping struct{ SourceColumn, DestinationColumn string }

// MultiMeasureMappings are the columns of one multi-measure record.
type MultiMeasureMappings struct {
	TargetMultiMeasureName        string
	MultiMeasureAttributeMappings []AttributeMapping
}

// AttributeMapping is the column of one of its values.
type AttributeMapping struct {
	SourceColumn, TargetMultiMeasureAttributeName, MeasureValueType string
}

// MixedMeasureMapping is a record that is made of a row.
type MixedMeasureMapping struct {
	MeasureName, SourceColumn, TargetMeasureName, MeasureValueType string
	MultiMeasureAttributeMappings                                  []AttributeMapping
}

var modelTypes = map[string]tsdb.ValueType{"DOUBLE": tsdb.Double, "BIGINT": tsdb.Bigint, "VARCHAR": tsdb.Varchar, "BOOLEAN": tsdb.Boolean, "TIMESTAMP": tsdb.Timestamp}

// ParseModel reads the JSON of a DataModel into a plan that says no more than versions.
func ParseModel(text []byte, p *Plan) error {
	var m DataModel
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return fault.New(fault.Invalid, "The data model cannot be read: %w", err)
	}
	if p.Time != "" || p.Unit != "" || p.MeasureColumn != "" || len(p.Dimensions)+len(p.Measures) > 0 || p.MeasureName != "" || p.Single {
		return fault.New(fault.Invalid, "A data model excludes other names of columns.")
	}
	return m.Plan(p)
}

// Plan writes the model down as a plan.
func (m *DataModel) Plan(p *Plan) error {
	switch {
	case len(m.DimensionMappings) == 0:
		return fault.New(fault.Invalid, "The data model has no DimensionMappings.")
	case (m.MultiMeasureMappings == nil) == (len(m.MixedMeasureMappings) == 0):
		return fault.New(fault.Invalid, "The data model has exactly one of MultiMeasureMappings and MixedMeasureMappings.")
	}
	p.Time, p.MeasureColumn = m.TimeColumn, m.MeasureNameColumn
	if p.TimeFormat == "" {
		p.Unit = or(Unit(m.TimeUnit), Milliseconds)
	}
	for _, d := range m.DimensionMappings {
		if d.SourceColumn == "" {
			return fault.New(fault.Invalid, "A dimension mapping has no SourceColumn.")
		}
		p.Dimensions = append(p.Dimensions, ColumnName{d.SourceColumn, d.DestinationColumn})
	}
	if m.MultiMeasureMappings != nil {
		return m.multi(p)
	}
	for i := range m.MixedMeasureMappings {
		r, err := m.MixedMeasureMappings[i].record(m.MeasureNameColumn != "")
		if err != nil {
			return err
		}
		p.Records = append(p.Records, r)
	}
	return nil
}

func (m *DataModel) multi(p *Plan) (err error) {
	r := RecordPlan{Multi: true}
	if m.MeasureNameColumn == "" {
		if r.Measure = m.MultiMeasureMappings.TargetMultiMeasureName; r.Measure == "" {
			return fault.New(fault.Invalid, "The data model has neither TargetMultiMeasureName nor MeasureNameColumn.")
		}
	}
	r.Values, err = attributes(m.MultiMeasureMappings.MultiMeasureAttributeMappings)
	p.Records = []RecordPlan{r}
	return err
}

func attributes(list []AttributeMapping) (values []ValueColumn, err error) {
	if len(list) == 0 {
		return nil, fault.New(fault.Invalid, "The data model has no MultiMeasureAttributeMappings.")
	}
	for _, a := range list {
		t, ok := modelTypes[or(a.MeasureValueType, "DOUBLE")]
		if a.SourceColumn == "" || !ok {
			return nil, fault.New(fault.Invalid, "An attribute mapping needs a SourceColumn and a MeasureValueType of DOUBLE, BIGINT, VARCHAR, BOOLEAN or TIMESTAMP.")
		}
		values = append(values, ValueColumn{a.SourceColumn, a.TargetMultiMeasureAttributeName, t})
	}
	return values, nil
}

// record is the plan of a mixed mapping: of all rows, or of those that name the measure.
func (m *MixedMeasureMapping) record(named bool) (r RecordPlan, err error) {
	r.Measure = or(or(m.TargetMeasureName, m.MeasureName), m.SourceColumn)
	if named {
		if r.When = m.MeasureName; r.When == "" {
			return r, fault.New(fault.Invalid, "A mixed measure mapping beside MeasureNameColumn needs a MeasureName.")
		}
	}
	if m.MeasureValueType == "MULTI" {
		r.Multi = true
		r.Values, err = attributes(m.MultiMeasureAttributeMappings)
		return r, err
	}
	t, ok := modelTypes[m.MeasureValueType]
	if !ok || m.SourceColumn == "" || r.Measure == "" {
		return r, fault.New(fault.Invalid, "A mixed measure mapping needs a SourceColumn and a MeasureValueType.")
	}
	r.Values = []ValueColumn{{Source: m.SourceColumn, Type: t}}
	return r, nil
}
