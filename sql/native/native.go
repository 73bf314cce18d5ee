// Package native holds the functions that the emitted SQL needs and DuckDB lacks,
// as plain Go. The query engine registers every entry of Funcs as a scalar function
// on its connections; nothing here knows DuckDB.
//
// A text that a client can cause is bounded by the size of a value; the errors are
// what the client reads. All functions are safe to call at once.
package native

import "slices"

// Kind is a physical type of DuckDB.
type Kind uint8

// The kinds, with the Go form of their values.
const (
	Varchar Kind = iota // string
	Bigint              // int64
	Integer             // int32
	Double              // float64
	Boolean             // bool
)

// Func is one function. Call gets one value per argument in the Go form of its kind
// and returns one, or nil for NULL; it keeps none of its arguments.
type Func struct {
	Name   string
	Args   []Kind
	Result Kind
	Call   func(args []any) (any, error)
	NullIn bool // Call also runs when an argument is NULL (nil); else the result is NULL
	// Volatile functions are called once per row even for constant arguments.
	Volatile bool
}

// Funcs lists every function; names are unique. The functions of one list share a
// cache of compiled patterns.
func Funcs() []Func {
	return slices.Concat(texts, parsers, distances, dates, new(patterns).funcs())
}
