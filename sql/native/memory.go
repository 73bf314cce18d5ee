package native

import (
	"fmt"
	"strings"
)

// maxApplied bounds the elements of a result of Apply.
const maxApplied = 1 << 24

// Apply computes one row from arguments in the Go form of their kinds. A series is a
// []any of points, each []any{time, value}. It is what an engine without columns
// calls, and slow for a function with a Batch.
func (f *Func) Apply(args []any) (any, error) {
	if !f.NullIn {
		for _, a := range args {
			if a == nil {
				return nil, nil
			}
		}
	}
	if f.Batch == nil {
		return f.Call(args)
	}
	b := &Batch{Rows: 1, Args: make([]Column, len(args)), Result: *newColumn(f.Result, 1)}
	for i, a := range args {
		b.Args[i] = *columnOf(f.Args[i], []any{a})
	}
	b.Result.Store = &memory{&b.Result, f.Result, 1}
	if err := f.Run(b); err != nil {
		return nil, err
	}
	return b.Result.value(f.Result, 0), nil
}

// memory is a Store in Go's memory.
type memory struct {
	column *Column
	kind   Kind
	n      int
}

// Nulls returns bits that are all set.
func (m *memory) Nulls() []uint64 {
	bits := make([]uint64, (m.n+63)/64)
	for i := range bits {
		bits[i] = ^uint64(0)
	}
	return bits
}

// Reserve makes room for elements.
func (m *memory) Reserve(n int) error {
	switch {
	case n > maxApplied:
		return fmt.Errorf("a list would have more than %d elements", maxApplied)
	case m.kind.IsSeries():
		m.column.Time, m.column.Value = regrown(m.column.Time, Timestamp, n), regrown(m.column.Value, m.kind.Elem(), n)
	default:
		m.column.Elem = regrown(m.column.Elem, m.kind.Elem(), n)
	}
	return nil
}

// regrown is a column of n values that begins like the old one.
func regrown(old *Column, k Kind, n int) *Column {
	c := newColumn(k, n)
	if old == nil {
		return c
	}
	copy(c.Int64s, old.Int64s)
	copy(c.Int32s, old.Int32s)
	copy(c.Float64s, old.Float64s)
	copy(c.Bools, old.Bools)
	if k == Varchar {
		copy(c.Texts.(textSlice), old.Texts.(textSlice))
	}
	if old.Valid != nil {
		c.Valid = c.Store.Nulls()
		copy(c.Valid, old.Valid)
	}
	return c
}

// textSlice is a column of texts in Go's memory.
type textSlice []string

func (t textSlice) Text(row int) string          { return t[row] }
func (t textSlice) PutText(row int, text string) { t[row] = strings.Clone(text) }

// newColumn returns a column of n values without elements.
func newColumn(k Kind, n int) *Column {
	c := &Column{}
	c.Store = &memory{c, k, n}
	switch {
	case k.IsList() || k.IsSeries():
		c.Spans = make([]Span, n)
	case k == Bigint || k == Timestamp:
		c.Int64s = make([]int64, n)
	case k == Integer || k == Date:
		c.Int32s = make([]int32, n)
	case k == Double:
		c.Float64s = make([]float64, n)
	case k == Boolean:
		c.Bools = make([]bool, n)
	case k == Varchar:
		c.Texts = make(textSlice, n)
	}
	return c
}

// columnOf returns a column of values in their Go form.
func columnOf(k Kind, values []any) *Column {
	c := newColumn(k, len(values))
	var elements, times []any
	for row, v := range values {
		switch {
		case v == nil:
			c.SetNull(row)
		case k.IsList():
			c.Spans[row] = Span{uint64(len(elements)), uint64(len(v.([]any)))}
			elements = append(elements, v.([]any)...)
		case k.IsSeries():
			c.Spans[row] = Span{uint64(len(elements)), uint64(len(v.([]any)))}
			for _, p := range v.([]any) {
				times, elements = append(times, p.([]any)[0]), append(elements, p.([]any)[1])
			}
		default:
			c.set(row, v)
		}
	}
	switch {
	case k.IsList():
		c.Elem = columnOf(k.Elem(), elements)
	case k.IsSeries():
		c.Time, c.Value = columnOf(Timestamp, times), columnOf(k.Elem(), elements)
	}
	return c
}

// value reads a value in its Go form.
func (c *Column) value(k Kind, row int) any {
	switch {
	case c.IsNull(row):
		return nil
	case k.IsList() || k.IsSeries():
		return c.elements(k, c.Spans[row])
	case k == Bigint || k == Timestamp:
		return c.Int64s[row]
	case k == Integer || k == Date:
		return c.Int32s[row]
	case k == Double:
		return c.Float64s[row]
	case k == Boolean:
		return c.Bools[row]
	}
	return c.Texts.Text(row)
}

func (c *Column) elements(k Kind, span Span) []any {
	list := make([]any, span.Length)
	for i := range list {
		at := int(span.Offset) + i
		if k.IsList() {
			list[i] = c.Elem.value(k.Elem(), at)
			continue
		}
		list[i] = []any{c.Time.value(Timestamp, at), c.Value.value(k.Elem(), at)}
	}
	return list
}
