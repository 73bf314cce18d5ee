package rewrite

import (
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// ranking are the window functions that give the first row of a partition 1, and
// give a second row of one series more, no two rows of a series having the same time.
var ranking = map[string]bool{"row_number": true, "rank": true, "dense_rank": true}

// newestOfRanks handles a filter that keeps the first row of each partition, the
// partitions being unions of series and ordered from the newest row on.
func newestOfRanks(f *plan.Filter) plan.Node {
	outer, n := []plan.Node{f}, f.Input
	for {
		p, ok := n.(*plan.Project)
		if !ok || !passes(p) {
			break
		}
		outer, n = append(outer, p), p.Input
	}
	w, ok := n.(*plan.Window)
	if !ok || len(w.Calls) != 1 || !keepsFirst(f.Cond, w.Calls[0].Col.ID) {
		return f
	}
	path, scan, ok := scanBelow(w.Input)
	if !ok || !ranksNewest(w.Calls[0].Call, scan) {
		return f
	}
	return rebuildPath(append(append(outer, w), path...), newest(scan))
}

// keepsFirst reports that a condition holds only where the column is 1 at most.
func keepsFirst(cond plan.Expr, id plan.ID) bool {
	for _, c := range plan.Conjuncts(cond) {
		cmp, ok := c.(*plan.Compare)
		if !ok {
			continue
		}
		if _, left := cmp.L.(*plan.Literal); left {
			cmp = &plan.Compare{Op: cmp.Op.Mirror(), L: cmp.R, R: cmp.L}
		}
		r, ok := cmp.L.(*plan.Ref)
		if ok && r.Col.ID == id && firstOnly(cmp.Op, cmp.R) {
			return true
		}
	}
	return false
}

func firstOnly(op plan.CompareOp, x plan.Expr) bool {
	l, ok := x.(*plan.Literal)
	if !ok || l.T.Kind != types.Bigint || l.Value == nil {
		return false
	}
	switch n := l.Value.(int64); op {
	case plan.Equal, plan.LessOrEqual:
		return n == 1
	case plan.Less:
		return n == 2
	}
	return false
}

// ranksNewest reports a ranking of whole series by time, newest first.
func ranksNewest(c plan.WindowCall, s *plan.Scan) bool {
	if !ranking[c.Fn.Name] || len(c.Order) != 1 || !c.Order[0].Desc || c.Order[0].NullsFirst {
		return false
	}
	for _, e := range c.PartitionBy {
		if !readsSeries(s, e) {
			return false
		}
	}
	return isTime(s, c.Order[0].Expr)
}
