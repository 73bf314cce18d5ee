package export

import (
	"math"
	"strconv"

	"github.com/go-faster/jx"

	"tidemark/sql/types"
)

// appendJSON appends a value as JSON: numbers and booleans as such, what JSON has no
// form for as the text that the Query API has for it, arrays as arrays, rows as objects,
// a series as an array of objects with time and value.
func appendJSON(b []byte, t types.Type, v any) []byte {
	if v == nil {
		return append(b, "null"...)
	}
	switch t.Kind {
	case types.Boolean, types.Integer, types.Bigint:
		return types.AppendText(b, t, v)
	case types.Double:
		return appendNumber(b, v.(float64))
	case types.Varchar:
		return appendString(b, v.(string))
	case types.Array:
		return appendArray(b, *t.Elem, v.([]any))
	case types.Row:
		return appendObject(b, t.Fields, v.([]any))
	case types.Timeseries:
		return appendPoints(b, *t.Elem, v.([]types.Point))
	}
	b = append(b, '"')
	return append(types.AppendText(b, t, v), '"')
}

func appendString(b []byte, text string) []byte {
	w := jx.Writer{Buf: b}
	w.Str(text)
	return w.Buf
}

func appendNumber(b []byte, x float64) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return append(types.AppendDouble(append(b, '"'), x), '"')
	}
	return types.AppendDouble(b, x)
}

func appendArray(b []byte, elem types.Type, values []any) []byte {
	b = append(b, '[')
	for i, v := range values {
		b = appendJSON(appendComma(b, i), elem, v)
	}
	return append(b, ']')
}

func appendObject(b []byte, fields []types.Field, values []any) []byte {
	b = append(b, '{')
	for i, v := range values {
		b = append(appendString(appendComma(b, i), fieldName(fields[i], i)), ':')
		b = appendJSON(b, fields[i].Type, v)
	}
	return append(b, '}')
}

func appendPoints(b []byte, elem types.Type, points []types.Point) []byte {
	b = append(b, '[')
	for i, p := range points {
		b = append(appendComma(b, i), `{"time":"`...)
		b = append(types.AppendTimestamp(b, p.Time), `","value":`...)
		b = append(appendJSON(b, elem, p.Value), '}')
	}
	return append(b, ']')
}

func appendComma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

// fieldName is the name of a field of a row; one without a name gets the name that the
// Query API gives it.
func fieldName(f types.Field, i int) string {
	if f.Name != "" {
		return f.Name
	}
	return "field" + strconv.Itoa(i)
}
