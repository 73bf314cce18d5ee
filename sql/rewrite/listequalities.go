package rewrite

import "tidemark/sql/plan"

// manyEqualities is how many comparisons of one column are worth a list: DuckDB's time
// for a chain of them grows with the square of its length, for a list it does not.
const manyEqualities = 16

// listEqualities makes a list of the constants that one column is compared with.
//
//	code = 1 OR code = 2 OR up            =>   code IN (1, 2) OR up
//	code <> 1 AND code <> 2 AND up        =>   NOT code IN (1, 2) AND up
//
// Both mean the same for NULLs too.
func listEqualities(root plan.Node) plan.Node {
	return plan.RewriteAll(root, nil, func(x plan.Expr) plan.Expr {
		if l, ok := x.(*plan.Logic); ok && len(l.Args) >= manyEqualities {
			return listed(l)
		}
		return x
	})
}

// listed returns the chain with each list in the place of its first comparison.
func listed(l *plan.Logic) plan.Expr {
	constants := map[plan.ID][]plan.Expr{}
	for _, x := range l.Args {
		if r, c := comparison(l, x); r != nil {
			constants[r.Col.ID] = append(constants[r.Col.ID], c)
		}
	}
	var args []plan.Expr
	done := map[plan.ID]bool{}
	for _, x := range l.Args {
		r, _ := comparison(l, x)
		switch {
		case r == nil || len(constants[r.Col.ID]) < manyEqualities:
			args = append(args, x)
		case !done[r.Col.ID]:
			done[r.Col.ID] = true
			args = append(args, listOf(l, r, constants[r.Col.ID]))
		}
	}
	switch {
	case len(done) == 0:
		return l
	case len(args) == 1:
		return args[0]
	}
	return &plan.Logic{Or: l.Or, Args: args}
}

func listOf(l *plan.Logic, r *plan.Ref, constants []plan.Expr) plan.Expr {
	in := &plan.InList{X: r, List: constants}
	if l.Or {
		return in
	}
	return &plan.Not{X: in}
}

// comparison takes column = constant apart, in a conjunction column <> constant.
func comparison(l *plan.Logic, x plan.Expr) (*plan.Ref, plan.Expr) {
	op := plan.NotEqual
	if l.Or {
		op = plan.Equal
	}
	c, ok := x.(*plan.Compare)
	if !ok || c.Op != op {
		return nil, nil
	}
	left, right := c.L, c.R
	if _, constant := left.(*plan.Literal); constant {
		left, right = right, left
	}
	r, column := left.(*plan.Ref)
	_, constant := right.(*plan.Literal)
	if !column || !constant {
		return nil, nil
	}
	return r, right
}
