package analyzer

import (
	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// coerce makes x a value of t, to which it may be coerced. A constant is converted
// at once, inside a constructor too, so that a text that is no timestamp is found with
// its position.
func coerce(x plan.Expr, t types.Type, at place) plan.Expr {
	if x.Type().Equal(t) {
		return x
	}
	switch x := x.(type) {
	case *plan.Literal:
		if x.Value != nil && scalar(x.T) && scalar(t) {
			return converted(x, t, at)
		}
	case *plan.MakeArray:
		if t.Kind == types.Array {
			return &plan.MakeArray{Items: coerceItems(x.Items, itemsOf(at), func(int) types.Type { return *t.Elem }, at), T: t}
		}
	case *plan.MakeRow:
		if t.Kind == types.Row {
			return &plan.MakeRow{Items: coerceItems(x.Items, itemsOf(at), func(i int) types.Type { return t.Fields[i].Type }, at), T: t}
		}
	}
	return plan.Coerce(x, t)
}

func converted(l *plan.Literal, t types.Type, at place) plan.Expr {
	v, err := types.Convert(l.Value, l.T, t)
	if err != nil {
		fail(at.Span(), "%s", err)
	}
	return &plan.Literal{Value: v, T: t}
}

// coerceItems coerces the items of a constructor; ats are their places if they are known.
func coerceItems(items []plan.Expr, ats []ast.Expr, t func(i int) types.Type, at place) []plan.Expr {
	out := make([]plan.Expr, len(items))
	for i, x := range items {
		own := at
		if len(ats) == len(items) {
			own = ats[i]
		}
		out[i] = coerce(x, t(i), own)
	}
	return out
}

// itemsOf returns the items of a constructor as they are written, nil for anything else.
func itemsOf(at place) []ast.Expr {
	switch x := at.(type) {
	case *ast.Array:
		return x.Elems
	case *ast.Row:
		return x.Elems
	}
	return nil
}

func scalar(t types.Type) bool { return t.Elem == nil && t.Kind != types.Row }

// common gives several values the type that all of them fit. The message for values
// that have none takes two types.
func common[N place](exprs []plan.Expr, ats []N, message string) []plan.Expr {
	t := exprs[0].Type()
	for i, x := range exprs[1:] {
		wider, ok := types.Common(t, x.Type())
		if !ok {
			fail(ats[i+1].Span(), message, t, x.Type())
		}
		t = wider
	}
	out := make([]plan.Expr, len(exprs))
	for i, x := range exprs {
		out[i] = coerce(x, t, ats[i])
	}
	return out
}

// unify gives both sides of a comparison the type that they fit. The message about
// types that do not stands at op and names the sign; lAt and rAt are the places of the sides.
func unify(l, r plan.Expr, op place, sign string, lAt, rAt place) (plan.Expr, plan.Expr) {
	t, ok := types.Common(l.Type(), r.Type())
	if !ok || !t.Comparable() {
		fail(op.Span(), "'%s' cannot be applied to %s, %s", sign, l.Type(), r.Type())
	}
	return coerce(l, t, lAt), coerce(r, t, rAt)
}

// condition analyses what must be true or false. The message takes the type that it has instead.
func (a *analyzer) condition(x ast.Expr, e *env, message string) plan.Expr {
	c := a.expr(x, e)
	if k := c.Type().Kind; k != types.Boolean && k != types.Unknown {
		fail(x.Span(), message, c.Type())
	}
	return coerce(c, boolean, x)
}
