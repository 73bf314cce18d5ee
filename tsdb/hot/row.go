package hot

import (
	"cmp"
	"math"
	"slices"
)

// Type is the type of a value, and of a measure.
type Type uint8

// The types, numbered as the store keeps them in its dictionary of columns.
const (
	Double Type = iota + 1
	Bigint
	Varchar
	Boolean
	Timestamp
	Multi // a measure of several named values; never the type of a value
)

// sqlTypes are the types of DuckDB columns.
var sqlTypes = [...]string{Double: "DOUBLE", Bigint: "BIGINT", Varchar: "VARCHAR", Boolean: "BOOLEAN", Timestamp: "TIMESTAMP_NS"}

// Dim is one dimension of a row.
type Dim struct{ Name, Value string }

// Cell is one value of a row, in the column of its name.
type Cell struct {
	Name string
	Text string // Varchar
	Bits uint64 // the other types: IEEE bits, two's complement, 0 or 1
	Type Type

	column int32 // ordinal in the schema, once it is known
}

// bits are the bits that are stored. Zero has no sign: DuckDB takes 0 and -0 for the
// same value when it compresses a column, and would keep whichever came first.
func (c *Cell) bits() uint64 {
	if c.Type == Double && c.Bits == 1<<63 {
		return 0
	}
	return c.Bits
}

// Row is one record on its way into the store.
type Row struct {
	Dims    []Dim  // sorted by name, names unique, values not empty
	Given   []Dim  // the same as the sender ordered them; nil: sorted
	Measure string // the measure name
	Kind    Type   // of the measure: Multi, or the type of its only value
	Cells   []Cell // names unique, at least one
	Time    int64  // nanoseconds since 1970
	Version int64

	hash   uint64
	series uint32
	origin *Origin      // nil: the dimensions are this row's own
	found  *foundSeries // of the origin
}

// noSeries is the number of a series that is not known yet, and noColumn that of a column.
const (
	noSeries = math.MaxUint32
	noColumn = -1
)

// size estimates the memory of a row in bytes, for the bound on what waits.
func (r *Row) size() int64 {
	n := 112 + 48*len(r.Cells) + len(r.Measure)
	for i := range r.Cells {
		n += len(r.Cells[i].Text)
	}
	if r.origin != nil {
		return int64(n) + r.origin.size
	}
	return int64(n) + dimsSize(r.Dims)
}

func dimsSize(dims []Dim) int64 {
	n := 32 * len(dims)
	for i := range dims {
		n += len(dims[i].Name) + len(dims[i].Value)
	}
	return int64(n)
}

// key identifies a row inside a table.
type key struct {
	series uint32
	time   int64
}

func (r *Row) key() key { return key{r.series, r.Time} }

// sameCells reports whether two rows hold the same values: types and values of the
// same columns. The columns of both are known.
func sameCells(a, b []Cell) bool {
	if len(a) != len(b) {
		return false
	}
	a, b = byColumn(a), byColumn(b)
	return slices.EqualFunc(a, b, func(x, y Cell) bool {
		return x.column == y.column && x.bits() == y.bits() && x.Text == y.Text
	})
}

func byColumn(cells []Cell) []Cell {
	order := func(x, y Cell) int { return cmp.Compare(x.column, y.column) }
	if slices.IsSortedFunc(cells, order) {
		return cells
	}
	return slices.SortedFunc(slices.Values(cells), order)
}

// Reason says why a row was not stored.
type Reason uint8

// The reasons.
const (
	SameVersion      Reason = iota + 1 // other values under the stored version
	LowerVersion                       // other values under a lower version
	ManyDimensions                     // the table would have too many dimensions
	ManyMeasureNames                   // too many measure names
	ManyAttributes                     // too many attributes of multi-measure records
	ManySeries                         // too many series
	TypeConflict                       // an attribute has another type in the table
	NameConflict                       // one name for a dimension and an attribute
)

// Refusal is a row that was not stored; the others of its submission were.
type Refusal struct {
	Row     int // index in the submission
	Reason  Reason
	Version int64  // the stored version, for the version reasons
	Name    string // the column, for the last two reasons
}
