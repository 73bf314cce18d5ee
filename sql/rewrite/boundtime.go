package rewrite

import "tidemark/sql/plan"

// boundTime copies the bounds that filters set on time into the scans below them.
//
//	Filter time >= 09:00 AND cpu > 90        Filter time >= 09:00 AND cpu > 90
//	  Scan metrics                      =>     Scan metrics [09:00, ∞)
//
// The filter stays: the scan skips whole files, and a file may straddle the bound.
// The bound also finds its way through what descend lists.
func boundTime(root plan.Node) plan.Node {
	return descend(root, func(s *plan.Scan, f facts) plan.Node {
		for i, c := range s.Cols {
			if known, ok := f[c.ID]; ok && s.Table.Columns[s.Index[i]].Role == plan.Time {
				s = s.WithTime(s.Time.Intersect(known.time))
			}
		}
		return s
	})
}
