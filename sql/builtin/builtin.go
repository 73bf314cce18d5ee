// Package builtin is the table of the functions of Timestream SQL: their
// signatures, their result types and how DuckDB computes them.
//
// One file holds one family (math.go, strings.go, ...) as a list of entries, one
// per overload; the signature text of an entry is what error messages and the
// compatibility page show. Resolve picks the overload for a call, Overload.Emit
// renders it, Overload.Fold computes it for constant arguments.
// Operators are entries too, named by their sign: +, -, *, /, %, ||.
// The table is immutable; all functions are safe to call at once.
// Source: Timestream developer guide, the pages of the query language reference.
package builtin

import (
	"slices"
	"strings"

	"tidemark/sql/types"
)

// Kind says where a function may be called.
type Kind uint8

// The kinds. An aggregate may also be called with OVER.
const (
	Scalar Kind = iota
	Aggregate
	Window
)

var kindNames = [...]string{"scalar", "aggregate", "window"}

// String returns the kind's name in lower case.
func (k Kind) String() string { return kindNames[k] }

// Function is every overload of one name.
type Function struct {
	Name      string // lower case
	Kind      Kind
	Overloads []*Overload
}

// Overload is one signature of a function.
type Overload struct {
	Name      string // the function's, lower case
	Kind      Kind
	Signature string // as the documentation prints it: bin(timestamp, interval day to second) timestamp
	Doc       string // one sentence, with the edge cases

	// Extension: the developer guide does not list it; its ancestor Trino has it, or
	// it is this server's own.
	Extension bool

	// Clock: the caller appends one more argument, a timestamp literal with the
	// instant of the query, which the signature does not show.
	Clock bool
	// Volatile: two calls with equal arguments may differ.
	Volatile bool
	// Catches: the emitter puts the call under TRY, so that an error becomes NULL.
	Catches bool

	params    []pattern
	variadic  bool // the last parameter may be repeated, and left out
	frameless bool // see Frameless
	result    pattern
	sql       string
	emit      func(c Call) (string, error)
	fold      func(args []any) (any, error)
	check     func(arg int, value any) error
}

// Call is one call as an emitter hands it over: the arguments as SQL text.
type Call struct {
	Args   []Arg
	Result types.Type

	// Of aggregates and window functions; texts that are empty or end up in the
	// places {d}, {o}, {n} and {f} of a template.
	Distinct string // "DISTINCT "
	Order    string // " ORDER BY ..." inside the parentheses
	Nulls    string // " IGNORE NULLS" inside the parentheses
	Suffix   string // " FILTER (...)" and " OVER (...)" after them

	// Random is the text of a random number from 0 up to 1, in the place {r}, for calls
	// of volatile functions.
	Random string
}

// Arg is one argument of a Call.
type Arg struct {
	SQL   string
	Type  types.Type
	Const bool // Value holds the constant, nil being NULL
	NaN   bool // the value is a double and may be NaN, or holds one that may
	Value any
	// Lambda renders a lambda's body with its parameters replaced by the given
	// texts; nil for an ordinary argument. Params are names that nothing else has.
	Params []string
	Lambda func(params ...string) (string, error)
}

// Emit renders a call for DuckDB. Its error says which argument cannot be rendered and why.
func (o *Overload) Emit(c Call) (string, error) {
	if o.emit != nil {
		return o.emit(c)
	}
	return fill(o.sql, c), nil
}

// Folds reports whether Fold can compute this overload.
func (o *Overload) Folds() bool { return o.fold != nil }

// CheckConstant looks at the value of argument arg, counted from 0, which is a
// constant in the Go form of its type, of an array []any. Its error is one that every
// row would meet, found while the place in the query is known.
func (o *Overload) CheckConstant(arg int, value any) error {
	if o.check == nil || value == nil {
		return nil
	}
	return o.check(arg, value)
}

// Fold computes the function for constant arguments in the Go form of package
// types. A NULL argument gives NULL. An error is what the query would fail with;
// a caller that meets one leaves the call to run time.
func (o *Overload) Fold(args []any) (any, error) {
	if slices.Contains(args, nil) {
		return nil, nil
	}
	return o.fold(args)
}

// Lookup finds a function by its name, in any letter case.
func Lookup(name string) (*Function, bool) {
	f, ok := table[strings.ToLower(name)]
	return f, ok
}

// Functions lists the table in the order of the names, operators first.
func Functions() []*Function {
	all := make([]*Function, 0, len(table))
	for _, f := range table {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *Function) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Frameless reports a window function for which a frame means nothing and is left out.
func (o *Overload) Frameless() bool { return o.frameless }
