package plan

// Rewrite applies f to every node from the leaves up, subqueries in expressions
// included. f must not change a node in place.
func Rewrite(n Node, f func(Node) Node) Node {
	return RewriteAll(n, f, nil)
}

// RewriteAll applies f to every node and g to every expression, both from the
// leaves up; either may be nil. The expressions of a node come before the node.
func RewriteAll(n Node, f func(Node) Node, g func(Expr) Expr) Node {
	inputs := n.Inputs()
	for i, in := range inputs {
		inputs[i] = RewriteAll(in, f, g)
	}
	n = n.rebuild(inputs, func(e Expr) Expr { return rewriteExpr(e, f, g) })
	if f != nil {
		n = f(n)
	}
	return n
}

func rewriteExpr(e Expr, f func(Node) Node, g func(Expr) Expr) Expr {
	e = e.rebuild(func(e Expr) Expr { return rewriteExpr(e, f, g) })
	e = withSubquery(e, func(n Node) Node { return RewriteAll(n, f, g) })
	if g != nil {
		e = g(e)
	}
	return e
}

// Rebuild returns n with other inputs; its expressions stay.
func Rebuild(n Node, inputs ...Node) Node {
	return n.rebuild(inputs, func(e Expr) Expr { return e })
}

// MapExpr applies g to e and everything in it from the leaves up, without entering subqueries.
func MapExpr(e Expr, g func(Expr) Expr) Expr {
	return g(e.rebuild(func(e Expr) Expr { return MapExpr(e, g) }))
}

// MapSubqueries replaces the relation of every subquery in e by what f makes of it.
func MapSubqueries(e Expr, f func(Node) Node) Expr {
	return MapExpr(e, func(e Expr) Expr { return withSubquery(e, f) })
}

func withSubquery(e Expr, f func(Node) Node) Expr {
	switch e := e.(type) {
	case *ScalarQuery:
		if q := f(e.Query); q != e.Query {
			return &ScalarQuery{q}
		}
	case *Exists:
		if q := f(e.Query); q != e.Query {
			return &Exists{q}
		}
	case *Quantified:
		if q := f(e.Query); q != e.Query {
			return &Quantified{e.Op, e.All, e.X, q}
		}
	}
	return e
}

// Subquery returns the relation that an expression holds, nil for one that holds none.
func Subquery(e Expr) Node {
	switch e := e.(type) {
	case *ScalarQuery:
		return e.Query
	case *Exists:
		return e.Query
	case *Quantified:
		return e.Query
	}
	return nil
}

// Walk calls f for e and everything in it, parents first, without entering
// subqueries. f returning false skips the operands.
func Walk(e Expr, f func(Expr) bool) {
	if f(e) {
		e.each(func(c Expr) { Walk(c, f) })
	}
}

// Operands lists the direct operands of an expression.
func Operands(e Expr) []Expr {
	var all []Expr
	e.each(func(c Expr) { all = append(all, c) })
	return all
}

// EachExpr calls f for every expression of the node itself, not for parts of them.
func EachExpr(n Node, f func(Expr)) {
	n.rebuild(n.Inputs(), func(e Expr) Expr {
		f(e)
		return e
	})
}

// Refs adds to set every column that e reads, in its subqueries too. What a
// subquery produces for itself is among them, which does no harm: identities are unique.
func Refs(e Expr, set map[ID]bool) {
	Walk(e, func(e Expr) bool {
		if r, ok := e.(*Ref); ok {
			set[r.Col.ID] = true
		}
		if q := Subquery(e); q != nil {
			NodeRefs(q, set)
		}
		return true
	})
}

// NodeRefs adds to set every column that an expression in n or below reads.
func NodeRefs(n Node, set map[ID]bool) {
	EachExpr(n, func(e Expr) { Refs(e, set) })
	for _, in := range n.Inputs() {
		NodeRefs(in, set)
	}
}

// MaxID returns a source of identities that n does not use.
func MaxID(n Node) IDs {
	var ids IDs
	maxID(n, &ids)
	return ids
}

func maxID(n Node, ids *IDs) {
	for _, c := range n.Columns() {
		ids.last = max(ids.last, c.ID)
	}
	if w, ok := n.(*With); ok {
		for _, b := range w.Binds {
			ids.last = max(ids.last, b.ID)
		}
	}
	EachExpr(n, func(e Expr) { maxExprID(e, ids) })
	for _, in := range n.Inputs() {
		maxID(in, ids)
	}
}

func maxExprID(e Expr, ids *IDs) {
	Walk(e, func(e Expr) bool {
		if l, ok := e.(*Lambda); ok {
			for _, p := range l.Params {
				ids.last = max(ids.last, p.ID)
			}
		}
		if q := Subquery(e); q != nil {
			maxID(q, ids)
		}
		return true
	})
}

// MapNodeExprs returns n with f applied to each expression of its own.
func MapNodeExprs(n Node, f func(Expr) Expr) Node { return n.rebuild(n.Inputs(), f) }
