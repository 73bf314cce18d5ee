package rewrite

import (
	"math"

	"tidemark/sql/plan"
)

// newestPerSeries lets the scan leave out all but the newest row of each series
// where only the newest time of groups of whole series is asked for.
//
//	Aggregate [host] [max(time), max_by(cpu, time)]      Aggregate [host] [max(time), max_by(cpu, time)]
//	  Filter measure_name = 'cpu'                    =>    Filter measure_name = 'cpu'
//	    Scan metrics                                         Scan metrics newest
//
// A group then is a union of series, and its newest row is the newest of one of
// them. That holds under filters that keep or drop a series as a whole, and under
// bounds on time: when the newest row fails a lower bound, so do the others; whether
// it passes an upper one the store knows, to which the scan's own range says it.
//
// The other form of the question is answered alike:
//
//	Filter rn = 1                                            Filter rn = 1
//	  Window row_number() OVER (PARTITION BY host         =>   Window ...
//	                            ORDER BY time DESC) AS rn        Scan metrics newest
//	    Scan metrics
func newestPerSeries(root plan.Node) plan.Node {
	return plan.Rewrite(root, func(n plan.Node) plan.Node {
		switch n := n.(type) {
		case *plan.Aggregate:
			return newestOfGroups(n)
		case *plan.Filter:
			return newestOfRanks(n)
		}
		return n
	})
}

func newestOfGroups(a *plan.Aggregate) plan.Node {
	if a.Sets != nil || len(a.Aggs) == 0 {
		return a
	}
	path, scan, ok := scanBelow(a.Input)
	if !ok || !newestOnly(a, scan) {
		return a
	}
	return plan.Rebuild(a, rebuildPath(path, newest(scan)))
}

func newest(s *plan.Scan) *plan.Scan {
	c := *s
	c.Newest = true
	return &c
}

// scanBelow follows filters that keep or drop whole series, or the older part of
// each, and projections that pass columns, down to a scan.
func scanBelow(n plan.Node) (path []plan.Node, scan *plan.Scan, ok bool) {
	var conds []plan.Expr
	for {
		switch each := n.(type) {
		case *plan.Scan:
			scan, ok = wholeSeries(each, conds)
			return path, scan, ok
		case *plan.Filter:
			conds = append(conds, plan.Conjuncts(each.Cond)...)
			path, n = append(path, each), each.Input
		case *plan.Project:
			if !passes(each) {
				return nil, nil, false
			}
			path, n = append(path, each), each.Input
		default:
			return nil, nil, false
		}
	}
}

// passes reports a projection that renames nothing.
func passes(p *plan.Project) bool {
	for _, it := range p.Items {
		r, ok := it.Expr.(*plan.Ref)
		if !ok || r.Col.ID != it.Col.ID {
			return false
		}
	}
	return true
}

func rebuildPath(path []plan.Node, n plan.Node) plan.Node {
	for i := len(path) - 1; i >= 0; i-- {
		n = plan.Rebuild(path[i], n)
	}
	return n
}

// wholeSeries reports that conditions keep or drop whole series, or cut time, and
// returns the scan with a range that has the upper bounds.
func wholeSeries(s *plan.Scan, conds []plan.Expr) (*plan.Scan, bool) {
	for _, c := range conds {
		if readsSeries(s, c) {
			continue
		}
		cut, ok := timeBound(s, c)
		if !ok {
			return nil, false
		}
		s = s.WithTime(plan.TimeRange{Min: s.Time.Min, Max: min(s.Time.Max, cut.Max)})
	}
	return s, true
}

// readsSeries reports an expression that has one value for all rows of a series.
func readsSeries(s *plan.Scan, e plan.Expr) bool {
	ok := true
	plan.Walk(e, func(e plan.Expr) bool {
		switch e := e.(type) {
		case *plan.Ref:
			c, _, found := s.Column(e.Col.ID)
			ok = ok && found && ofSeries(c.Role)
		case *plan.Call:
			ok = ok && !e.Fn.Volatile
		}
		ok = ok && plan.Subquery(e) == nil
		return ok
	})
	return ok
}

// timeBound returns the range of a condition that is a bound on time and nothing else.
func timeBound(s *plan.Scan, c plan.Expr) (plan.TimeRange, bool) {
	switch c := c.(type) {
	case *plan.Compare:
		for id, f := range learn(c) {
			bare := isTime(s, c.L) || isTime(s, c.R)
			return f.time, f.values == nil && isTimeColumn(s, id) && (bare || f.time.Max == math.MaxInt64)
		}
	case *plan.Between:
		known, ok := learn(c)[timeOf(s)]
		return known.time, ok && isTime(s, c.X) && constants(c.Lo, c.Hi)
	}
	return plan.TimeRange{}, false
}

func constants(list ...plan.Expr) bool {
	for _, e := range list {
		if l, ok := e.(*plan.Literal); !ok || l.Value == nil {
			return false
		}
	}
	return true
}

// timeOf returns the identity of a scan's time column, none if it does not read it.
func timeOf(s *plan.Scan) plan.ID {
	for i, c := range s.Cols {
		if s.Table.Columns[s.Index[i]].Role == plan.Time {
			return c.ID
		}
	}
	return 0
}

func isTimeColumn(s *plan.Scan, id plan.ID) bool { return id != 0 && id == timeOf(s) }

// isTime reports a reference to the scan's time.
func isTime(s *plan.Scan, e plan.Expr) bool {
	r, ok := e.(*plan.Ref)
	return ok && isTimeColumn(s, r.Col.ID)
}

// newestOnly reports an aggregate whose keys are of the series and whose calls want
// the newest row: max(time), max_by(x, time).
func newestOnly(a *plan.Aggregate, s *plan.Scan) bool {
	for _, k := range a.Keys {
		if !readsSeries(s, k.Expr) {
			return false
		}
	}
	for _, each := range a.Aggs {
		if !wantsNewest(each.Call, s) {
			return false
		}
	}
	return true
}

// newestBy gives, per aggregate, which argument must be the time.
var newestBy = map[string]int{"max": 0, "max_by": 1}

func wantsNewest(c plan.AggCall, s *plan.Scan) bool {
	at, ok := newestBy[c.Fn.Name]
	if !ok || len(c.Args) != at+1 || c.Filter != nil && !readsSeries(s, c.Filter) {
		return false
	}
	return isTime(s, c.Args[at])
}
