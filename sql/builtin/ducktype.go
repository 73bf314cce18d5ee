package builtin

import (
	"strconv"
	"strings"

	"tidemark/sql/types"
)

// scalarTypes are DuckDB's types for the scalars. DuckDB's own TIME and INTERVAL
// count microseconds, so those are plain numbers here.
var scalarTypes = map[types.Kind]string{
	types.Unknown: "INTEGER", types.Boolean: "BOOLEAN", types.Integer: "INTEGER", types.Bigint: "BIGINT",
	types.Double: "DOUBLE", types.Varchar: "VARCHAR", types.Timestamp: "TIMESTAMP_NS", types.Date: "DATE",
	types.Time: "BIGINT", types.IntervalDayToSecond: "BIGINT", types.IntervalYearToMonth: "INTEGER",
}

// DuckType returns the DuckDB type that represents t. Rows are structs with the
// fields field0, field1, ...; a timeseries is a list of structs with time and value.
func DuckType(t types.Type) string {
	switch t.Kind {
	case types.Array:
		return DuckType(*t.Elem) + "[]"
	case types.Timeseries:
		return `STRUCT("time" TIMESTAMP_NS, "value" ` + DuckType(*t.Elem) + ")[]"
	case types.Row:
		fields := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = FieldName(i) + " " + DuckType(f.Type)
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	}
	return scalarTypes[t.Kind]
}

// FieldName is the name of field i of a row, counted from 0.
func FieldName(i int) string { return "field" + strconv.Itoa(i) }
