package analyzer

import (
	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// coerce makes x a value of t, to which it may be coerced. A constant is converted
// at once, so that a text that is no timestamp is found with its position.
func coerce(x plan.Expr, t types.Type, at place) plan.Expr {
	l, ok := x.(*plan.Literal)
	if !ok || l.Value == nil || l.T.Equal(t) || !scalar(l.T) || !scalar(t) {
		return plan.Coerce(x, t)
	}
	v, err := types.Convert(l.Value, l.T, t)
	if err != nil {
		fail(at.Span(), "%s", err)
	}
	return &plan.Literal{Value: v, T: t}
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
