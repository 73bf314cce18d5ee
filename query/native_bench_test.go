package query

import (
	"fmt"
	"testing"
)

// BenchmarkNative is the cost of functions in Go, per row, beside that of making the
// row's argument.
func BenchmarkNative(b *testing.B) {
	e := openEngine(b, Options{})
	const rows = 1_000_000
	for _, c := range []struct{ name, x string }{
		{"none", "length(s)"},
		{"parse bigint", "CAST(n AS bigint)"},
		{"parse double", "CAST(n AS double)"},
		{"parse timestamp", "to_milliseconds(CAST('2026-01-01 00:00:0' || substr(n, 1, 1) AS timestamp))"},
		{"double text", "length(CAST(x / 7e0 AS varchar))"},
		{"interval text", "length(CAST(parse_duration('1s') * x AS varchar))"},
		{"regexp_like", "if(regexp_like(s, 'no[0-9]*5$'), 1, 0)"},
		{"regexp_extract", "length(regexp_extract(s, 'no([0-9]+)', 1))"},
		{"regexp_replace", "length(regexp_replace(s, '[0-4]+', '<$0>'))"},
		{"date_format", "length(date_format(from_milliseconds(x), '%Y-%m-%d %H:%i:%s'))"},
	} {
		text := fmt.Sprintf("SELECT sum(%s) FROM (SELECT x, CAST(x AS varchar) AS n, 'host no' || CAST(x AS varchar) AS s FROM "+
			"(SELECT a.x * 1000 + b.x AS x FROM UNNEST(sequence(1, 1000)) AS a (x) CROSS JOIN UNNEST(sequence(0, 999)) AS b (x)))", c.x)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				ask(b, e, Request{Text: text})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
