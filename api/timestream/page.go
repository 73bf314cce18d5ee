package timestream

import (
	"strconv"
	"unicode/utf8"

	"tidemark/query"
	"tidemark/sql/types"
)

// maxPage bounds the rows of one page, in bytes of JSON (API reference, Query: a page
// holds at most 1 MB).
const maxPage = 1_000_000

// AppendJSON appends the page. Column information is on every page; absent members
// are left out, never null.
func (out *QueryOutput) AppendJSON(b []byte) ([]byte, error) {
	p := out.page
	b = append(b, `{"ColumnInfo":[`...)
	for i, c := range p.Columns {
		b = appendComma(b, i)
		b = appendColumnInfo(b, c.Name, true, c.Type)
	}
	b = append(b, `],`...)
	if p.NextToken != "" {
		b = append(b, `"NextToken":`...)
		b = append(appendText(b, p.NextToken), ',')
	}
	b = append(b, `"QueryId":`...)
	b = appendText(b, p.QueryID)
	b = appendStatus(b, p)
	b = append(b, `,"Rows":[`...)
	for i, row := range p.Rows {
		b = appendComma(b, i)
		b = append(b, `{"Data":[`...)
		for j, v := range row {
			b = appendComma(b, j)
			b = appendDatum(b, p.Columns[j].Type, v)
		}
		b = append(b, `]}`...)
	}
	return append(b, `]}`...), nil
}

func appendStatus(b []byte, p *query.Page) []byte {
	b = append(b, `,"QueryStatus":{"CumulativeBytesMetered":`...)
	b = strconv.AppendInt(b, p.BytesMetered, 10)
	b = append(b, `,"CumulativeBytesScanned":`...)
	b = strconv.AppendInt(b, p.BytesScanned, 10)
	b = append(b, `,"ProgressPercentage":`...)
	b = strconv.AppendFloat(b, p.Progress, 'f', -1, 64)
	return append(b, '}')
}

func appendComma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

// Type is the wire form of a type.
type Type struct{ types.Type }

// MarshalJSON writes exactly one of the members ScalarType, ArrayColumnInfo,
// RowColumnInfo and TimeSeriesMeasureValueColumnInfo.
func (t Type) MarshalJSON() ([]byte, error) { return appendType(nil, t.Type), nil }

// scalarTypes are the names on the wire; kinds without one are structured.
var scalarTypes = [...]string{
	types.Unknown: "UNKNOWN", types.Boolean: "BOOLEAN", types.Integer: "INTEGER", types.Bigint: "BIGINT",
	types.Double: "DOUBLE", types.Varchar: "VARCHAR", types.Timestamp: "TIMESTAMP", types.Date: "DATE", types.Time: "TIME",
	types.IntervalDayToSecond: "INTERVAL_DAY_TO_SECOND", types.IntervalYearToMonth: "INTERVAL_YEAR_TO_MONTH",
}

func appendType(b []byte, t types.Type) []byte {
	switch t.Kind {
	case types.Array:
		b = append(b, `{"ArrayColumnInfo":`...)
		return append(appendColumnInfo(b, "", false, *t.Elem), '}')
	case types.Timeseries:
		b = append(b, `{"TimeSeriesMeasureValueColumnInfo":`...)
		return append(appendColumnInfo(b, "", false, *t.Elem), '}')
	case types.Row:
		b = append(b, `{"RowColumnInfo":[`...)
		for i, f := range t.Fields {
			b = appendComma(b, i)
			b = appendColumnInfo(b, fieldName(f, i), true, f.Type)
		}
		return append(b, `]}`...)
	}
	b = append(b, `{"ScalarType":"`...)
	b = append(b, scalarTypes[t.Kind]...)
	return append(b, `"}`...)
}

// fieldName gives an unnamed field of a row a name, as Trino does: clients read it
// without looking whether it is there.
func fieldName(f types.Field, i int) string {
	if f.Name != "" {
		return f.Name
	}
	return "field" + strconv.Itoa(i)
}

func appendColumnInfo(b []byte, name string, named bool, t types.Type) []byte {
	b = append(b, '{')
	if named {
		b = append(b, `"Name":`...)
		b = append(appendText(b, name), ',')
	}
	b = append(b, `"Type":`...)
	return append(appendType(b, t), '}')
}

// appendDatum appends a value: exactly one member, NullValue for NULL of any type.
func appendDatum(b []byte, t types.Type, v any) []byte {
	if v == nil {
		return append(b, `{"NullValue":true}`...)
	}
	switch t.Kind {
	case types.Array:
		b = append(b, `{"ArrayValue":[`...)
		for i, e := range v.([]any) {
			b = appendComma(b, i)
			b = appendDatum(b, *t.Elem, e)
		}
		return append(b, `]}`...)
	case types.Row:
		b = append(b, `{"RowValue":{"Data":[`...)
		for i, e := range v.([]any) {
			b = appendComma(b, i)
			b = appendDatum(b, t.Fields[i].Type, e)
		}
		return append(b, `]}}`...)
	case types.Timeseries:
		return appendSeries(b, *t.Elem, v.([]types.Point))
	case types.Varchar:
		b = append(b, `{"ScalarValue":`...)
		return append(appendText(b, v.(string)), '}')
	}
	b = append(b, `{"ScalarValue":"`...)
	b = types.AppendText(b, t, v)
	return append(b, `"}`...)
}

func appendSeries(b []byte, elem types.Type, points []types.Point) []byte {
	b = append(b, `{"TimeSeriesValue":[`...)
	for i, p := range points {
		b = appendComma(b, i)
		b = append(b, `{"Time":"`...)
		b = types.AppendText(b, types.Of(types.Timestamp), p.Time)
		b = append(b, `","Value":`...)
		b = append(appendDatum(b, elem, p.Value), '}')
	}
	return append(b, `]}`...)
}

// appendText appends a JSON string. What is not UTF-8 becomes the replacement
// character.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if !plain[c] {
				b = appendEscape(append(b, s[from:i]...), c)
				from = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(append(b, s[from:i]...), "\uFFFD"...)
			from = i + 1
		}
		i += size
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
