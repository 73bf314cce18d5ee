package plan

import (
	"tidemark/sql/builtin"
	"tidemark/sql/token"
	"tidemark/sql/types"
)

// Expr computes a value for a row.
type Expr interface {
	// Type is the type of the value.
	Type() types.Type
	// each calls f with every direct operand; the relation of a subquery is none.
	each(f func(Expr))
	// rebuild returns the expression with f applied to every direct operand, itself
	// where f changes none.
	rebuild(f func(Expr) Expr) Expr
}

// Literal is a constant; Value has the Go form of its type (package types), nil being NULL.
type Literal struct {
	Value any
	T     types.Type
}

// Null returns NULL of a type.
func Null(t types.Type) *Literal { return &Literal{nil, t} }

// True returns the boolean constant.
func True() *Literal { return &Literal{true, types.Of(types.Boolean)} }

// Type returns the literal's type.
func (e *Literal) Type() types.Type             { return e.T }
func (e *Literal) each(func(Expr))              {}
func (e *Literal) rebuild(func(Expr) Expr) Expr { return e }

// Ref reads a column: of the input of the node that the expression belongs to, of
// an enclosing query, of the left side of a lateral join, or a parameter of a lambda.
type Ref struct{ Col Col }

// Type returns the column's type.
func (e *Ref) Type() types.Type             { return e.Col.Type }
func (e *Ref) each(func(Expr))              {}
func (e *Ref) rebuild(func(Expr) Expr) Expr { return e }

// Call is a call of a scalar function or an operator. The arguments have exactly
// the types that the overload wants; one with Clock has the instant as an extra last one.
type Call struct {
	Fn     *builtin.Overload
	Args   []Expr
	Result types.Type
	At     token.Span // of the call in the query, for errors; empty for one that the compiler made
}

// NewCall builds a call from a resolution: it casts the arguments and appends the
// instant of the query, in nanoseconds since 1970, where the overload asks for it.
// Arguments that are lambdas must have been given their coerced bodies before.
func NewCall(m builtin.Match, args []Expr, now int64) *Call {
	out := make([]Expr, len(args), len(args)+1)
	for i, a := range args {
		out[i] = Coerce(a, m.Args[i])
	}
	if m.Overload.Clock {
		out = append(out, &Literal{now, types.Of(types.Timestamp)})
	}
	return &Call{Fn: m.Overload, Args: out, Result: m.Result}
}

// Type returns the result type.
func (e *Call) Type() types.Type { return e.Result }
func (e *Call) each(f func(Expr)) {
	for _, a := range e.Args {
		f(a)
	}
}
func (e *Call) rebuild(f func(Expr) Expr) Expr {
	args := mapAll(e.Args, f)
	if same(args, e.Args) {
		return e
	}
	return &Call{e.Fn, args, e.Result, e.At}
}

// Cast converts X to another type; with Try an error gives NULL.
type Cast struct {
	X   Expr
	To  types.Type
	Try bool
}

// Coerce returns x as type t: x itself, a literal NULL of that type, or a Cast.
// A lambda is returned with its body coerced, a constructor with its items.
func Coerce(x Expr, t types.Type) Expr {
	if l, ok := x.(*Lambda); ok {
		return &Lambda{l.Params, Coerce(l.Body, t)}
	}
	if x.Type().Equal(t) {
		return x
	}
	switch x := x.(type) {
	case *Literal:
		if x.Value == nil {
			return Null(t)
		}
	case *MakeRow:
		if t.Kind == types.Row {
			return &MakeRow{coerceFields(x.Items, t.Fields), t}
		}
	case *MakeArray:
		if t.Kind == types.Array {
			return &MakeArray{coerceAll(x.Items, *t.Elem), t}
		}
	}
	return &Cast{X: x, To: t}
}

func coerceAll(list []Expr, t types.Type) []Expr {
	out := make([]Expr, len(list))
	for i, x := range list {
		out[i] = Coerce(x, t)
	}
	return out
}

func coerceFields(list []Expr, fields []types.Field) []Expr {
	out := make([]Expr, len(list))
	for i, x := range list {
		out[i] = Coerce(x, fields[i].Type)
	}
	return out
}

// Type returns the type that is cast to.
func (e *Cast) Type() types.Type  { return e.To }
func (e *Cast) each(f func(Expr)) { f(e.X) }
func (e *Cast) rebuild(f func(Expr) Expr) Expr {
	if x := f(e.X); x != e.X {
		return &Cast{x, e.To, e.Try}
	}
	return e
}

// Case returns the value of the first arm whose condition is true, else Else.
// All values have the same type. The form with an operand is written as equalities.
type Case struct {
	Whens []When
	Else  Expr // nil is NULL
}

// When is one arm of a Case.
type When struct{ Cond, Then Expr }

// Type returns the common type of the arms.
func (e *Case) Type() types.Type { return e.Whens[0].Then.Type() }
func (e *Case) each(f func(Expr)) {
	for _, w := range e.Whens {
		f(w.Cond)
		f(w.Then)
	}
	if e.Else != nil {
		f(e.Else)
	}
}
func (e *Case) rebuild(f func(Expr) Expr) Expr {
	c := Case{Else: e.Else}
	c.Whens = mapSome(e.Whens, func(w *When) bool {
		cond := replace(&w.Cond, f)
		return replace(&w.Then, f) || cond
	})
	if !replace(&c.Else, f) && same(c.Whens, e.Whens) {
		return e
	}
	return &c
}
