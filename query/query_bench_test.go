package query

import (
	"fmt"
	"testing"

	"tidemark/tsdb"
)

// BenchmarkTrivial is the cost of a statement that does nothing.
func BenchmarkTrivial(b *testing.B) {
	e := openEngine(b, Options{})
	for b.Loop() {
		ask(b, e, Request{Text: "SELECT 1"})
	}
}

// BenchmarkCompile is the compiler's part in a usual dashboard statement.
func BenchmarkCompile(b *testing.B) {
	e := openDemo(b, Options{})
	for b.Loop() {
		if _, _, err := e.Explain(b.Context(), dashboard); err != nil {
			b.Fatal(err)
		}
	}
}

const dashboard = `SELECT host, bin(time, 5m) AS t, avg(cpu) AS cpu, max(mem) AS mem FROM demo.host
	WHERE time BETWEEN ago(3h) AND now() AND region IN ('eu', 'us') GROUP BY host, bin(time, 5m) ORDER BY t, host`

// BenchmarkDashboard is a usual statement on a handful of rows.
func BenchmarkDashboard(b *testing.B) {
	e := openDemo(b, Options{})
	for b.Loop() {
		ask(b, e, Request{Text: dashboard})
	}
}

// BenchmarkDeliver is the cost of a result's rows, page by page.
func BenchmarkDeliver(b *testing.B) {
	e := openEngine(b, Options{})
	const rows = 1_000_000
	text := "SELECT a.x, b.x * 0.5, 'text of some length' FROM UNNEST(sequence(1, 1000)) AS a (x) CROSS JOIN UNNEST(sequence(1, 1000)) AS b (x)"
	for b.Loop() {
		req := Request{Text: text}
		for n := 0; ; {
			page := ask(b, e, req)
			n += len(page.Rows)
			if req.Token = page.NextToken; req.Token == "" {
				if n != rows {
					b.Fatalf("%d rows", n)
				}
				break
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}

// BenchmarkScan is an hourly mean over many rows.
func BenchmarkScan(b *testing.B) {
	e := openEngine(b, Options{})
	ref := tsdb.TableRef{Database: "the-db", Table: "table"}
	createTable(b, e, ref)
	const hosts, points = 100, 2000
	for p := range points {
		var records []tsdb.Record
		for h := range hosts {
			records = append(records, tsdb.Record{MeasureName: "m", Multi: true, Time: noon.UnixNano() - int64(p)*10e9, Version: 1,
				Dimensions: []tsdb.Dimension{{Name: "host", Value: fmt.Sprint("host", h)}},
				Measures:   []tsdb.Measure{{Name: "cpu", Value: tsdb.DoubleValue(float64(h + p))}, {Name: "mem", Value: tsdb.BigintValue(int64(p))}}})
		}
		write(b, e, ref, records...)
	}
	for _, c := range []struct{ name, text string }{
		{"mean", "SELECT host, bin(time, 1h), avg(cpu) FROM \"the-db\".\"table\" GROUP BY 1, 2"},
		{"one", "SELECT avg(cpu) FROM \"the-db\".\"table\" WHERE host = 'host7' AND time > ago(1h)"},
		{"newest", "SELECT host, max_by(cpu, time) FROM \"the-db\".\"table\" GROUP BY host"},
		{"count", "SELECT count(*) FROM \"the-db\".\"table\""},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				ask(b, e, Request{Text: c.text})
			}
		})
	}
}
