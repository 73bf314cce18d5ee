package rewrite

import (
	"maps"

	"tidemark/sql/plan"
)

// bounded are the aggregates whose result is one of the values of their argument.
var bounded = map[string]bool{"max": true, "min": true, "arbitrary": true}

// produced returns what holds for every row that n yields, because a filter below
// saw to it. A join by equality carries it to its other side:
//
//	InnerJoin latest = time                              InnerJoin latest = time
//	  Aggregate [host] [max(time) AS latest]         =>    ...
//	    Filter time > 11:00
//	      Scan metrics
//	  Scan metrics                                         Scan metrics (11:00, ∞)
func (d *descent) produced(n plan.Node) facts {
	switch n := n.(type) {
	case *plan.Filter:
		f := d.produced(n.Input)
		f.addAll(learn(n.Cond))
		return f
	case *plan.Project:
		return renamedBy(n.Items, d.produced(n.Input))
	case *plan.Aggregate:
		return producedByGroups(n, d.produced(n.Input))
	case *plan.Join:
		return d.producedByJoin(n)
	case *plan.WithRef:
		return d.producedByBind(n)
	case *plan.Sort, *plan.Limit, *plan.Distinct, *plan.Window, *plan.Unnest:
		return d.produced(n.Inputs()[0])
	}
	return facts{}
}

// renamedBy returns the facts of the columns that an assignment only passes on.
func renamedBy(items []plan.Assign, f facts) facts {
	out := facts{}
	for _, it := range items {
		if r, ok := it.Expr.(*plan.Ref); ok {
			if known, ok := f[r.Col.ID]; ok {
				out[it.Col.ID] = known
			}
		}
	}
	return out
}

func producedByGroups(n *plan.Aggregate, f facts) facts {
	if n.Sets != nil {
		return facts{}
	}
	out := renamedBy(n.Keys, f)
	for _, a := range n.Aggs {
		if !bounded[a.Call.Fn.Name] || len(a.Call.Args) != 1 {
			continue
		}
		maps.Copy(out, renamedBy([]plan.Assign{{Col: a.Col, Expr: a.Call.Args[0]}}, f))
	}
	return out
}

// producedByJoin leaves out the side that an outer join fills with NULLs.
func (d *descent) producedByJoin(n *plan.Join) facts {
	out := facts{}
	if n.Kind == plan.Inner || n.Kind == plan.Left {
		out.addAll(d.produced(n.Left))
	}
	if n.Kind == plan.Inner || n.Kind == plan.Right {
		out.addAll(d.produced(n.Right))
	}
	return out
}

func (d *descent) producedByBind(n *plan.WithRef) facts {
	out := facts{}
	f := d.bindFacts(n.Bind)
	for i, c := range n.Cols {
		if known, ok := f[n.Source[i]]; ok {
			out[c.ID] = known
		}
	}
	return out
}

// bindFacts remembers what a bound relation produces: chains of relations that each
// read the one before twice would else take time exponential in their length.
func (d *descent) bindFacts(id plan.ID) facts {
	if f, done := d.bound[id]; done {
		return f
	}
	f := facts{}
	if query, ok := d.binds[id]; ok {
		f = d.produced(query)
	}
	d.bound[id] = f
	return f
}
