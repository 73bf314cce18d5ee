package query

import (
	"unsafe"

	"tidemark/internal/duckdb"
	"tidemark/sql/native"
)

// values is what vectors that are read and those that are written have in common.
type values interface {
	Int64s(n int) []int64
	Int32s(n int) []int32
	Float64s(n int) []float64
	Bools(n int) []bool
	Ranges(n int) [][2]uint64
}

// typed sets the slice for a kind.
func typed(c *native.Column, v values, k native.Kind, n int) {
	switch {
	case k.IsList() || k.IsSeries():
		ranges := v.Ranges(n)
		c.Spans = unsafe.Slice((*native.Span)(unsafe.Pointer(unsafe.SliceData(ranges))), n) // of the same form
	case k == native.Bigint || k == native.Timestamp:
		c.Int64s = v.Int64s(n)
	case k == native.Integer || k == native.Date:
		c.Int32s = v.Int32s(n)
	case k == native.Double:
		c.Float64s = v.Float64s(n)
	case k == native.Boolean:
		c.Bools = v.Bools(n)
	}
}

// argument shows n values of a vector.
func argument(c *native.Column, v *duckdb.Vector, k native.Kind, n int) {
	typed(c, v, k, n)
	c.Valid = v.Validity(n)
	switch {
	case k.IsList():
		c.Elem = &native.Column{}
		argument(c.Elem, v.Child(0), k.Elem(), v.Size())
	case k.IsSeries():
		c.Time, c.Value = &native.Column{}, &native.Column{}
		argument(c.Time, v.Child(0).Child(0), native.Timestamp, v.Size())
		argument(c.Value, v.Child(0).Child(1), k.Elem(), v.Size())
	case k == native.Varchar:
		c.Texts = textColumn{in: v}
	}
}

// written shows n values of a vector to write; elements are there once room for them
// is reserved.
func written(c *native.Column, o *duckdb.Output, k native.Kind, n int) {
	typed(c, o, k, n)
	c.Store = &result{c, o, k, n}
	if k == native.Varchar {
		c.Texts = textColumn{out: o}
	}
}

// textColumn is the texts of a vector, which is either read or written.
type textColumn struct {
	in  *duckdb.Vector
	out *duckdb.Output
}

func (t textColumn) Text(row int) string          { return t.in.View(row) }
func (t textColumn) PutText(row int, text string) { t.out.PutText(row, text) }

// result is the engine's side of a column to write.
type result struct {
	column *native.Column
	out    *duckdb.Output
	kind   native.Kind
	n      int
}

// Nulls returns the bits of the column.
func (r *result) Nulls() []uint64 { return r.out.Validity(r.n) }

// Reserve makes room for elements.
func (r *result) Reserve(n int) error {
	if err := r.out.Reserve(n); err != nil {
		return err
	}
	if r.kind.IsSeries() {
		r.column.Time = room(r.out.Child(0).Child(0), native.Timestamp, n)
		r.column.Value = room(r.out.Child(0).Child(1), r.kind.Elem(), n)
		return nil
	}
	r.column.Elem = room(r.out.Child(0), r.kind.Elem(), n)
	return nil
}

// room shows elements to write, where they are now.
func room(o *duckdb.Output, k native.Kind, n int) *native.Column {
	c := &native.Column{}
	written(c, o, k, n)
	return c
}
