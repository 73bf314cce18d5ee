package rewrite

import (
	"slices"

	"tidemark/sql/plan"
)

// seriesFilter copies the values that filters allow for dimensions and the measure
// name into the scans below them.
//
//	Filter host = 'a' AND measure_name IN ('cpu', 'mem')
//	  Scan metrics
//
//	=>  Scan metrics host in (a), measure_name in (cpu, mem)
//
// The filter stays; the scan may skip the series that cannot pass it.
func seriesFilter(root plan.Node) plan.Node {
	return descend(root, func(s *plan.Scan, f facts) plan.Node {
		var in []plan.In
		for i, c := range s.Cols {
			known := f[c.ID]
			if known.values != nil && ofSeries(s.Table.Columns[s.Index[i]].Role) {
				in = append(in, plan.In{Column: s.Index[i], Values: known.values})
			}
		}
		if in == nil {
			return s
		}
		c := *s
		c.In = slices.Concat(s.In, in)
		return &c
	})
}

// ofSeries reports a column that is the same in all rows of a series.
func ofSeries(r plan.Role) bool { return r == plan.Dimension || r == plan.MeasureName }
