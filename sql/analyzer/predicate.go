package analyzer

import (
	"unicode/utf8"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/token"
	"tidemark/sql/types"
)

// predicate analyses a condition of the grammar, and returns nil for other expressions.
func (a *analyzer) predicate(x ast.Expr, e *env) plan.Expr {
	switch x := x.(type) {
	case *ast.Logic:
		return a.logic(x, e)
	case *ast.Not:
		return &plan.Not{X: a.condition(x.X, e, "Value of logical NOT expression must evaluate to a boolean (actual: %s)")}
	case *ast.Compare:
		l, r := a.comparands(x.Left, x.Right, x.OpAt, x.Op.String(), e)
		return &plan.Compare{Op: compareOps[x.Op], L: l, R: r}
	case *ast.IsDistinct:
		l, r := a.comparands(x.Left, x.Right, x.OpAt, "IS DISTINCT FROM", e)
		if x.Not {
			return &plan.Compare{Op: plan.NotDistinguishable, L: l, R: r}
		}
		return &plan.Compare{Op: plan.Distinguishable, L: l, R: r}
	case *ast.IsNull:
		return negated(x.Not, &plan.IsNull{X: a.expr(x.X, e)})
	case *ast.Between:
		return negated(x.Not, a.between(x, e))
	case *ast.In:
		return negated(x.Not, a.in(x, e))
	case *ast.Like:
		return negated(x.Not, a.like(x, e))
	case *ast.Exists:
		return &plan.Exists{Query: a.subquery(x, x.Query, e).node}
	case *ast.Quantified:
		return a.quantified(x, e)
	}
	return nil
}

var compareOps = map[token.Kind]plan.CompareOp{
	token.Eq: plan.Equal, token.NotEq: plan.NotEqual, token.Less: plan.Less,
	token.LessEq: plan.LessOrEqual, token.Greater: plan.Greater, token.GreaterEq: plan.GreaterOrEqual,
}

func negated(not bool, x plan.Expr) plan.Expr {
	if not {
		return &plan.Not{X: x}
	}
	return x
}

func (a *analyzer) logic(x *ast.Logic, e *env) plan.Expr {
	l := &plan.Logic{Or: x.Op == token.Or}
	side := "Left"
	for _, t := range x.Terms {
		l.Args = append(l.Args, a.condition(t, e, side+" side of logical expression must evaluate to a boolean (actual: %s)"))
		side = "Right"
	}
	return l
}

// comparands analyses both sides of a comparison.
func (a *analyzer) comparands(left, right ast.Expr, op place, sign string, e *env) (plan.Expr, plan.Expr) {
	return unify(a.expr(left, e), a.expr(right, e), op, sign, left, right)
}

func (a *analyzer) between(x *ast.Between, e *env) plan.Expr {
	parts := []ast.Expr{x.X, x.Low, x.Hi}
	v := a.exprs(parts, e)
	t := v[0].Type()
	for _, p := range v[1:] {
		wider, ok := types.Common(t, p.Type())
		if !ok || !wider.Orderable() {
			fail(x.OpAt.Span(), "Cannot check if %s is BETWEEN %s and %s", v[0].Type(), v[1].Type(), v[2].Type())
		}
		t = wider
	}
	return &plan.Between{X: coerce(v[0], t, x.X), Lo: coerce(v[1], t, x.Low), Hi: coerce(v[2], t, x.Hi)}
}

func (a *analyzer) in(x *ast.In, e *env) plan.Expr {
	if x.Query != nil {
		return a.inQuery(x, e)
	}
	list := append([]ast.Expr{x.X}, x.List...)
	v := common(a.exprs(list, e), list, "IN value and list items must be the same type: %s, %s")
	if !v[0].Type().Comparable() {
		fail(x.OpAt.Span(), "'IN' cannot be applied to %s", v[0].Type())
	}
	return &plan.InList{X: v[0], List: v[1:]}
}

var varchar = types.Of(types.Varchar)

func (a *analyzer) like(x *ast.Like, e *env) plan.Expr {
	l := &plan.Like{
		X:       a.text(x.X, e, "Left side of LIKE expression must evaluate to a varchar (actual: %s)"),
		Pattern: a.text(x.Pattern, e, "Pattern for LIKE expression must evaluate to a varchar (actual: %s)"),
	}
	if x.Escape == nil {
		return l
	}
	l.Escape = a.text(x.Escape, e, "Escape for LIKE expression must evaluate to a varchar (actual: %s)")
	checkEscape(l, x)
	return l
}

// checkEscape finds what is wrong with a constant escape and a constant pattern; what
// is known only later raises the same errors when it runs.
func checkEscape(l *plan.Like, x *ast.Like) {
	escape, ok := l.Escape.(*plan.Literal)
	if !ok || escape.Value == nil {
		return
	}
	c, size := utf8.DecodeRuneInString(escape.Value.(string))
	if size == 0 || size != len(escape.Value.(string)) {
		fail(x.Escape.Span(), "Escape string must be a single character")
	}
	if p, ok := l.Pattern.(*plan.Literal); ok && p.Value != nil && !types.EscapesWell(p.Value.(string), c) {
		fail(x.Pattern.Span(), "%s", types.ErrEscape)
	}
}

func (a *analyzer) text(x ast.Expr, e *env, message string) plan.Expr {
	v := a.expr(x, e)
	if k := v.Type().Kind; k != types.Varchar && k != types.Unknown {
		fail(x.Span(), message, v.Type())
	}
	return coerce(v, varchar, x)
}
