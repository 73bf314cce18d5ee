package tier

import (
	"fmt"
	"strconv"
	"strings"

	"tidemark/internal/duckdb"
	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
)

// column is one column of the files of a table.
type column struct {
	field    cold.Field
	physical string // its name inside a Parquet file
	source   string // the expression that it is made of
}

// types are the types of value columns in files.
var types = map[hot.Type]cold.Type{
	hot.Double: cold.Double, hot.Bigint: cold.Bigint, hot.Varchar: cold.Text,
	hot.Boolean: cold.Boolean, hot.Timestamp: cold.Timestamp,
}

// columnsOf lays out a file: the series' number, the dimensions, the measure's name,
// the time, the version, the values. The sources stand in writeText: s is the rows and
// d the dictionary.
func columnsOf(schema hot.Schema) []column {
	list := []column{
		{field: cold.Field{Name: cold.SeriesColumn, Type: cold.Int}, source: "s.sid::INTEGER"},
		{field: cold.Field{Name: cold.MeasureColumn, Type: cold.Text}, source: "d.measure"},
		{field: cold.Field{Name: cold.TimeColumn, Type: cold.Timestamp}, source: "s.time"},
		{field: cold.Field{Name: cold.VersionColumn, Type: cold.Bigint}, source: "s.version"},
	}
	for i, name := range schema.Dimensions {
		list = append(list, column{field: cold.Field{Name: name, Type: cold.Text}, source: "d.d" + strconv.Itoa(i)})
	}
	for i, c := range schema.Columns {
		list = append(list, column{field: cold.Field{Name: c.Name, Type: types[c.Type]}, source: "s.v" + strconv.Itoa(i)})
	}
	nameApart(list)
	return list
}

// nameApart gives columns physical names that differ in more than letter case, because
// DuckDB cannot write others. Readers go by the numbers of the fields.
func nameApart(list []column) {
	taken := map[string]bool{}
	for i := range list {
		name := list[i].field.Name
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s_%d", list[i].field.Name, n)
		}
		taken[strings.ToLower(name)] = true
		list[i].physical = name
	}
}

func fieldsOf(list []column) []cold.Field {
	fields := make([]cold.Field, len(list))
	for i := range list {
		fields[i] = list[i].field
	}
	return fields
}

// outputs is the SELECT list of a file, and numbers DuckDB's FIELD_IDS for it.
func outputs(list []column) string {
	texts := make([]string, len(list))
	for i := range list {
		texts[i] = list[i].source + " AS " + duckdb.Ident(list[i].physical)
	}
	return strings.Join(texts, ", ")
}

func numbers(list []column, ids map[string]int) (string, error) {
	texts := make([]string, len(list))
	for i := range list {
		id, ok := ids[list[i].field.Name]
		if !ok {
			return "", fmt.Errorf("column %q has no field id", list[i].field.Name)
		}
		texts[i] = duckdb.Ident(list[i].physical) + ": " + strconv.Itoa(id)
	}
	return "{" + strings.Join(texts, ", ") + "}", nil
}
