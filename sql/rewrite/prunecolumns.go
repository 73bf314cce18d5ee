package rewrite

import (
	"slices"

	"tidemark/sql/plan"
)

// pruneColumns drops columns that nobody reads.
//
//	Aggregate [host] [avg(cpu)]                  Aggregate [host] [avg(cpu)]
//	  Scan metrics columns host, rack,      =>     Scan metrics columns host, cpu
//	               time, cpu, mem
func pruneColumns(root plan.Node) plan.Node {
	p := &pruning{readers: map[plan.ID]map[plan.ID]bool{}}
	return p.node(root, nil)
}

type pruning struct {
	readers map[plan.ID]map[plan.ID]bool // per bound relation, the columns that its readers want
}

type wanted = map[plan.ID]bool

// node returns n with at least the wanted columns.
func (p *pruning) node(n plan.Node, want wanted) plan.Node {
	switch n := n.(type) {
	case *plan.Output:
		for _, c := range n.Cols {
			want = with(want, c.Col.ID)
		}
		return plan.Rebuild(n, p.node(n.Input, want))
	case *plan.Scan:
		return pruneScan(n, want)
	case *plan.Partial:
		return prunePartial(n, want)
	case *plan.WithRef:
		return p.read(n, want)
	case *plan.With:
		return p.with(n, want)
	case *plan.SetOp:
		return p.setOp(n, want)
	case *plan.Distinct:
		return plan.Rebuild(n, p.node(n.Input, all(n)))
	}
	return p.operator(dropUnread(n, want), want)
}

// dropUnread drops the results of a node that nobody wants.
func dropUnread(n plan.Node, want wanted) plan.Node {
	switch n := n.(type) {
	case *plan.Project:
		return &plan.Project{Input: n.Input, Items: slices.DeleteFunc(slices.Clone(n.Items), func(a plan.Assign) bool { return !want[a.Col.ID] })}
	case *plan.Aggregate:
		c := *n
		c.Aggs = slices.DeleteFunc(slices.Clone(n.Aggs), func(a plan.AggAssign) bool { return !want[a.Col.ID] })
		c.Groupings = slices.DeleteFunc(slices.Clone(n.Groupings), func(g plan.GroupingAssign) bool { return !want[g.Col.ID] })
		return &c
	case *plan.Window:
		calls := slices.DeleteFunc(slices.Clone(n.Calls), func(a plan.WindowAssign) bool { return !want[a.Col.ID] })
		if len(calls) == 0 {
			return &plan.Project{Input: n.Input, Items: passWanted(n.Input, want)}
		}
		return &plan.Window{Input: n.Input, Calls: calls}
	}
	return n
}

func passWanted(n plan.Node, want wanted) []plan.Assign {
	return plan.Pass(slices.DeleteFunc(slices.Clone(n.Columns()), func(c plan.Col) bool { return !want[c.ID] }))
}

// operator prunes below a node, whose own expressions want columns too. Identities
// being unique, every input may be asked for the same set.
func (p *pruning) operator(n plan.Node, want wanted) plan.Node {
	set := make(wanted, len(want))
	for id := range want {
		set[id] = true
	}
	plan.EachExpr(n, func(e plan.Expr) { plan.Refs(e, set) })
	if j, ok := n.(*plan.Join); ok && j.Lateral {
		plan.NodeRefs(j.Right, set)
	}
	n = plan.MapNodeExprs(n, func(e plan.Expr) plan.Expr {
		return plan.MapSubqueries(e, func(q plan.Node) plan.Node { return p.node(q, all(q)) })
	})
	inputs := n.Inputs()
	for i, in := range inputs {
		inputs[i] = p.node(in, set)
	}
	return plan.Rebuild(n, inputs...)
}

func all(n plan.Node) wanted {
	set := wanted{}
	for _, c := range n.Columns() {
		set[c.ID] = true
	}
	return set
}

func with(set wanted, id plan.ID) wanted {
	if set == nil {
		set = wanted{}
	}
	set[id] = true
	return set
}

// pruneScan keeps one column at least, so that there is something to count: the time if it can.
func pruneScan(s *plan.Scan, want wanted) plan.Node {
	c := *s
	c.Cols, c.Index = nil, nil
	spare := 0
	for i, col := range s.Cols {
		if want[col.ID] {
			c.Cols, c.Index = append(c.Cols, col), append(c.Index, s.Index[i])
		}
		if s.Table.Columns[s.Index[i]].Role == plan.Time {
			spare = i
		}
	}
	if len(c.Cols) == 0 {
		c.Cols, c.Index = s.Cols[spare:spare+1], s.Index[spare:spare+1]
	}
	return &c
}

// prunePartial may leave no column: the bucket or a result is read.
func prunePartial(n *plan.Partial, want wanted) plan.Node {
	c, scan := *n, *n.Scan
	scan.Cols, scan.Index = nil, nil
	for i, col := range n.Scan.Cols {
		if want[col.ID] {
			scan.Cols, scan.Index = append(scan.Cols, col), append(scan.Index, n.Scan.Index[i])
		}
	}
	c.Scan = &scan
	c.Calls = slices.DeleteFunc(slices.Clone(n.Calls), func(p plan.PartialCall) bool { return !want[p.Col.ID] })
	return &c
}

// setOp prunes both sides of UNION ALL alike; in the others every column counts.
func (p *pruning) setOp(n *plan.SetOp, want wanted) plan.Node {
	if n.Kind != plan.Union || !n.All || len(n.Cols) == 0 {
		return plan.Rebuild(n, p.node(n.Left, all(n.Left)), p.node(n.Right, all(n.Right)))
	}
	left, right := n.Left.Columns(), n.Right.Columns()
	var cols, l, r []plan.Col
	for i, c := range n.Cols {
		if want[c.ID] || i == len(n.Cols)-1 && cols == nil {
			cols, l, r = append(cols, c), append(l, left[i]), append(r, right[i])
		}
	}
	return &plan.SetOp{Kind: n.Kind, All: true, Cols: cols, Left: p.exactly(n.Left, l), Right: p.exactly(n.Right, r)}
}

// exactly prunes n to the given columns in this order: nodes may pass more than is wanted.
func (p *pruning) exactly(n plan.Node, cols []plan.Col) plan.Node {
	set := wanted{}
	for _, c := range cols {
		set[c.ID] = true
	}
	n = p.node(n, set)
	if slices.EqualFunc(n.Columns(), cols, func(a, b plan.Col) bool { return a.ID == b.ID }) {
		return n
	}
	return &plan.Project{Input: n, Items: plan.Pass(cols)}
}

// with prunes the body first and then, last to first, what it reads.
func (p *pruning) with(n *plan.With, want wanted) plan.Node {
	inputs := make([]plan.Node, len(n.Binds)+1)
	inputs[len(n.Binds)] = p.node(n.Body, want)
	for i := len(n.Binds) - 1; i >= 0; i-- {
		inputs[i] = p.node(n.Binds[i].Query, p.readers[n.Binds[i].ID])
	}
	return plan.Rebuild(n, inputs...)
}

// read drops the columns of one reader that are not wanted and notes the others.
func (p *pruning) read(n *plan.WithRef, want wanted) plan.Node {
	c := *n
	c.Cols, c.Source = nil, nil
	for i, col := range n.Cols {
		if want[col.ID] || i == len(n.Cols)-1 && c.Cols == nil {
			c.Cols, c.Source = append(c.Cols, col), append(c.Source, n.Source[i])
			p.readers[n.Bind] = with(p.readers[n.Bind], n.Source[i])
		}
	}
	return &c
}
