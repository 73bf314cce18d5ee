package main

import (
	"context"
	"fmt"
	"time"
)

// The series of the interpolation part: a sample every interval, and as many times onto
// which each is interpolated as sequence makes at most.
const (
	seriesHosts   = 1000
	seriesSamples = 1000
	seriesPoints  = 10_000
)

// benchInterpolate asks for 10 million interpolated values in the shape of the
// developer guide: series made of rows, drawn onto a finer grid, taken apart again.
func benchInterpolate(ctx context.Context, o options, r *report) error {
	return withNode(ctx, o, func(n *node) error {
		end := time.Now().Truncate(time.Hour)
		rows, _, err := n.loadTSBS(ctx, seriesHosts, end.Add(-seriesSamples*interval), end)
		if err != nil {
			return err
		}
		if err := n.count(ctx, "SELECT count(*) FROM tsbs.cpu", rows); err != nil {
			return err
		}
		for _, q := range interpolations(end.Add(-interval)) {
			if err := n.ask(ctx, o, r, q); err != nil {
				return fmt.Errorf("%s: %w", q.what, err)
			}
		}
		mb, err := n.memory()
		r.add(figure{what: "resident memory after the interpolations", value: mb, unit: "MB"})
		return err
	})
}

// interpolations are the questions, over a grid that ends with the last sample.
func interpolations(last time.Time) []question {
	const form = "2006-01-02 15:04:05"
	first := last.Add(-(seriesPoints - 1) * time.Second).UTC()
	grid := fmt.Sprintf("sequence('%s', '%s', 1s)", first.Format(form), last.UTC().Format(form))
	means := func(what, call string) question {
		return question{"10 M values, means per host: " + what, 2000, seriesHosts,
			"WITH binned AS (SELECT hostname, create_time_series(time, usage_user) AS series FROM tsbs.cpu GROUP BY hostname), " +
				"made AS (SELECT hostname, " + fmt.Sprintf(call, "series, "+grid) + " AS made FROM binned) " +
				"SELECT hostname, avg(u.value), count(*) FROM made CROSS JOIN UNNEST(made) AS u (time, value) GROUP BY hostname"}
	}
	return []question{
		means("interpolate_linear", "interpolate_linear(%s)"),
		means("interpolate_spline_cubic", "interpolate_spline_cubic(%s)"),
		means("interpolate_locf", "interpolate_locf(%s)"),
		means("interpolate_fill", "interpolate_fill(%s, 0)"),
		{"1 M values of 100 series, interpolated and returned", 0, 100,
			"SELECT hostname, interpolate_linear(create_time_series(time, usage_user), " + grid + ") FROM tsbs.cpu WHERE hostname LIKE 'host_1__' GROUP BY hostname"},
	}
}
