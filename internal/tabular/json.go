package tabular

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"tidemark/sql/types"
)

// jsonLines prints one object per row. Columns with the same name get the suffixes
// _2, _3 and so on, because an object cannot hold a name twice.
type jsonLines struct {
	out     *bufio.Writer
	columns []Column
	keys    [][]byte // `"name":`
	line    []byte
}

func newJSON(w io.Writer, columns []Column) Writer {
	j := &jsonLines{out: bufio.NewWriter(w), columns: columns}
	used := map[string]bool{}
	for _, c := range columns {
		name := c.Name
		for n := 2; used[name]; n++ {
			name = fmt.Sprintf("%s_%d", c.Name, n)
		}
		used[name] = true
		j.keys = append(j.keys, append(appendString(nil, name), ':'))
	}
	return j
}

// Write prints rows.
func (j *jsonLines) Write(rows [][]any) error {
	for _, row := range rows {
		j.line = append(j.line[:0], '{')
		for i, v := range row {
			if i > 0 {
				j.line = append(j.line, ',')
			}
			j.line = appendJSON(append(j.line, j.keys[i]...), j.columns[i].Type, v)
		}
		j.line = append(j.line, '}', '\n')
		j.out.Write(j.line)
	}
	return j.out.Flush()
}

// Close has nothing to print.
func (j *jsonLines) Close() error { return j.out.Flush() }

// appendJSON appends a value: numbers and truth values as such, anything else as
// its text; NaN and infinities, which JSON has not, as texts too.
func appendJSON(b []byte, t types.Type, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case float64:
		return appendNumber(b, v)
	case []types.Point:
		return appendJSONPoints(b, t, v)
	case []any:
		return appendJSONList(b, t, v)
	}
	if numeric(t) {
		return types.AppendText(b, t, v)
	}
	return appendString(b, types.Text(t, v))
}

// appendNumber appends a double in the shortest form.
func appendNumber(b []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return appendString(b, string(types.AppendDouble(nil, v)))
	}
	text, _ := json.Marshal(v) // a finite number always has a form
	return append(b, text...)
}

func appendString(b []byte, text string) []byte {
	quoted, _ := json.Marshal(text) // a string always has a form
	return append(b, quoted...)
}

func appendJSONPoints(b []byte, t types.Type, points []types.Point) []byte {
	b = append(b, '[')
	for i, p := range points {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"time":"`...)
		b = types.AppendText(b, types.Of(types.Timestamp), p.Time)
		b = append(b, `","value":`...)
		b = append(appendJSON(b, *t.Elem, p.Value), '}')
	}
	return append(b, ']')
}

// appendJSONList appends an array, or a row: an object when all its fields have
// names that differ, an array otherwise.
func appendJSONList(b []byte, t types.Type, values []any) []byte {
	object := t.Kind == types.Row && distinctNames(t.Fields)
	open, closing := byte('['), byte(']')
	if object {
		open, closing = '{', '}'
	}
	b = append(b, open)
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		if object {
			b = append(appendString(b, t.Fields[i].Name), ':')
		}
		b = appendJSON(b, elementType(t, i), v)
	}
	return append(b, closing)
}

func elementType(t types.Type, i int) types.Type {
	if t.Kind == types.Row {
		return t.Fields[i].Type
	}
	return *t.Elem
}

func distinctNames(fields []types.Field) bool {
	seen := map[string]bool{}
	for _, f := range fields {
		if f.Name == "" || seen[f.Name] {
			return false
		}
		seen[f.Name] = true
	}
	return true
}
