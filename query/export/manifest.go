package export

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// The texts of the author are Timestream's: readers may look for them.
const (
	author        = "Amazon Timestream"
	resultVersion = "Amazon Timestream version 1.0.0"
	fileVersion   = "1.0"
)

// manifest lists the files of a result (developer guide, "UNLOAD concepts").
type manifest struct {
	Files []resultFile   `json:"result_files"`
	Query queryMetadata  `json:"query_metadata"`
	By    manifestAuthor `json:"author"`
}

type resultFile struct {
	URL  string       `json:"url"`
	File fileMetadata `json:"file_metadata"`
}

type fileMetadata struct {
	Bytes int64 `json:"content_length_in_bytes"`
	Rows  int64 `json:"row_count"`
}

type queryMetadata struct {
	Bytes   int64  `json:"content_length_in_bytes"`
	Rows    int64  `json:"total_row_count"`
	Format  string `json:"result_format"`
	Version string `json:"result_version"`
}

type manifestAuthor struct {
	Name    string `json:"name"`
	Version string `json:"manifest_file_version"`
}

// metadata names the columns of the query, those of partitioned_by included.
type metadata struct {
	ColumnInfo []columnInfo
	Author     struct{ Name, MetadataFileVersion string }
}

// columnInfo and typeInfo have the form of the Query API's ColumnInfo and Type.
type columnInfo struct {
	Name *string `json:",omitempty"`
	Type typeInfo
}

type typeInfo struct {
	ScalarType                       string       `json:",omitempty"`
	ArrayColumnInfo                  *columnInfo  `json:",omitempty"`
	RowColumnInfo                    []columnInfo `json:",omitempty"`
	TimeSeriesMeasureValueColumnInfo *columnInfo  `json:",omitempty"`
}

var scalarTypes = map[types.Kind]string{
	types.Boolean: "BOOLEAN", types.Integer: "INTEGER", types.Bigint: "BIGINT", types.Double: "DOUBLE", types.Varchar: "VARCHAR",
	types.Timestamp: "TIMESTAMP", types.Date: "DATE",
	types.IntervalDayToSecond: "INTERVAL_DAY_TO_SECOND", types.IntervalYearToMonth: "INTERVAL_YEAR_TO_MONTH",
}

func typeOf(t types.Type) (info typeInfo) {
	switch t.Kind {
	case types.Array:
		info.ArrayColumnInfo = &columnInfo{Type: typeOf(*t.Elem)}
	case types.Timeseries:
		info.TimeSeriesMeasureValueColumnInfo = &columnInfo{Type: typeOf(*t.Elem)}
	case types.Row:
		for i, f := range t.Fields {
			name := fieldName(f, i)
			info.RowColumnInfo = append(info.RowColumnInfo, columnInfo{Name: &name, Type: typeOf(f.Type)})
		}
	default:
		info.ScalarType = scalarTypes[t.Kind]
	}
	return info
}

// describe writes the metadata and, when everything else is there, the manifest.
func (w *writer) describe(ctx context.Context) (Result, error) {
	name := w.job.key(w.job.ID + "_" + uuid.NewString())
	var m metadata
	for _, c := range w.job.Columns {
		m.ColumnInfo = append(m.ColumnInfo, columnInfo{Name: &c.Name, Type: typeOf(c.Type)})
	}
	m.Author.Name, m.Author.MetadataFileVersion = author, fileVersion
	r := Result{Rows: w.rows}
	var err error
	if r.Metadata, err = w.document(ctx, name+"_metadata.json", m); err != nil {
		return Result{}, err
	}
	if r.Manifest, err = w.document(ctx, name+"_manifest.json", w.manifest()); err != nil {
		return Result{}, err
	}
	return r, nil
}

var formatNames = map[plan.UnloadFormat]string{plan.UnloadCSV: "CSV", plan.UnloadParquet: "PARQUET"}

func (w *writer) manifest() manifest {
	m := manifest{
		Files: append([]resultFile{}, w.files...), // a list, also without files
		Query: queryMetadata{Rows: w.rows, Format: formatNames[w.job.Format], Version: resultVersion},
		By:    manifestAuthor{Name: author, Version: fileVersion},
	}
	for _, f := range w.files {
		m.Query.Bytes += f.File.Bytes
	}
	return m
}

// document writes one object of JSON and returns its URL.
func (w *writer) document(ctx context.Context, key string, v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	t := w.job.target(key, contentTypes[".json"])
	o, err := w.job.Store.Create(ctx, t)
	if err != nil {
		return "", err
	}
	if _, err = o.Write(text); err == nil {
		err = w.commit(ctx, o, t)
	}
	if err != nil {
		return "", errors.Join(err, o.Abort())
	}
	return t.URL(), nil
}
