package duckgen

import (
	"slices"
	"strings"

	"tidemark/sql/builtin"
	"tidemark/sql/plan"
)

func (e *emitter) aggregate(n *plan.Aggregate) *block {
	n = e.groupable(n)
	b := e.node(n.Input)
	if !b.plain() || !b.simple() || e.constantKeys(b, n) || len(e.scopes) > 0 && len(n.Aggs) > 0 && !b.columns() {
		b = e.unordered(b)
	}
	in, keys := b.scope(), make([]string, len(n.Keys))
	var items []item
	for i, k := range n.Keys {
		keys[i] = e.expr(in, k.Expr)
		items = append(items, item{id: k.Col.ID, sql: keys[i]})
	}
	for _, a := range n.Aggs {
		items = append(items, item{id: a.Col.ID, sql: e.aggCall(in, a.Call, "", ""), call: true})
	}
	for _, g := range n.Groupings {
		items = append(items, item{id: g.Col.ID, sql: "CAST(grouping(" + pickTexts(keys, g.Keys) + ") AS " + builtin.DuckType(g.Col.Type) + ")"})
	}
	b.items, b.grouped, b.group = items, true, groupText(keys, n.Sets)
	return b
}

// constantKeys reports a key that is a constant in the block: its text would be misread.
func (e *emitter) constantKeys(b *block, n *plan.Aggregate) bool {
	return slices.ContainsFunc(n.Keys, func(k plan.Assign) bool { return e.constantKey(b, k.Expr) })
}

// groupable makes columns below the node of the keys that GROUP BY would misread or
// could not match with the select list: a number there is an ordinal, a volatile
// call would be made twice, a subquery is not recognised.
func (e *emitter) groupable(n *plan.Aggregate) *plan.Aggregate {
	if !slices.ContainsFunc(n.Keys, func(k plan.Assign) bool { return !plainKey(k.Expr) }) {
		return n
	}
	items, keys := plan.Pass(n.Input.Columns()), make([]plan.Assign, len(n.Keys))
	for i, k := range n.Keys {
		keys[i] = k
		if !plainKey(k.Expr) {
			c := e.ids.New(k.Col.Name, k.Col.Type)
			items = append(items, plan.Assign{Col: c, Expr: k.Expr})
			keys[i].Expr = c.Ref()
		}
	}
	c := *n
	c.Input, c.Keys = &plan.Project{Input: n.Input, Items: items}, keys
	return &c
}

// plainKey reports an expression that reads a column, repeats its value and holds no subquery.
func plainKey(x plan.Expr) bool {
	reads, plain := false, true
	plan.Walk(x, func(x plan.Expr) bool {
		switch c := x.(type) {
		case *plan.Ref:
			reads = true
		case *plan.Call:
			plain = plain && !c.Fn.Volatile
		}
		plain = plain && plan.Subquery(x) == nil
		return plain
	})
	return reads && plain
}

func groupText(keys []string, sets [][]int) string {
	if sets == nil {
		if len(keys) == 0 {
			return "()"
		}
		return strings.Join(keys, ", ")
	}
	texts := make([]string, len(sets))
	for i, set := range sets {
		texts[i] = "(" + pickTexts(keys, set) + ")"
	}
	return "GROUPING SETS (" + strings.Join(texts, ", ") + ")"
}

func pickTexts(texts []string, at []int) string {
	out := make([]string, len(at))
	for i, k := range at {
		out[i] = texts[k]
	}
	return strings.Join(out, ", ")
}

// aggCall renders the call of an aggregate or window function; over is empty for an aggregate.
func (e *emitter) aggCall(in scope, a plan.AggCall, nulls, over string) string {
	c := builtin.Call{Args: e.args(in, a.Args), Result: a.Result, Nulls: nulls}
	if a.Distinct {
		c.Distinct = "DISTINCT "
	}
	if keys := varying(a.OrderBy); len(keys) > 0 {
		c.Order = " ORDER BY " + e.sortKeys(in, keys)
	}
	if a.Filter != nil {
		c.Suffix = " FILTER (WHERE " + e.expr(in, a.Filter) + ")"
	}
	c.Suffix += over
	return e.emitted(a.Fn, c, a.At)
}

// varying leaves out constant keys, which order nothing and which DuckDB refuses
// inside an aggregate.
func varying(keys []plan.SortKey) (out []plan.SortKey) {
	for _, k := range keys {
		if _, constant := k.Expr.(*plan.Literal); !constant {
			out = append(out, k)
		}
	}
	return out
}

func (e *emitter) sortKeys(in scope, keys []plan.SortKey) string {
	texts := make([]string, len(keys))
	for i, k := range keys {
		texts[i] = e.expr(in, k.Expr) + sortTail(k)
	}
	return strings.Join(texts, ", ")
}
