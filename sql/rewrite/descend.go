package rewrite

import (
	"maps"

	"tidemark/sql/plan"
)

// descend carries what filters say about columns down to the scans, and lets apply
// use it there. The filters stay where they are, so a fact may be dropped anywhere;
// it may be carried on wherever a row that contradicts it cannot change the result
// below the filter:
//
//	Filter, the ON of a join      are where facts come from
//	Project, Sort, Distinct,      pass them, by the column that an output column is
//	Unnest, set operations
//	Join                          passes them to both sides, of outer joins too: a
//	                              row that turns into NULLs fails the filter above
//	Aggregate                     passes those about its keys
//	Window                        passes those about its partitions
//	Limit                         stops them
//	With                          gives a bound relation what all its readers say
func descend(root plan.Node, apply func(*plan.Scan, facts) plan.Node) plan.Node {
	d := &descent{apply: apply, readers: map[plan.ID]facts{}, binds: map[plan.ID]plan.Node{}, bound: map[plan.ID]facts{}}
	return d.node(root, facts{})
}

type descent struct {
	apply   func(*plan.Scan, facts) plan.Node
	readers map[plan.ID]facts     // per bound relation, what every reader so far says
	binds   map[plan.ID]plan.Node // the bound relations in scope
	bound   map[plan.ID]facts     // what each of them produces, once asked for
}

func (d *descent) node(n plan.Node, f facts) plan.Node {
	switch n := n.(type) {
	case *plan.Scan:
		return d.apply(n, f)
	case *plan.Filter:
		f = d.filtered(n, f)
	case *plan.Project:
		f = through(n.Items, f)
	case *plan.Aggregate:
		f = throughKeys(n, f)
	case *plan.Window:
		f = throughPartitions(n, f)
	case *plan.Limit:
		f = facts{}
	case *plan.Join:
		return d.join(n, f)
	case *plan.SetOp:
		return plan.Rebuild(d.exprs(n), d.node(n.Left, renamed(n, n.Left, f)), d.node(n.Right, renamed(n, n.Right, f)))
	case *plan.With:
		return d.with(n, f)
	case *plan.WithRef:
		d.read(n, f)
	}
	return d.rebuild(n, f)
}

// filtered adds what a filter says to what is known above it. Columns that it holds
// to be equal share what is known of either, as in FROM a, b WHERE a.time = b.time.
func (d *descent) filtered(n *plan.Filter, f facts) facts {
	f = f.clone()
	f.addAll(learn(n.Cond))
	pairs := equalities(n.Cond)
	if len(pairs) == 0 {
		return f
	}
	f.addAll(d.produced(n.Input))
	for range 2 { // a = b AND b = c, in either order
		for _, p := range pairs {
			share(f, f, p[0], p[1])
		}
	}
	return f
}

// equalities lists the pairs of columns that a condition holds to be equal.
func equalities(cond plan.Expr) (pairs [][2]plan.ID) {
	for _, c := range plan.Conjuncts(cond) {
		eq, ok := c.(*plan.Compare)
		if !ok || eq.Op != plan.Equal {
			continue
		}
		a, ok1 := eq.L.(*plan.Ref)
		b, ok2 := eq.R.(*plan.Ref)
		if ok1 && ok2 {
			pairs = append(pairs, [2]plan.ID{a.Col.ID, b.Col.ID})
		}
	}
	return pairs
}

// throughPartitions passes facts about columns by which every call partitions: a
// partition that contradicts them can go as a whole.
func throughPartitions(n *plan.Window, f facts) facts {
	out := f.clone()
	for _, c := range n.Calls {
		by := map[plan.ID]bool{}
		for _, e := range c.Call.PartitionBy {
			if r, ok := e.(*plan.Ref); ok {
				by[r.Col.ID] = true
			}
		}
		maps.DeleteFunc(out, func(id plan.ID, _ fact) bool { return !by[id] })
	}
	return out
}

