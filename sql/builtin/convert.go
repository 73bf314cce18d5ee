package builtin

import (
	"strconv"
	"strings"

	"tidemark/sql/types"
)

// conversions are the casts between scalars as templates over %; the functions
// tm_... are of the prelude or of package native. The others are DuckDB's own CAST.
var conversions = map[[2]types.Kind]string{
	{types.Double, types.Integer}:              "CAST(round(%) AS INTEGER)",
	{types.Double, types.Bigint}:               "CAST(round(%) AS BIGINT)",
	{types.Double, types.Varchar}:              "tm_double_text(%)",
	{types.Varchar, types.Boolean}:             "tm_parse_boolean(%)",
	{types.Varchar, types.Integer}:             "tm_parse_integer(%)",
	{types.Varchar, types.Bigint}:              "tm_parse_bigint(%)",
	{types.Varchar, types.Double}:              "tm_parse_double(%)",
	{types.Varchar, types.Timestamp}:           "tm_parse_timestamp(%)",
	{types.Varchar, types.Date}:                "tm_parse_date(%)",
	{types.Varchar, types.Time}:                "tm_parse_time(%)",
	{types.Timestamp, types.Varchar}:           "tm_timestamp_text(%)",
	{types.Timestamp, types.Date}:              "tm_date(%)",
	{types.Timestamp, types.Time}:              "tm_time(%)",
	{types.Date, types.Timestamp}:              "tm_midnight(%)",
	{types.Date, types.Varchar}:                "tm_date_text(%)",
	{types.Time, types.Varchar}:                "tm_time_text(%)",
	{types.IntervalDayToSecond, types.Varchar}: "tm_interval_text(%)",
	{types.IntervalYearToMonth, types.Varchar}: "tm_months_text(%)",
}

// CastSQL renders the conversion of a text from one type to another, as CAST does it.
func CastSQL(x string, from, to types.Type) string { return convert(x, from, to, 0) }

func convert(x string, from, to types.Type, depth int) string {
	if DuckType(from) == DuckType(to) && (from.Kind == to.Kind || from.Kind == types.Unknown) {
		return x
	}
	switch {
	case to.Elem != nil && from.Elem != nil:
		return convertList(x, from, to, depth)
	case from.Kind == types.Row && to.Kind == types.Row:
		return convertRow(x, from, to, depth)
	}
	if template, ok := conversions[[2]types.Kind{from.Kind, to.Kind}]; ok {
		before, after, _ := strings.Cut(template, "%")
		return before + x + after
	}
	return "CAST(" + x + " AS " + DuckType(to) + ")"
}

// convertList converts each element of an array or a timeseries.
func convertList(x string, from, to types.Type, depth int) string {
	param := "e" + string(rune('0'+depth%10))
	body := convertElement(param, elementOf(from), to, depth+1)
	return "list_transform(" + x + ", lambda " + param + ": " + body + ")"
}

// elementOf returns what the elements of an array or a timeseries look like.
func elementOf(t types.Type) types.Type {
	if t.Kind == types.Timeseries {
		return t.Points()
	}
	return *t.Elem
}

func convertElement(x string, from types.Type, to types.Type, depth int) string {
	if to.Kind == types.Timeseries {
		return "{'time': " + FieldSQL(x, 0) + ", 'value': " + convert(FieldSQL(x, 1), from.Fields[1].Type, *to.Elem, depth) + "}"
	}
	return convertRowOr(x, from, *to.Elem, depth)
}

// convertRowOr converts the points of a series too, which carry other field names than a row.
func convertRowOr(x string, from, to types.Type, depth int) string {
	if from.Kind == types.Row && to.Kind == types.Row {
		return convertRow(x, from, to, depth)
	}
	return convert(x, from, to, depth)
}

// convertRow converts field by field; a NULL row stays NULL.
func convertRow(x string, from, to types.Type, depth int) string {
	fields := make([]string, len(to.Fields))
	for i, f := range to.Fields {
		fields[i] = "'" + FieldName(i) + "': " + convert(FieldSQL(x, i), from.Fields[i].Type, f.Type, depth)
	}
	return "CASE WHEN " + x + " IS NULL THEN NULL ELSE {" + strings.Join(fields, ", ") + "} END"
}

// FieldSQL reads a field of a row, or time and value of a point, by its position from 0.
func FieldSQL(row string, i int) string {
	return "struct_extract_at(" + row + ", " + strconv.Itoa(i+1) + ")"
}
