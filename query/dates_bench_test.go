package query

import "testing"

// BenchmarkDates is the cost of the date functions a row, over a million.
func BenchmarkDates(b *testing.B) {
	e := openEngine(b, Options{})
	const from = " FROM (SELECT from_milliseconds(1655487883000 + a.x * 1000003 + b.x * 77) AS t FROM UNNEST(sequence(1, 1000)) AS a (x) CROSS JOIN UNNEST(sequence(1, 1000)) AS b (x))"
	for _, c := range []struct{ name, text string }{
		{"nothing", "SELECT max(t)" + from},
		{"bin", "SELECT max(bin(t, 5m))" + from},
		{"trunc_month", "SELECT max(date_trunc('month', t))" + from},
		{"add_hours", "SELECT max(date_add('hour', 3, t))" + from},
		{"add_months", "SELECT max(date_add('month', 3, t))" + from},
		{"diff_months", "SELECT max(date_diff('month', t, now()))" + from},
		{"plus_interval", "SELECT max(t + 90s)" + from},
		{"year", "SELECT max(year(t))" + from},
		{"hour", "SELECT max(hour(t))" + from},
		{"week", "SELECT max(week(t))" + from},
		{"date_format", "SELECT max(date_format(t, '%Y-%m-%d %H:%i:%s.%f'))" + from},
		{"format_datetime", "SELECT max(format_datetime(t, 'yyyy-MM-dd''T''HH:mm:ss.SSSZ'))" + from},
		{"date_parse", "SELECT max(date_parse(CAST(t AS varchar), '%Y-%m-%d %H:%i:%s.%f'))" + from},
		{"parse_datetime", "SELECT max(parse_datetime(CAST(t AS varchar), 'yyyy-MM-dd HH:mm:ss.SSSSSSSSS'))" + from},
		{"cast_to_varchar", "SELECT max(CAST(t AS varchar))" + from},
		{"cast_from_varchar", "SELECT max(CAST(CAST(t AS varchar) AS timestamp))" + from},
		{"from_iso8601", "SELECT max(from_iso8601_timestamp(to_iso8601(t)))" + from},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				ask(b, e, Request{Text: c.text})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/row")
		})
	}
}
