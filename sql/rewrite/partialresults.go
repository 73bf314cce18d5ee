package rewrite

import (
	"slices"

	"tidemark/sql/builtin"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// partialResults lets the store sum up the rows of each series before anything is joined
// to them or compared as a text. What a series has of a dimension is the same in all its
// rows, and so is what a bucket of time has of bin(time, …).
//
//	Aggregate [host, bin(time, 1h)] [avg(cpu)]       Aggregate [host, bin(time, 1h)] [avg(sum(cpu), count(cpu))]
//	  Filter rack = 'r1' AND time >= 10:00       =>    Filter rack = 'r1'
//	    Scan metrics                                     Partial metrics [10:00, ∞) by bin(time, 1h)
//	                                                       compute sum(cpu), count(cpu)
//
// Keys and filters read columns of the series, or the time as here; aggregates are those
// that partial results can be merged of.
func partialResults(root plan.Node) plan.Node {
	ids := plan.MaxID(root)
	return plan.Rewrite(root, func(n plan.Node) plan.Node {
		if a, ok := n.(*plan.Aggregate); ok {
			return inParts(&ids, a)
		}
		return n
	})
}

// parting is one aggregate that is being taken apart.
type parting struct {
	ids   *plan.IDs
	keys  []plan.Assign
	aggs  []plan.AggAssign
	conds []plan.Expr
	out   *plan.Partial
}

func inParts(ids *plan.IDs, a *plan.Aggregate) plan.Node {
	if a.Sets != nil || len(a.Groupings) > 0 || len(a.Aggs) == 0 {
		return a
	}
	p := &parting{ids: ids, keys: slices.Clone(a.Keys), aggs: slices.Clone(a.Aggs)}
	scan, ok := p.descend(a.Input)
	if !ok || scan.Newest {
		return a
	}
	whole := *scan
	p.out = &plan.Partial{Scan: &whole}
	if !p.filters() || !p.groups() || !p.worth() || !p.calls() {
		return a
	}
	p.keepSeries()
	var input plan.Node = p.out
	if len(p.conds) > 0 {
		input = &plan.Filter{Input: input, Cond: conjunction(p.conds)}
	}
	return &plan.Aggregate{Input: input, Keys: p.keys, Aggs: p.aggs}
}

func conjunction(conds []plan.Expr) plan.Expr {
	if len(conds) == 1 {
		return conds[0]
	}
	return &plan.Logic{Args: conds}
}

// descend follows filters and projections down to a scan. Expressions are written in
// terms of its columns on the way.
func (p *parting) descend(n plan.Node) (*plan.Scan, bool) {
	for {
		switch each := n.(type) {
		case *plan.Scan:
			return each, true
		case *plan.Filter:
			p.conds = append(p.conds, plan.Conjuncts(each.Cond)...)
			n = each.Input
		case *plan.Project:
			if !p.inline(each.Items) {
				return nil, false
			}
			n = each.Input
		default:
			return nil, false
		}
	}
}

// inline puts the expressions of a projection in the place of its columns.
func (p *parting) inline(items []plan.Assign) bool {
	of := map[plan.ID]plan.Expr{}
	for _, it := range items {
		if _, ref := it.Expr.(*plan.Ref); !ref && !repeatable(it.Expr) {
			return false
		}
		of[it.Col.ID] = it.Expr
	}
	read := func(e plan.Expr) plan.Expr {
		if e == nil {
			return nil
		}
		return plan.Replace(e, func(e plan.Expr) plan.Expr {
			if r, ok := e.(*plan.Ref); ok {
				return of[r.Col.ID]
			}
			return nil
		})
	}
	for i := range p.keys {
		p.keys[i].Expr = read(p.keys[i].Expr)
	}
	for i, c := range p.conds {
		p.conds[i] = read(c)
	}
	for i := range p.aggs {
		call := &p.aggs[i].Call
		call.Args = slices.Clone(call.Args)
		for k, arg := range call.Args {
			call.Args[k] = read(arg)
		}
		call.Filter = read(call.Filter)
	}
	return true
}

// repeatable reports an expression that gives the same value wherever it stands.
func repeatable(e plan.Expr) bool {
	ok := true
	plan.Walk(e, func(e plan.Expr) bool {
		if c, call := e.(*plan.Call); call && c.Fn.Volatile {
			ok = false
		}
		ok = ok && plan.Subquery(e) == nil
		return ok
	})
	return ok
}

// filters splits the conditions: bounds on time go into the scan, those on series stay.
func (p *parting) filters() bool {
	scan := p.out.Scan
	var kept []plan.Expr
	for _, c := range p.conds {
		if within, ok := exactBound(scan, c); ok {
			scan.Time = scan.Time.Intersect(within)
			continue
		}
		if !readsSeries(scan, c) {
			return false
		}
		kept = append(kept, c)
	}
	p.conds = kept
	return true
}

// exactBound returns the range of time in which a condition is true; there is none of
// one that says more or less.
func exactBound(s *plan.Scan, c plan.Expr) (plan.TimeRange, bool) {
	switch c := c.(type) {
	case *plan.Compare:
		if c.Op > plan.GreaterOrEqual || c.Op == plan.NotEqual ||
			!(isTime(s, c.L) && constants(c.R) || isTime(s, c.R) && constants(c.L)) {
			return plan.TimeRange{}, false
		}
	case *plan.Between:
		if !isTime(s, c.X) || !constants(c.Lo, c.Hi) {
			return plan.TimeRange{}, false
		}
	default:
		return plan.TimeRange{}, false
	}
	f, ok := learn(c)[timeOf(s)]
	return f.time, ok
}

// groups replaces the key that is a bucket of time by the column that has it; others
// are of the series.
func (p *parting) groups() bool {
	for i, k := range p.keys {
		if readsSeries(p.out.Scan, k.Expr) {
			continue
		}
		width := bucketWidth(p.out.Scan, k.Expr)
		if width <= 0 || p.out.Bucket != nil && p.out.Bucket.Width != width {
			return false
		}
		if p.out.Bucket == nil {
			p.out.Bucket = &plan.Bucket{Col: p.ids.New(plan.ExprText(k.Expr), types.Of(types.Timestamp)), Width: width}
		}
		p.keys[i].Expr = p.out.Bucket.Col.Ref()
	}
	return true
}

// bucketWidth returns the width of what rounds a scan's time down, 0 for anything else.
func bucketWidth(s *plan.Scan, e plan.Expr) int64 {
	c, ok := e.(*plan.Call)
	if !ok || len(c.Args) != 2 {
		return 0
	}
	switch c.Fn.Name {
	case "bin":
		if width, ok := literal[int64](c.Args[1]); ok && isTime(s, c.Args[0]) {
			return width
		}
	case "date_trunc":
		if unit, ok := literal[string](c.Args[0]); ok && isTime(s, c.Args[1]) {
			return truncated[unit]
		}
	}
	return 0
}

func literal[T any](e plan.Expr) (v T, ok bool) {
	if l, is := e.(*plan.Literal); is {
		v, ok = l.Value.(T)
	}
	return v, ok
}

// truncated are the units of date_trunc that 1970 began with one of and that all have one length.
var truncated = map[string]int64{"millisecond": millisecond, "second": 1000 * millisecond, "minute": 60_000 * millisecond, "hour": day / 24, "day": day}

// worth reports that the store saves something: the time is rounded, or something of
// the series is read for every row.
func (p *parting) worth() bool {
	read := map[plan.ID]bool{}
	for _, k := range p.keys {
		plan.Refs(k.Expr, read)
	}
	for _, c := range p.conds {
		plan.Refs(c, read)
	}
	return len(read) > 0
}

// calls takes the aggregates apart.
func (p *parting) calls() bool {
	for i := range p.aggs {
		call := p.aggs[i].Call
		if !p.condition(&call) || !p.call(&call) {
			return false
		}
		p.aggs[i].Call = call
	}
	return true
}

// condition makes a filter of a CASE over series without ELSE:
//
//	max(CASE WHEN measure_name = 'cpu' THEN v END)   =>   max(v) FILTER (WHERE measure_name = 'cpu')
func (p *parting) condition(a *plan.AggCall) bool {
	if a.Distinct || len(a.OrderBy) > 0 || len(a.Args) > 1 {
		return false
	}
	if len(a.Args) == 1 {
		if c, ok := a.Args[0].(*plan.Case); ok && len(c.Whens) == 1 && (c.Else == nil || isNull(c.Else)) {
			when := c.Whens[0]
			a.Args = []plan.Expr{when.Then}
			if a.Filter != nil {
				when.Cond = &plan.Logic{Args: []plan.Expr{a.Filter, when.Cond}}
			}
			a.Filter = when.Cond
		}
	}
	return a.Filter == nil || readsSeries(p.out.Scan, a.Filter)
}

func isNull(e plan.Expr) bool {
	l, ok := e.(*plan.Literal)
	return ok && l.Value == nil
}

// call makes a call one of the results that it is merged of.
func (p *parting) call(a *plan.AggCall) bool {
	if len(a.Args) == 0 {
		if a.Fn.Name != "count" {
			return false
		}
		a.Fn, a.Args = builtin.MergeCount, []plan.Expr{p.result(plan.CountRows, plan.Col{}, 0)}
		return true
	}
	r, ok := a.Args[0].(*plan.Ref)
	if !ok {
		return false
	}
	column, at, ok := p.out.Scan.Column(r.Col.ID)
	if !ok || ofSeries(column.Role) {
		return false
	}
	part := func(k plan.ScanCallKind) plan.Expr { return p.result(k, r.Col, at) }
	number := column.Type.Kind == types.Bigint || column.Type.Kind == types.Double
	switch name := a.Fn.Name; {
	case name == "count":
		a.Fn, a.Args = builtin.MergeCount, []plan.Expr{part(plan.Count)}
	case name == "avg" && number:
		a.Fn, a.Args = builtin.MergeAvg, []plan.Expr{part(plan.Sum), part(plan.Count)}
	case name == "sum" && number:
		a.Args = []plan.Expr{part(plan.Sum)}
	case name == "min":
		a.Args = []plan.Expr{part(plan.Min)}
	case name == "max":
		a.Args = []plan.Expr{part(plan.Max)}
	default:
		return false
	}
	return true
}

// result returns the column of a partial result, which equal calls share.
func (p *parting) result(k plan.ScanCallKind, col plan.Col, at int) plan.Expr {
	call := plan.ScanCall{Kind: k, Column: at}
	for _, c := range p.out.Calls {
		if c.Call == call {
			return c.Col.Ref()
		}
	}
	t := col.Type
	if k == plan.CountRows || k == plan.Count {
		t = types.Of(types.Bigint)
	}
	c := p.ids.New(k.String()+"("+col.Name+")", t)
	p.out.Calls = append(p.out.Calls, plan.PartialCall{Col: c, Call: call})
	return c.Ref()
}

// keepSeries leaves the scan the columns of the series.
func (p *parting) keepSeries() {
	s := p.out.Scan
	all := *s
	s.Cols, s.Index = nil, nil
	for i, c := range all.Cols {
		if ofSeries(s.Table.Columns[all.Index[i]].Role) {
			s.Cols, s.Index = append(s.Cols, c), append(s.Index, all.Index[i])
		}
	}
}
