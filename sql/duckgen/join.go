package duckgen

import (
	"strings"

	"tidemark/sql/builtin"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

var joinWords = [...]string{plan.Inner: " JOIN ", plan.Left: " LEFT JOIN ", plan.Right: " RIGHT JOIN ", plan.Full: " FULL JOIN "}

func (e *emitter) join(n *plan.Join) *block {
	left, items := e.source(e.node(n.Left), false)
	word, right, more := joinWords[n.Kind], "", []item(nil)
	if n.Lateral {
		word += "LATERAL "
		e.inner(scopeOf(items), func() { right, more = e.derived(e.node(n.Right)) })
	} else {
		right, more = e.source(e.node(n.Right), true)
	}
	b := &block{joined: true, items: append(append([]item(nil), items...), more...)}
	on := " ON true"
	if n.On != nil {
		on = " ON " + e.expr(b.scope(), n.On)
	}
	if n.On == nil && n.Kind == plan.Inner && !n.Lateral {
		word, on = " CROSS JOIN ", ""
	}
	b.from = left + word + right + on
	return b
}

// derived always makes a derived table: what LATERAL wants.
func (e *emitter) derived(b *block) (string, []item) {
	b = e.unordered(b)
	return b.from, b.items
}

// inner runs f with the given columns visible as those of an enclosing query.
func (e *emitter) inner(s scope, f func()) {
	e.scopes = append(e.scopes, s)
	f()
	e.scopes = e.scopes[:len(e.scopes)-1]
}

func scopeOf(items []item) scope { return (&block{items: items}).scope() }

var setWords = [...]string{plan.Union: " UNION ", plan.Intersect: " INTERSECT ", plan.Except: " EXCEPT "}

func (e *emitter) setOp(n *plan.SetOp) *block {
	word := setWords[n.Kind]
	if n.All {
		word += "ALL "
	}
	left, right := e.operand(n.Left), e.operand(n.Right)
	return e.named("("+left+word+right+")", n.Cols)
}

// operand writes one side of a set operation with its columns in the node's order.
func (e *emitter) operand(n plan.Node) string {
	b := e.node(n)
	if b.limit == "" {
		b.order = nil
	}
	return "(" + b.sql(nil) + ")"
}

// unnest puts unnest() into a select list, where DuckDB keeps the order of the
// elements; in FROM it reverses them.
func (e *emitter) unnest(n *plan.Unnest) *block {
	left, items := "", []item(nil)
	if b := e.node(n.Input); b.from != "" {
		left, items = e.source(b, false)
	}
	var inner, outer []string
	name := e.table()
	var more []item
	for i, it := range n.Items {
		value := "u" + column(plan.ID(i))
		inner = append(inner, "unnest("+e.expr(scopeOf(items), it.Expr)+") AS "+value)
		outer = append(outer, unnested(value, it)...)
		for _, c := range it.Cols {
			more = append(more, plainItem(c.ID, name+"."+column(c.ID)))
		}
	}
	if o := n.Ordinality; o != nil {
		inner = append(inner, e.counter(scopeOf(items), n)+" AS n")
		outer = append(outer, "n AS "+column(o.ID))
		more = append(more, plainItem(o.ID, name+"."+column(o.ID)))
	}
	right := "(SELECT " + strings.Join(outer, ", ") + " FROM (SELECT " + strings.Join(inner, ", ") + ")) AS " + name
	b := &block{joined: left != "", items: append(append([]item(nil), items...), more...)}
	b.from = unnestJoin(left, right, n.Outer)
	return b
}

func unnestJoin(left, right string, outer bool) string {
	switch {
	case left == "":
		return right
	case outer:
		return left + " LEFT JOIN LATERAL " + right + " ON true"
	}
	return left + " CROSS JOIN LATERAL " + right
}

// unnested takes the elements of one item apart into its columns.
func unnested(value string, it plan.UnnestItem) []string {
	t := it.Expr.Type()
	if t.Kind == types.Array && t.Elem.Kind != types.Row {
		return []string{value + " AS " + column(it.Cols[0].ID)}
	}
	out := make([]string, len(it.Cols))
	for i, c := range it.Cols {
		out[i] = builtin.FieldSQL(value, i) + " AS " + column(c.ID)
	}
	return out
}

// counter numbers the elements of the longest item.
func (e *emitter) counter(s scope, n *plan.Unnest) string {
	lengths := make([]string, len(n.Items))
	for i, it := range n.Items {
		lengths[i] = "len(" + e.expr(s, it.Expr) + ")"
	}
	return "unnest(range(1, greatest(" + strings.Join(lengths, ", ") + ") + 1))"
}
