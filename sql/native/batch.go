package native

import (
	"errors"
	"fmt"
)

// Batch is a block of rows for which a function is computed at once, by column and
// without a value per row in an interface. The slices of the columns are the
// engine's memory: those of the arguments are read only, and all are gone with it.
type Batch struct {
	Rows   int
	Args   []Column
	Result Column
	Halted func() bool // whether the statement is to end early; nil: never
	null   []bool      // rows with a NULL argument; nil if there are none
	most   int         // elements of one list among the arguments; 0 is any
}

// What a function copies of one list is in Go's memory, which no limit of a query
// counts: 16 bytes an element, but 90 where buckets are merged.
const (
	maxCopied = 1 << 24
	maxMerged = 1 << 22
)

// errHalted ends a function whose statement was interrupted.
var errHalted = errors.New("interrupted")

// haltEvery is how many rows pass between two looks for an interrupt.
const haltEvery = 16

// Column is one argument or the result of a Batch. Of the slices, the one for its
// kind has an element per row.
type Column struct {
	Int64s   []int64   // Bigint, Timestamp
	Int32s   []int32   // Integer, Date
	Float64s []float64 // Double
	Bools    []bool    // Boolean
	Texts    Texts     // Varchar
	Spans    []Span    // ListOf, SeriesOf
	Elem     *Column   // the elements of all rows of a ListOf
	Time     *Column   // and of a SeriesOf
	Value    *Column

	Valid []uint64 // a bit per row, 0 for NULL; nil: no NULL
	Store Store    // of the result
}

// Span says where the elements of a row lie.
type Span struct{ Offset, Length uint64 }

// Texts reads and writes the texts of a column. A text that was read is gone with the batch.
type Texts interface {
	Text(row int) string
	PutText(row int, text string) // copies the text
}

// Store is what a result needs of the engine.
type Store interface {
	// Nulls returns the bits of the column, to write.
	Nulls() []uint64
	// Reserve makes room for n elements of all rows together, and sets the slices of
	// the column's elements. It is an error beyond the engine's bounds.
	Reserve(n int) error
}

// IsNull reports whether a row is NULL.
func (c *Column) IsNull(row int) bool {
	return c.Valid != nil && c.Valid[row/64]>>(row%64)&1 == 0
}

// SetNull makes a row of the result NULL.
func (c *Column) SetNull(row int) {
	if c.Valid == nil {
		c.Valid = c.Store.Nulls()
	}
	c.Valid[row/64] &^= 1 << (row % 64)
}

// Reserve makes room for n elements of all rows of the result together (see Store).
func (c *Column) Reserve(n int) error { return c.Store.Reserve(n) }

// Len returns the number of elements of a row of a list or a series.
func (c *Column) Len(row int) int { return int(c.Spans[row].Length) }

// Each computes the rows one after the other, without those whose result is NULL
// because of an argument.
func (b *Batch) Each(row func(row int) error) error {
	for r := range b.Rows {
		if r%haltEvery == 0 && b.Halted != nil && b.Halted() {
			return errHalted
		}
		if b.null != nil && b.null[r] {
			continue
		}
		if err := b.checkLists(r); err != nil {
			return err
		}
		if err := row(r); err != nil {
			return err
		}
	}
	return nil
}

// checkLists refuses a row with a list that is too long to be copied.
func (b *Batch) checkLists(row int) error {
	if b.most == 0 {
		return nil
	}
	for i := range b.Args {
		c := &b.Args[i]
		if c.Spans != nil && !c.IsNull(row) && c.Spans[row].Length > uint64(b.most) {
			return fmt.Errorf("A function does not take more than %d values of one group, array or time series; these are %d", b.most, c.Spans[row].Length)
		}
	}
	return nil
}

// Run computes a batch, whose NULL arguments it answers itself if the function does
// not want them.
func (f *Func) Run(b *Batch) error {
	b.most = f.MaxList
	if !f.NullIn {
		b.findNulls()
	}
	return f.Batch(b)
}

// findNulls marks the rows with a NULL argument.
func (b *Batch) findNulls() {
	for i := range b.Args {
		if b.Args[i].Valid == nil {
			continue
		}
		for row := range b.Rows {
			if b.Args[i].IsNull(row) {
				b.setNull(row)
			}
		}
	}
}

func (b *Batch) setNull(row int) {
	if b.null == nil {
		b.null = make([]bool, b.Rows)
	}
	b.null[row] = true
	b.Result.SetNull(row)
	if b.Result.Spans != nil {
		b.Result.Spans[row] = Span{}
	}
}

// set writes a scalar that is not NULL.
func (c *Column) set(row int, v any) {
	switch v := v.(type) {
	case int64:
		c.Int64s[row] = v
	case int32:
		c.Int32s[row] = v
	case float64:
		c.Float64s[row] = v
	case bool:
		c.Bools[row] = v
	case string:
		c.Texts.PutText(row, v)
	}
}

// any reads a number, for what works on several kinds.
func (c *Column) any(row int) any {
	switch {
	case c.Float64s != nil:
		return c.Float64s[row]
	case c.Int64s != nil:
		return c.Int64s[row]
	}
	return c.Int32s[row]
}
