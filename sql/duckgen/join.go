package duckgen

import (
	"tidemark/sql/plan"
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
