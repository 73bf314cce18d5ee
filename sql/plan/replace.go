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
