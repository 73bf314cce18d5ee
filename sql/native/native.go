// Package native holds the functions that the emitted SQL needs and DuckDB lacks,
// as plain Go. The query engine registers every entry of Funcs as a scalar function
// on its connections; nothing here knows DuckDB.
//
// A function computes one row at a time (Call), or a whole block of rows over typed
// columns (Batch), where a call per row would cost more than the work.
//
// A text that a client can cause is bounded by the size of a value; the errors are
// what the client reads. All functions are safe to call at once.
package native

import "slices"

// Kind is a physical type of DuckDB.
type Kind uint8

// The kinds, with the Go form of their values. ListOf and SeriesOf make further ones.
const (
	Varchar   Kind = iota // string
	Bigint                // int64
	Integer               // int32
	Double                // float64
	Boolean               // bool
	Timestamp             // int64, nanoseconds since 1970
	Date                  // int32, days since 1970
)

const (
	listBit   Kind = 0x40
	seriesBit Kind = 0x80
)

// ListOf is a list whose elements have a scalar kind. Its Go form is []any.
func ListOf(k Kind) Kind { return k | listBit }

// SeriesOf is a time series, a list of points with a time and a value of a scalar
// kind. It has no Go form: only a Batch sees one.
func SeriesOf(k Kind) Kind { return k | seriesBit }

// IsList reports whether ListOf made the kind.
func (k Kind) IsList() bool { return k&listBit != 0 }

// IsSeries reports whether SeriesOf made the kind.
func (k Kind) IsSeries() bool { return k&seriesBit != 0 }

// Elem returns the scalar kind of which ListOf or SeriesOf made this one; a scalar is its own.
func (k Kind) Elem() Kind { return k &^ (listBit | seriesBit) }

// Func is one function. It has either Call or Batch.
type Func struct {
	Name   string
	Args   []Kind
	Result Kind
	// Call gets one value per argument in the Go form of its kind and returns one, or
	// nil for NULL; it keeps none of its arguments.
	Call func(args []any) (any, error)
	// Batch computes a block of rows: for each of b.Each it writes the row of
	// b.Result. It keeps nothing of the batch, no text either.
	Batch func(b *Batch) error
	// MaxList is the most elements of one list or series among the arguments, for a
	// function that copies them; 0 for one that reads them where they are.
	MaxList int
	NullIn  bool // rows with a NULL argument are computed too; else their result is NULL
	// Volatile functions are called once per row even for constant arguments.
	Volatile bool
}

// Funcs lists every function; names are unique. The functions of one list share a
// cache of compiled patterns.
func Funcs() []Func {
	return slices.Concat(texts, intervals, strung, jsons, urls, parsers, distances, dates, percentiles, histograms, moments, sorting, arithmetic, shifts, distributions, dateFields, epochs, dateTexts, dateParsers, new(patterns).funcs(), seriesFuncs(), sequences)
}
