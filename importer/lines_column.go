package importer

import (
	"math"

	"tidemark/importer/lineproto"
	"tidemark/internal/duckdb"
	"tidemark/tsdb"
)

// texts keeps one copy of each of the values of a column, as long as they are few.
type texts struct{ seen map[string]string }

const mostSeen = 1 << 16

func newTexts() texts { return texts{map[string]string{}} }

func (t *texts) of(b []byte) string {
	if s, ok := t.seen[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(t.seen) < mostSeen {
		t.seen[s] = s
	}
	return s
}

// textColumn is a dimension, or the measure name, of a batch's rows.
type textColumn struct {
	name  string
	stamp int // of the last line that has it
	texts texts
	last  string
	rows  []string
	valid duckdb.Bitmap
}

// put sets the value of a row, that is the next or a later one.
func (c *textColumn) put(row int, value []byte) {
	if c.last != string(value) || len(c.rows) == 0 {
		c.last = c.texts.of(value)
	}
	c.rows = setAt(c.rows, row, c.last)
	c.valid = marked(c.valid, row)
}

// setAt makes a list long enough and sets an element.
func setAt[T any](list []T, row int, value T) []T {
	if len(list) == row {
		return append(list, value)
	}
	for len(list) <= row {
		var none T
		list = append(list, none)
	}
	list[row] = value
	return list
}

func marked(b duckdb.Bitmap, row int) duckdb.Bitmap {
	for len(b) <= row/64 {
		b = append(b, 0)
	}
	b.Set(row)
	return b
}

func unmarked(b duckdb.Bitmap, row int) duckdb.Bitmap {
	if row/64 < len(b) {
		b[row/64] &^= 1 << (row % 64)
	}
	return b
}

// padded makes a list as long as the batch.
func padded[T any](list []T, rows int) []T {
	var none T
	for len(list) < rows {
		list = append(list, none)
	}
	return list[:rows]
}

func (c *textColumn) data(rows int) duckdb.Data {
	return duckdb.Data{Texts: padded(c.rows, rows), Valid: duckdb.Bitmap(padded(c.valid, (rows+63)/64))}
}

// valueColumn is a field of a batch's rows.
type valueColumn struct {
	name  string
	kind  tsdb.ValueType
	stamp int // of the last line that has it
	texts texts
	ints  []int64
	reals []float64
	bools []bool
	words []string
	valid duckdb.Bitmap
}

func (c *valueColumn) put(row int, f *lineproto.Field) {
	switch f.Kind {
	case lineproto.Float:
		c.reals = setAt(c.reals, row, math.Float64frombits(f.Bits))
	case lineproto.Integer:
		c.ints = setAt(c.ints, row, int64(f.Bits))
	case lineproto.Boolean:
		c.bools = setAt(c.bools, row, f.Bits != 0)
	case lineproto.String:
		c.words = setAt(c.words, row, c.texts.of(f.Text))
	}
	c.valid = marked(c.valid, row)
}

func (c *valueColumn) data(rows int) duckdb.Data {
	d := duckdb.Data{Valid: duckdb.Bitmap(padded(c.valid, (rows+63)/64))}
	switch c.kind {
	case tsdb.Double:
		d.Float64s = padded(c.reals, rows)
	case tsdb.Bigint:
		d.Int64s = padded(c.ints, rows)
	case tsdb.Boolean:
		d.Bools = padded(c.bools, rows)
	case tsdb.Varchar:
		d.Texts = padded(c.words, rows)
	}
	return d
}
