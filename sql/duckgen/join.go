package duckgen

import (
	"tidemark/sql/plan"
)

var joinWords = [...]string{plan.Inner: " JOIN ", plan.Left: " LEFT JOIN ", plan.Right: " RIGHT JOIN ", plan.Full: " FULL JOIN "}

func (e *emitter) join(n *plan.Join) *block {
	order := n
	n = e.joinable(n)
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
	if n.Left != order.Left {
		b.items = pickItems(b, order.Columns())
	}
	return b
}

// pickItems returns the items of columns, in their order.
func pickItems(b *block, cols []plan.Col) []item {
	items := make([]item, len(cols))
	for i, c := range cols {
		items[i] = b.items[b.find(c.ID)]
	}
	return items
}

// joinable rewrites an outer join whose condition holds subqueries: DuckDB computes one
// there only where it reads the side that may have no partner. Each becomes a column of
// its side, unless one reads both: then the other side becomes lateral, with the condition
// in it. (The analyzer refuses that in a FULL JOIN, where it is no way.)
//
//	a LEFT JOIN b ON c   =>   a LEFT JOIN LATERAL (SELECT * FROM b WHERE c) ON true
func (e *emitter) joinable(n *plan.Join) *plan.Join {
	if n.On == nil || n.Kind == plan.Inner || !holdsQuery(n.On) {
		return n
	}
	switch {
	case n.Kind == plan.Left && (n.Lateral || n.AsksBoth()):
		return &plan.Join{Kind: plan.Left, Lateral: true, Left: n.Left, Right: &plan.Filter{Input: n.Right, Cond: n.On}}
	case n.Kind == plan.Right && n.AsksBoth():
		return &plan.Join{Kind: plan.Left, Lateral: true, Left: n.Right, Right: &plan.Filter{Input: n.Left, Cond: n.On}}
	}
	return e.withQueries(n)
}

func holdsQuery(x plan.Expr) bool {
	holds := false
	plan.Walk(x, func(x plan.Expr) bool {
		holds = holds || plan.Subquery(x) != nil
		return !holds
	})
	return holds
}

// withQueries makes columns of the subqueries in the condition.
func (e *emitter) withQueries(n *plan.Join) *plan.Join {
	c := *n
	left, right := plan.Pass(n.Left.Columns()), plan.Pass(n.Right.Columns())
	c.On = plan.Replace(n.On, func(x plan.Expr) plan.Expr {
		if plan.Subquery(x) == nil {
			return nil
		}
		col := e.ids.New("", x.Type())
		if plan.ReadsAny(x, n.Right) {
			right = append(right, plan.Assign{Col: col, Expr: x})
		} else {
			left = append(left, plan.Assign{Col: col, Expr: x})
		}
		return col.Ref()
	})
	c.Left, c.Right = &plan.Project{Input: n.Left, Items: left}, &plan.Project{Input: n.Right, Items: right}
	return &c
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
