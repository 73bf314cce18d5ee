package tabular

import (
	"bufio"
	"fmt"
	"io"

	"tidemark/sql/types"
)

// maxWidth is the widest a column is made, in terminal cells; longer values stick out.
const maxWidth = 60

// table prints aligned columns. The first batch of rows decides their widths, so
// later values may stick out.
type table struct {
	out     *bufio.Writer
	columns []Column
	widths  []int // nil before the first batch
	rows    int
}

func newTable(w io.Writer, columns []Column) Writer {
	return &table{out: bufio.NewWriter(w), columns: columns}
}

// Write prints rows, after the header if it was not printed yet.
func (t *table) Write(rows [][]any) error {
	cells := make([][]string, len(rows))
	for i, row := range rows {
		cells[i] = t.cells(row)
	}
	t.begin(cells)
	for _, row := range cells {
		t.line(row)
	}
	t.rows += len(rows)
	return t.out.Flush()
}

// Close prints how many rows there were.
func (t *table) Close() error {
	t.begin(nil)
	noun := "rows"
	if t.rows == 1 {
		noun = "row"
	}
	fmt.Fprintf(t.out, "(%d %s)\n", t.rows, noun)
	return t.out.Flush()
}

// begin decides the widths and prints the header, once.
func (t *table) begin(cells [][]string) {
	if t.widths != nil {
		return
	}
	header := make([]string, len(t.columns))
	t.widths = make([]int, len(t.columns))
	for i, c := range t.columns {
		header[i] = visible(c.Name)
		t.widths[i] = min(width(header[i]), maxWidth)
		for _, row := range cells {
			t.widths[i] = max(t.widths[i], min(width(row[i]), maxWidth))
		}
	}
	t.line(header)
	for i, w := range t.widths {
		if i > 0 {
			t.out.WriteString("-+-")
		}
		t.pad(w, '-')
	}
	t.out.WriteByte('\n')
}

// line prints cells, numbers to the right and others to the left.
func (t *table) line(cells []string) {
	for i, cell := range cells {
		if i > 0 {
			t.out.WriteString(" | ")
		}
		space := t.widths[i] - width(cell)
		if numeric(t.columns[i].Type) {
			t.pad(space, ' ')
			t.out.WriteString(cell)
			continue
		}
		t.out.WriteString(cell)
		if i < len(cells)-1 {
			t.pad(space, ' ')
		}
	}
	t.out.WriteByte('\n')
}

func (t *table) pad(n int, with byte) {
	for range n {
		t.out.WriteByte(with)
	}
}

func (t *table) cells(row []any) []string {
	cells := make([]string, len(row))
	for i, v := range row {
		cells[i] = visible(string(appendReadable(nil, t.columns[i].Type, v)))
	}
	return cells
}

func numeric(t types.Type) bool {
	return t.Kind == types.Integer || t.Kind == types.Bigint || t.Kind == types.Double
}

// appendReadable appends a value as people read it: NULL by name, lists in brackets,
// rows in parentheses, and the points of a series as the drivers of Timestream print them.
func appendReadable(b []byte, t types.Type, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "NULL"...)
	case []types.Point:
		return appendPoints(b, t, v)
	case []any:
		if t.Kind == types.Row {
			return appendJoined(b, '(', ')', v, func(i int) types.Type { return t.Fields[i].Type })
		}
		return appendJoined(b, '[', ']', v, func(int) types.Type { return *t.Elem })
	}
	return types.AppendText(b, t, v)
}

func appendJoined(b []byte, open, closing byte, values []any, typeOf func(i int) types.Type) []byte {
	b = append(b, open)
	for i, v := range values {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendReadable(b, typeOf(i), v)
	}
	return append(b, closing)
}

func appendPoints(b []byte, t types.Type, points []types.Point) []byte {
	b = append(b, '[')
	for i, p := range points {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, "{time: "...)
		b = types.AppendText(b, types.Of(types.Timestamp), p.Time)
		b = append(b, ", value: "...)
		b = append(appendReadable(b, *t.Elem, p.Value), '}')
	}
	return append(b, ']')
}
