package analyzer

import (
	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/token"
	"tidemark/sql/types"
)

// subquery plans a query in an expression; it sees the columns around it.
func (a *analyzer) subquery(at ast.Node, q *ast.Query, e *env) relation {
	if e.lambda {
		fail(at.Span(), "Lambda expression cannot contain subqueries")
	}
	if e.queries == nil || !e.record && len(e.queries) == 0 {
		return a.inside(at, q, e)
	}
	text := ast.Print(q)
	if known, ok := e.queries[text]; ok {
		return known
	}
	r := a.inside(at, q, e)
	if e.record {
		e.queries[text] = r
	}
	return r
}

// inside plans a query and counts how many are around it.
func (a *analyzer) inside(at ast.Node, q *ast.Query, e *env) relation {
	a.nested++
	defer func() { a.nested-- }()
	bounded(a.nested, maxNested, "subqueries inside each other", at)
	return a.exact(a.query(q, e.scope, false))
}

func oneColumn(at place, r relation) types.Type {
	if n := len(r.fields); n != 1 {
		fail(at.Span(), "Multiple columns returned by subquery are not yet supported. Found %d", n)
	}
	return r.fields[0].col.Type
}

func (a *analyzer) scalarQuery(x *ast.Subquery, e *env) plan.Expr {
	r := a.subquery(x, x.Query, e)
	if len(r.fields) > 1 {
		r = a.asRows(r, x)
	}
	return &plan.ScalarQuery{Query: r.node}
}

// inQuery is = ANY. The columns of the query are one row where the value is a row.
func (a *analyzer) inQuery(x *ast.In, e *env) plan.Expr {
	v, r := a.expr(x.X, e), a.subquery(x, x.Query, e)
	if v.Type().Kind == types.Row && len(r.fields) > 1 {
		return a.inRows(x, v, r)
	}
	return a.anyOf(plan.Equal, false, v, r, x.X, x.OpAt, "IN")
}

// asRows makes one column of rows of all columns.
func (a *analyzer) asRows(r relation, at place) relation {
	items := make([]plan.Expr, len(r.fields))
	for i, f := range r.fields {
		items[i] = f.col.Ref()
	}
	col := a.ids.New("row", checkType(rowType(items), at))
	node := &plan.Project{Input: r.node, Items: []plan.Assign{{Col: col, Expr: &plan.MakeRow{Items: items, T: col.Type}}}}
	return relation{node, []field{{col: col}}}
}

func (a *analyzer) quantified(x *ast.Quantified, e *env) plan.Expr {
	v, r := a.expr(x.Left, e), a.subquery(x, x.Query, e)
	return a.anyOf(compareOps[x.Op], x.Word == token.All, v, r, x.Left, x.OpAt, x.Op.String())
}

// anyOf compares a value with the rows of a query, both in the type that they fit.
func (a *analyzer) anyOf(op plan.CompareOp, all bool, v plan.Expr, r relation, at, opAt place, sign string) plan.Expr {
	have := oneColumn(opAt, r)
	t, ok := types.Common(v.Type(), have)
	if !ok || !t.Comparable() {
		fail(opAt.Span(), "'%s' cannot be applied to %s, %s", sign, v.Type(), have)
	}
	return &plan.Quantified{Op: op, All: all, X: coerce(v, t, at), Query: a.as(r, []types.Type{t})}
}
