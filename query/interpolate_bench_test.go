package query

import (
	"fmt"
	"testing"

	"tidemark/sql/types"
	"tidemark/tsdb"
)

// The data of BenchmarkInterpolate: hosts with a sample every ten seconds until noon.
const (
	seriesHosts   = 1000
	seriesSamples = 1000
	seriesPoints  = 10_000 // onto which each series is interpolated, as many as sequence makes
)

// fillSeries writes the series of all hosts.
func fillSeries(b *testing.B, e *Engine) {
	ref := tsdb.TableRef{Database: "demo", Table: "series"}
	createTable(b, e, ref)
	for p := range seriesSamples {
		records := make([]tsdb.Record, seriesHosts)
		for h := range records {
			records[h] = tsdb.Record{MeasureName: "m", Multi: true, Time: noon.UnixNano() - int64(seriesSamples-1-p)*10e9, Version: 1,
				Dimensions: []tsdb.Dimension{{Name: "host", Value: fmt.Sprint("host", h)}},
				Measures: []tsdb.Measure{{Name: "cpu", Value: tsdb.DoubleValue(float64(h*p%100) + 0.5)}, {Name: "n", Value: tsdb.BigintValue(int64(p * h))},
					{Name: "state", Value: tsdb.VarcharValue([]string{"on", "off", "waiting for something"}[p*h%3])}}}
		}
		write(b, e, ref, records...)
	}
}

// BenchmarkInterpolate is 10 million interpolated values: their means, or the values themselves.
func BenchmarkInterpolate(b *testing.B) {
	e := openEngine(b, Options{})
	fillSeries(b, e)
	const grid = "sequence('2026-01-01 09:13:21', '2026-01-01 12:00:00', 1s)" // 10,000 times
	const binned = "WITH binned AS (SELECT host, create_time_series(time, %s) AS series, min(time) AS first, max(time) AS last FROM demo.series GROUP BY host) "
	usual := fmt.Sprintf(binned, "cpu") + ", made AS (SELECT host, %s AS s FROM binned) SELECT host, avg(u.value), count(*) FROM made CROSS JOIN UNNEST(s) AS u (time, value) GROUP BY host"
	for _, c := range []struct{ name, text string }{
		{"series", fmt.Sprintf(binned, "cpu") + "SELECT max(cardinality(series)) FROM binned"},
		{"linear", fmt.Sprintf(usual, "interpolate_linear(series, sequence(first, last, 1s))")},
		{"linear-constant", fmt.Sprintf(usual, "interpolate_linear(series, "+grid+")")},
		{"spline", fmt.Sprintf(usual, "interpolate_spline_cubic(series, "+grid+")")},
		{"locf", fmt.Sprintf(usual, "interpolate_locf(series, "+grid+")")},
		{"fill", fmt.Sprintf(usual, "interpolate_fill(series, "+grid+", 0)")},
		{"unnested", fmt.Sprintf(binned, "cpu") + "SELECT host, avg(u.value), count(*) FROM binned CROSS JOIN UNNEST(interpolate_linear(series, sequence(first, last, 1s))) AS u (time, value) GROUP BY host"},
		{"joined", fmt.Sprintf(binned, "cpu") + "SELECT host, avg(interpolate_linear(series, t)) FROM binned CROSS JOIN UNNEST(sequence(first, first + 50s, 1s)) AS u (t) GROUP BY host"},
		{"direct", "SELECT avg(u.value) FROM (SELECT interpolate_linear(create_time_series(time, cpu), " + grid + ") AS s FROM demo.series GROUP BY host) CROSS JOIN UNNEST(s) AS u (time, value)"},
		{"bigint", fmt.Sprintf(binned, "n") + "SELECT sum(cardinality(interpolate_linear(series, " + grid + "))) FROM binned"},
		{"states", fmt.Sprintf(binned, "state") + "SELECT u.value, count(*) FROM (SELECT interpolate_locf(series, " + grid + ") AS s FROM binned) CROSS JOIN UNNEST(s) AS u (time, value) GROUP BY 1"},
		{"reduce", fmt.Sprintf(binned, "cpu") + "SELECT host, reduce(interpolate_linear(series, " + grid + "), DOUBLE '0', (s, p) -> s + coalesce(p.value, 0), s -> s / 10000) FROM binned"},
		{"derivative", fmt.Sprintf(binned, "n") + "SELECT avg(u.value) FROM (SELECT non_negative_derivative_linear(interpolate_locf(series, " + grid + "), 1s) AS s FROM binned) CROSS JOIN UNNEST(s) AS u (time, value)"},
		{"integral", fmt.Sprintf(binned, "cpu") + "SELECT host, integral_trapezoidal(interpolate_linear(series, " + grid + "), 1h) FROM binned"},
		{"correlate", fmt.Sprintf(binned, "cpu") + "SELECT correlate_spearman(a.series, b.series) FROM binned a CROSS JOIN binned b WHERE b.host = 'host7'"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				ask(b, e, Request{Text: c.text})
			}
		})
	}
	b.Run("returned", func(b *testing.B) {
		for b.Loop() {
			if n := returned(b, e, "SELECT host, interpolate_linear(create_time_series(time, cpu), "+grid+") FROM demo.series GROUP BY host"); n != seriesHosts*seriesPoints {
				b.Fatalf("%d points", n)
			}
		}
	})
}

// returned reads all pages of a statement and counts the points of its second column.
func returned(b *testing.B, e *Engine, text string) (points int) {
	req := Request{Text: text}
	for {
		page := ask(b, e, req)
		for _, row := range page.Rows {
			points += len(row[1].([]types.Point))
		}
		if req.Token = page.NextToken; req.Token == "" {
			return points
		}
	}
}
