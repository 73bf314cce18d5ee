package builtin

import "strings"

// entry is one overload in the source of the table. SQL is a template (see fill)
// unless Emit is given.
type entry struct {
	Sig       string
	SQL       string
	Emit      func(c Call) (string, error)
	Fold      func(args []any) (any, error)
	Clock     bool
	Volatile  bool
	Catches   bool
	Frameless bool
	Ext       bool                           // see Overload.Extension
	Check     func(arg int, value any) error // see Overload.CheckConstant
	Doc       string
}

// family is one file's worth of entries.
type family struct {
	kind    Kind
	entries []entry
}

// table is every function by its lower-case name.
var table = build([]family{
	{Scalar, operators}, {Scalar, intervalOperators},
	{Scalar, clockFunctions}, {Scalar, binning}, {Scalar, dateArithmetic}, {Scalar, extraction}, {Scalar, epoch}, {Scalar, formatting},
	{Scalar, conditional}, {Scalar, mathematics}, {Scalar, bitwise}, {Scalar, texts}, {Scalar, regexes}, {Scalar, jsons}, {Scalar, urls}, {Scalar, arrays}, {Scalar, sequences}, {Scalar, lambdas}, {Scalar, series},
	{Aggregate, aggregates}, {Aggregate, statistics}, {Window, windows},
})

func build(families []family) map[string]*Function {
	t := map[string]*Function{}
	for _, fam := range families {
		for _, e := range fam.entries {
			add(t, fam.kind, e)
		}
	}
	return t
}

func add(t map[string]*Function, kind Kind, e entry) {
	name, params, variadic, result := parseSignature(e.Sig)
	f := t[name]
	if f == nil {
		f = &Function{Name: name, Kind: kind}
		t[name] = f
	}
	if f.Kind != kind || strings.ToLower(name) != name || (e.SQL == "") == (e.Emit == nil) {
		panic("builtin " + e.Sig)
	}
	f.Overloads = append(f.Overloads, &Overload{
		Name: name, Kind: kind, Signature: e.Sig, Doc: e.Doc, Extension: e.Ext,
		Clock: e.Clock, Volatile: e.Volatile, Catches: e.Catches, frameless: e.Frameless,
		params: params, variadic: variadic, result: result, sql: e.SQL, emit: e.Emit, fold: e.Fold, check: e.Check,
	})
}
