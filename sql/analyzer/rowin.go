package analyzer

import (
	"tidemark/sql/ast"
	"tidemark/sql/builtin"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// inRows is (a, b) IN (SELECT x, y ...): field by field, because a NULL in a row makes
// the answer unknown unless another field or another row decides it.
func (a *analyzer) inRows(x *ast.In, v plan.Expr, r relation) plan.Expr {
	items := rowItems(v)
	if len(items) != len(r.fields) {
		have := make([]plan.Expr, len(r.fields))
		for i, f := range r.fields {
			have[i] = f.col.Ref()
		}
		fail(x.OpAt.Span(), "'IN' cannot be applied to %s, %s", v.Type(), rowType(have))
	}
	equal := make([]plan.Expr, len(items))
	for i, f := range r.fields {
		l, r := unify(items[i], f.col.Ref(), x.OpAt, "IN", x.X, x.OpAt)
		equal[i] = &plan.Compare{Op: plan.Equal, L: l, R: r}
	}
	if a.decides[x] {
		return &plan.Exists{Query: &plan.Filter{Input: r.node, Cond: plan.And(equal...)}}
	}
	return a.someEqual(r.node, plan.And(equal...), x)
}

// rowItems takes a row apart.
func rowItems(v plan.Expr) []plan.Expr {
	if row, ok := v.(*plan.MakeRow); ok {
		return row.Items
	}
	items := make([]plan.Expr, len(v.Type().Fields))
	for i := range items {
		items[i] = &plan.FieldOf{X: v, Index: i}
	}
	return items
}

// someEqual is true when a row of the query satisfies the condition, unknown when none
// does but for one it is unknown, and else false.
func (a *analyzer) someEqual(query plan.Node, cond plan.Expr, at place) plan.Expr {
	some := a.aggregateOf("bool_or", cond, at)
	unknown := a.aggregateOf("count_if", &plan.IsNull{X: cond}, at)
	node := &plan.Aggregate{Input: query, Aggs: []plan.AggAssign{some, unknown}}
	none := &plan.Literal{Value: int64(0), T: types.Of(types.Bigint)}
	col := a.ids.New("in", boolean)
	answer := &plan.Case{
		Whens: []plan.When{
			{Cond: some.Col.Ref(), Then: &plan.Literal{Value: true, T: boolean}},
			{Cond: &plan.Compare{Op: plan.Greater, L: unknown.Col.Ref(), R: none}, Then: plan.Null(boolean)},
		},
		Else: &plan.Literal{Value: false, T: boolean},
	}
	return &plan.ScalarQuery{Query: &plan.Project{Input: node, Items: []plan.Assign{{Col: col, Expr: answer}}}}
}

func (a *analyzer) aggregateOf(name string, x plan.Expr, at place) plan.AggAssign {
	m, err := builtin.Resolve(name, builtin.Of(x.Type()), nil)
	if err != nil {
		failResolve(at, err)
	}
	return plan.AggAssign{Col: a.ids.New(name, m.Result), Call: plan.AggCall{Fn: m.Overload, Args: []plan.Expr{x}, Result: m.Result, At: at.Span()}}
}

// decide notes the IN predicates of a condition for which unknown is as good as false:
// those that only AND and OR stand above.
func (a *analyzer) decide(x ast.Expr) {
	switch x := x.(type) {
	case *ast.Logic:
		for _, t := range x.Terms {
			a.decide(t)
		}
	case *ast.In:
		if !x.Not && x.Query != nil {
			a.decides[x] = true
		}
	}
}
