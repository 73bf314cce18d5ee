package plan

// Replace walks an expression from the root down: where f returns an expression, it
// takes the place of the one that f was given and is not entered. Subqueries are not
// entered either.
func Replace(e Expr, f func(Expr) Expr) Expr {
	if r := f(e); r != nil {
		return r
	}
	return e.rebuild(func(e Expr) Expr { return Replace(e, f) })
}

// ReplaceDeep is Replace that enters subqueries too.
func ReplaceDeep(e Expr, f func(Expr) Expr) Expr {
	if r := f(e); r != nil {
		return r
	}
	e = e.rebuild(func(e Expr) Expr { return ReplaceDeep(e, f) })
	return withSubquery(e, func(n Node) Node { return replaceIn(n, f) })
}

func replaceIn(n Node, f func(Expr) Expr) Node {
	inputs := n.Inputs()
	for i, in := range inputs {
		inputs[i] = replaceIn(in, f)
	}
	return n.rebuild(inputs, func(e Expr) Expr { return ReplaceDeep(e, f) })
}
