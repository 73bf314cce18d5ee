package analyzer

import (
	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// nullif has the type of its first argument, whatever type the comparison needs.
func (a *analyzer) nullif(c *ast.Call, e *env) plan.Expr {
	plain(c)
	if len(c.Args) != 2 {
		return a.operator("nullif", c, e, c.Args...)
	}
	x, y := a.expr(c.Args[0], e), a.expr(c.Args[1], e)
	t, ok := types.Common(x.Type(), y.Type())
	if !ok || !t.Comparable() {
		fail(c.Span(), "Types are not comparable with NULLIF: %s vs %s", x.Type(), y.Type())
	}
	l, r := coerce(x, t, c.Args[0]), coerce(y, t, c.Args[1])
	switch {
	case x.Type().Kind == types.Unknown:
		return plan.Null(x.Type())
	case x.Type().Kind == types.Integer || scalar(t) && x.Type().Equal(t): // comes back from t unchanged
		return plan.Coerce(a.apply("nullif", c, l, r), x.Type())
	}
	equal := &plan.Compare{Op: plan.Equal, L: l, R: r}
	return &plan.Case{Whens: []plan.When{{Cond: equal, Then: plan.Null(x.Type())}}, Else: x}
}

// ifCall analyses IF, whose arguments have messages of their own.
func (a *analyzer) ifCall(c *ast.Call, e *env) plan.Expr {
	plain(c)
	if len(c.Args) != 2 && len(c.Args) != 3 {
		return a.operator("if", c, e, c.Args...)
	}
	when := plan.When{Cond: a.condition(c.Args[0], e, "IF condition must evaluate to a boolean (actual: %s)")}
	values := a.exprs(c.Args[1:], e)
	if len(values) == 2 {
		if _, ok := types.Common(values[0].Type(), values[1].Type()); !ok {
			fail(c.Span(), "Result types for IF must be the same: %s vs %s", values[0].Type(), values[1].Type())
		}
	}
	values = common(values, c.Args[1:], "Result types for IF must be the same: %s vs %s")
	out := &plan.Case{}
	if len(values) == 2 {
		out.Else = values[1]
	}
	when.Then = values[0]
	out.Whens = []plan.When{when}
	return out
}

// coalesce analyses COALESCE of values that have a common type.
func (a *analyzer) coalesce(c *ast.Call, e *env) plan.Expr {
	plain(c)
	if len(c.Args) < 2 {
		fail(c.Span(), "The 'coalesce' function must have at least two arguments")
	}
	values := common(a.exprs(c.Args, e), c.Args, "All COALESCE operands must be the same type or coercible to a common type. Cannot find common type between %s and %s")
	return a.apply("coalesce", c, values...)
}
