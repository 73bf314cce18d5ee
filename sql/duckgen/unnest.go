package duckgen

import (
	"strings"

	"tidemark/sql/builtin"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// unnest puts unnest() into a select list beside the columns of the input, where
// DuckDB keeps the order of the elements; in FROM it reverses them.
func (e *emitter) unnest(n *plan.Unnest) *block {
	from, items := "", []item(nil)
	n = e.unnestable(n)
	if b := e.node(n.Input); b.from != "" || len(b.items) > 0 || !b.plain() { // more than one row of nothing
		from, items = e.source(b, false)
	}
	in, name, list := scopeOf(items), e.table(), &block{from: from, items: items}
	out := &block{}
	for _, it := range items {
		out.items = append(out.items, plainItem(it.id, name+"."+column(it.id)))
	}
	arrays := make([]string, len(n.Items))
	for i, it := range n.Items {
		arrays[i] = e.expr(in, it.Expr)
	}
	for i, it := range n.Items {
		id := e.ids.Next()
		list.items = append(list.items, item{id: id, sql: "unnest(" + orNull(arrays, i, n) + ")"})
		out.items = append(out.items, unnested(name+"."+column(id), it)...)
	}
	if o := n.Ordinality; o != nil {
		list.items = append(list.items, item{id: o.ID, sql: counter(arrays)})
		out.items = append(out.items, plainItem(o.ID, name+"."+column(o.ID)))
	}
	out.from = "(" + list.sql(nil) + ") AS " + name
	return out
}

// unnestable makes columns below the node of arrays that its text repeats.
func (e *emitter) unnestable(n *plan.Unnest) *plan.Unnest {
	if !n.Outer && n.Ordinality == nil || len(n.Input.Columns()) == 0 {
		return n
	}
	c := *n
	c.Items = append([]plan.UnnestItem(nil), n.Items...)
	items := plan.Pass(n.Input.Columns())
	for i, it := range n.Items {
		if _, ref := it.Expr.(*plan.Ref); !ref {
			col := e.ids.New("", it.Expr.Type())
			items = append(items, plan.Assign{Col: col, Expr: it.Expr})
			c.Items[i].Expr = col.Ref()
		}
	}
	if len(items) > len(n.Input.Columns()) {
		c.Input = &plan.Project{Input: n.Input, Items: items}
	}
	return &c
}

// orNull is array i, or for an outer join one NULL where all of them are empty: the
// row that holds them is kept then.
func orNull(arrays []string, i int, n *plan.Unnest) string {
	if !n.Outer {
		return arrays[i]
	}
	some := make([]string, len(arrays))
	for k, a := range arrays {
		some[k] = "len(" + a + ") > 0"
	}
	null := "CAST([NULL] AS " + builtin.DuckType(n.Items[i].Expr.Type()) + ")"
	return "CASE WHEN " + strings.Join(some, " OR ") + " THEN " + arrays[i] + " ELSE " + null + " END"
}

// unnested takes the elements of one item apart into its columns.
func unnested(value string, it plan.UnnestItem) []item {
	t := it.Expr.Type()
	if t.Kind == types.Array && t.Elem.Kind != types.Row {
		return []item{plainItem(it.Cols[0].ID, value)}
	}
	out := make([]item, len(it.Cols))
	for i, c := range it.Cols {
		out[i] = plainItem(c.ID, builtin.FieldSQL(value, i))
	}
	return out
}

// counter numbers the elements of the longest array.
func counter(arrays []string) string {
	lengths := make([]string, len(arrays))
	for i, a := range arrays {
		lengths[i] = "len(" + a + ")"
	}
	return "unnest(range(1, greatest(" + strings.Join(lengths, ", ") + ") + 1))"
}
