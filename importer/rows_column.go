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

// valueColumn is a field of a batch's rows.
type valueColumn struct {
	name  string
	kind  tsdb.ValueType
	plain bool // the name is written as it is
	quick func(c *valueColumn, row int, text []byte) int
	stamp int // of the last line that has it
	texts texts
	ints  []int64
	reals []float64
	bools []bool
	words []string
	valid duckdb.Bitmap
}

// newValueColumn expects a number of rows.
func newValueColumn(name string, kind tsdb.ValueType, rows int) *valueColumn {
	c := &valueColumn{name: name, kind: kind, plain: isPlain(name), quick: quickValues[kind], texts: newTexts(), valid: make(duckdb.Bitmap, 0, (rows+63)/64)}
	switch kind {
	case tsdb.Double:
		c.reals = make([]float64, 0, rows)
	case tsdb.Bigint, tsdb.Timestamp:
		c.ints = make([]int64, 0, rows)
	}
	return c
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
	d := duckdb.Data{Valid: validity(c.valid, rows)}
	switch c.kind {
	case tsdb.Double:
		d.Float64s = padded(c.reals, rows)
	case tsdb.Bigint, tsdb.Timestamp:
		d.Int64s = padded(c.ints, rows)
	case tsdb.Boolean:
		d.Bools = padded(c.bools, rows)
	case tsdb.Varchar:
		d.Texts = padded(c.words, rows)
	}
	return d
}

// validity is nil when every row has a value.
func validity(b duckdb.Bitmap, rows int) duckdb.Bitmap {
	b = duckdb.Bitmap(padded(b, (rows+63)/64))
	for i, word := range b {
		if missing := ^word; missing != 0 && (i < len(b)-1 || rows%64 == 0 || missing<<(64-rows%64) != 0) {
			return b
		}
	}
	return nil
}
