package duckgen

import (
	"cmp"
	"maps"
	"slices"

	"tidemark/sql/plan"
)

// local makes columns below a node of what it reads of enclosing queries where DuckDB
// cannot look outside:
//
//   - a call of an aggregate that reads nothing else would be taken for one of the
//     enclosing query;
//   - a window call knows only the columns of its own query;
//   - a lambda as well, and functions of arrays may be written with one.
func (e *emitter) local(n plan.Node) plan.Node {
	inputs := n.Inputs()
	if len(e.scopes) == 0 || len(inputs) != 1 {
		return n
	}
	found := map[plan.ID]plan.Col{}
	e.unreachable(n, found)
	if len(found) == 0 {
		return n
	}
	items, copies := plan.Pass(inputs[0].Columns()), map[plan.ID]*plan.Ref{}
	for _, c := range slices.SortedFunc(maps.Values(found), func(a, b plan.Col) int { return cmp.Compare(a.ID, b.ID) }) {
		col := e.ids.New(c.Name, c.Type)
		items, copies[c.ID] = append(items, plan.Assign{Col: col, Expr: c.Ref()}), col.Ref()
	}
	moved := plan.Rebuild(n, &apart{&plan.Project{Input: inputs[0], Items: items}})
	moved = plan.MapNodeExprs(moved, func(x plan.Expr) plan.Expr {
		return plan.ReplaceDeep(x, func(x plan.Expr) plan.Expr {
			if r, ok := x.(*plan.Ref); ok && copies[r.Col.ID] != nil {
				return copies[r.Col.ID]
			}
			return nil
		})
	})
	return &plan.Project{Input: moved, Items: plan.Pass(n.Columns())}
}

// apart is a relation that becomes a derived table, so that all of its columns are its own.
type apart struct{ plan.Node }

// unreachable collects the columns of enclosing queries that a node cannot read itself.
func (e *emitter) unreachable(n plan.Node, found map[plan.ID]plan.Col) {
	switch n := n.(type) {
	case *plan.Window:
		plan.EachExpr(n, func(x plan.Expr) { e.outerColumns(x, found) })
		return
	case *plan.Aggregate:
		for _, a := range n.Aggs {
			e.outerAggregate(a, n.Input, found)
		}
	}
	plan.EachExpr(n, func(x plan.Expr) {
		plan.Walk(x, func(x plan.Expr) bool {
			lists := overLists(x)
			if lists {
				e.outerColumns(x, found)
			}
			return !lists
		})
	})
}

// outerAggregate collects the columns of a call that reads none of its input.
func (e *emitter) outerAggregate(a plan.AggAssign, input plan.Node, found map[plan.ID]plan.Col) {
	alone := &plan.Aggregate{Input: plan.OneRow(), Aggs: []plan.AggAssign{a}}
	read := map[plan.ID]bool{}
	plan.EachExpr(alone, func(x plan.Expr) { plan.Refs(x, read) })
	if !slices.ContainsFunc(input.Columns(), func(c plan.Col) bool { return read[c.ID] }) {
		plan.EachExpr(alone, func(x plan.Expr) { e.outerColumns(x, found) })
	}
}

// overLists reports a call that takes or makes an array, or takes a lambda.
func overLists(x plan.Expr) bool {
	c, ok := x.(*plan.Call)
	return ok && (c.Result.Elem != nil || slices.ContainsFunc(c.Args, func(a plan.Expr) bool {
		_, lambda := a.(*plan.Lambda)
		return lambda || a.Type().Elem != nil
	}))
}

// outerColumns collects the columns of enclosing queries that an expression reads.
func (e *emitter) outerColumns(x plan.Expr, found map[plan.ID]plan.Col) {
	plan.Walk(x, func(x plan.Expr) bool {
		if r, ok := x.(*plan.Ref); ok {
			if _, outer := e.outer(r.Col.ID); outer {
				found[r.Col.ID] = r.Col
			}
		}
		if q := plan.Subquery(x); q != nil {
			e.outerColumnsOf(q, found)
		}
		return true
	})
}

func (e *emitter) outerColumnsOf(n plan.Node, found map[plan.ID]plan.Col) {
	plan.EachExpr(n, func(x plan.Expr) { e.outerColumns(x, found) })
	for _, in := range n.Inputs() {
		e.outerColumnsOf(in, found)
	}
}