// rebuild descends into every input with the same facts.
func (d *descent) rebuild(n plan.Node, f facts) plan.Node {
	inputs := n.Inputs()
	for i, in := range inputs {
		inputs[i] = d.node(in, f)
	}
	return plan.Rebuild(d.exprs(n), inputs...)
}

// exprs descends into the subqueries of a node's expressions, about whose columns nothing is known.
func (d *descent) exprs(n plan.Node) plan.Node {
	return plan.MapNodeExprs(n, func(e plan.Expr) plan.Expr {
		return plan.MapSubqueries(e, func(q plan.Node) plan.Node { return d.node(q, facts{}) })
	})
}

// through translates facts about computed columns into facts about what they are computed from.
func through(items []plan.Assign, f facts) facts {
	out := facts{}
	for _, it := range items {
		known, ok := f[it.Col.ID]
		if !ok {
			continue
		}
		if r, ref := it.Expr.(*plan.Ref); ref {
			out.and(r.Col.ID, known)
		} else {
			out.addAll(learnRange(it.Expr, known.time))
		}
	}
	return out
}

// throughKeys passes facts about keys, unless grouping sets may leave the key out.
func throughKeys(n *plan.Aggregate, f facts) facts {
	if n.Sets != nil || len(n.Keys) == 0 {
		return facts{}
	}
	return through(n.Keys, f)
}

func renamed(n *plan.SetOp, side plan.Node, f facts) facts {
	out, cols := facts{}, side.Columns()
	for i, c := range n.Cols {
		if known, ok := f[c.ID]; ok {
			out.and(cols[i].ID, known)
		}
	}
	return out
}

// join adds the ON condition to what is known of the side whose rows it can drop.
func (d *descent) join(n *plan.Join, f facts) plan.Node {
	left, right := f.clone(), f.clone()
	if n.On != nil {
		on := learn(n.On)
		if n.Kind == plan.Inner || n.Kind == plan.Right {
			left.addAll(on)
		}
		if n.Kind == plan.Inner || n.Kind == plan.Left {
			right.addAll(on)
		}
		left.addAll(d.produced(n.Left))
		right.addAll(d.produced(n.Right))
		equate(n, left, right)
	}
	return plan.Rebuild(d.exprs(n), d.node(n.Left, left), d.node(n.Right, right))
}

// equate lets a = b in the ON of a join carry facts from one side to the other,
// where rows of the other that contradict them find no partner.
func equate(n *plan.Join, left, right facts) {
	for _, p := range equalities(n.On) {
		if n.Kind == plan.Inner || n.Kind == plan.Left {
			share(left, right, p[0], p[1])
		}
		if n.Kind == plan.Inner || n.Kind == plan.Right {
			share(right, left, p[0], p[1])
		}
	}
}

// share copies what from knows of one of two equal columns to the other.
func share(from, to facts, a, b plan.ID) {
	if known, ok := from[a]; ok {
		to.and(b, known)
	}
	if known, ok := from[b]; ok {
		to.and(a, known)
	}
}

// with descends into the body first: only then is it known what the readers of the
// bound relations, last to first, agree on.
func (d *descent) with(n *plan.With, f facts) plan.Node {
	for _, b := range n.Binds {
		d.binds[b.ID] = b.Query
	}
	body := d.node(n.Body, f)
	inputs := make([]plan.Node, len(n.Binds)+1)
	inputs[len(n.Binds)] = body
	for i := len(n.Binds) - 1; i >= 0; i-- {
		inputs[i] = d.node(n.Binds[i].Query, d.readers[n.Binds[i].ID])
	}
	return plan.Rebuild(n, inputs...)
}

// read notes what one reader of a bound relation says.
func (d *descent) read(n *plan.WithRef, f facts) {
	says := facts{}
	for i, c := range n.Cols {
		if known, ok := f[c.ID]; ok {
			says.and(n.Source[i], known)
		}
	}
	if others, ok := d.readers[n.Bind]; ok {
		says = others.either(says)
	}
	d.readers[n.Bind] = says
}
