package rewrite_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tidemark/sql"
	"tidemark/sql/plan"
	"tidemark/sql/rewrite"
	"tidemark/sql/types"
)

type catalog struct{}

// Table serves db.t with two dimensions and two measures, under any name.
func (catalog) Table(_ context.Context, database, table string) (*plan.Table, error) {
	varchar, double := types.Of(types.Varchar), types.Of(types.Double)
	return &plan.Table{Database: database, Name: table, Columns: []plan.Column{
		{Name: "host", Type: varchar, Role: plan.Dimension}, {Name: "rack", Type: varchar, Role: plan.Dimension},
		{Name: "measure_name", Type: varchar, Role: plan.MeasureName}, {Name: "time", Type: types.Of(types.Timestamp), Role: plan.Time},
		{Name: "cpu", Type: double, Role: plan.Multi}, {Name: "mem", Type: double, Role: plan.Multi},
	}}, nil
}

// planWith compiles with only the required passes and one more.
func planWith(t *testing.T, query, pass string) string {
	t.Helper()
	off := map[string]bool{}
	for _, p := range rewrite.Passes {
		off[p.Name] = p.Name != pass
	}
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	p, err := sql.Compile(t.Context(), query, catalog{}, sql.Options{Now: noon, Off: off})
	if err != nil {
		t.Fatalf("Compile(%s) = %v", query, err)
	}
	return plan.Explain(p.Plan)
}

// scans returns the lines of the scans, without their columns unless pruning is the subject.
func scans(text, pass string) string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "Scan ") {
			continue
		}
		line = strings.TrimPrefix(line, "Scan ")
		if pass != "pruneColumns" {
			line, _, _ = strings.Cut(line, " columns")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func TestScans(t *testing.T) {
	tests := []struct{ pass, query, want string }{
		{"boundTime", "SELECT cpu FROM d.t WHERE time > ago(1h)", "d.t [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "SELECT cpu FROM d.t WHERE time >= now() - 1h AND time < now() AND cpu > 3", "d.t [2026-01-01 11:00:00, 2026-01-01 11:59:59.999999999]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE ago(1h) <= time AND cpu > 3", "d.t [2026-01-01 11:00:00, ∞)"},
		{"boundTime", "SELECT cpu FROM d.t WHERE time BETWEEN '2026-01-01' AND '2026-01-02 03:00'", "d.t [2026-01-01 00:00:00, 2026-01-02 03:00:00]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE time = '2026-01-01' OR time IN ('2026-01-03', '2026-01-02')", "d.t [2026-01-01 00:00:00, 2026-01-03 00:00:00]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE time > ago(1h) OR cpu > 3", "d.t"},
		{"boundTime", "SELECT cpu FROM d.t WHERE NOT time > ago(1h)", "d.t (-∞, 2026-01-01 11:00:00]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE NOT (time < ago(1h) OR cpu > 3 OR NOT time < now())", "d.t [2026-01-01 11:00:00, 2026-01-01 11:59:59.999999999]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE NOT (time < ago(1h) AND cpu > 3)", "d.t"},
		{"boundTime", "SELECT cpu FROM d.t WHERE NOT time BETWEEN ago(2h) AND ago(1h)", "d.t"},
		{"boundTime", "SELECT cpu FROM d.t WHERE now() - time < 1h", "d.t [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "SELECT cpu FROM d.t WHERE time - ago(1h) >= 30m AND 2h + time <= now() + 3h", "d.t [2026-01-01 11:30:00, 2026-01-01 13:00:00]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE date(time) = DATE '2025-12-31'", "d.t [2025-12-31 00:00:00, 2025-12-31 23:59:59.999999999]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE CAST(time AS DATE) BETWEEN DATE '2025-12-30' AND DATE '2025-12-31'", "d.t [2025-12-30 00:00:00, 2025-12-31 23:59:59.999999999]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE date_trunc('hour', time) = '2026-01-01 10:00' AND date_trunc('MONTH', time) <= '2026-01-01'", "d.t [2026-01-01 10:00:00, 2026-01-01 10:59:59.999999999]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE to_milliseconds(time) >= 1767261600000 AND to_nanoseconds(time) < 1767265200000000000", "d.t [2026-01-01 10:00:00, 2026-01-01 10:59:59.999999999]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE to_milliseconds(time) = 1767261600000", "d.t [2026-01-01 10:00:00, 2026-01-01 10:00:00.000999999]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE to_milliseconds(time) < 9223372036854775807 AND time - 1ns < '2262-04-11'", "d.t (-∞, 2262-04-11 00:00:00]"},
		{"boundTime", "SELECT * FROM (SELECT to_milliseconds(time) AS ms, cpu FROM d.t) WHERE ms > 1767261600000", "d.t [2026-01-01 10:00:00.001, ∞)"},
		{"boundTime", "SELECT a.cpu FROM d.a, d.b WHERE a.time = b.time AND b.time > ago(1h)", "d.a [2026-01-01 11:00:00.000000001, ∞); d.b [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "SELECT a.cpu FROM d.a, d.b, d.c WHERE b.time = c.time AND a.time = b.time AND a.time > ago(1h)", "d.a [2026-01-01 11:00:00.000000001, ∞); d.b [2026-01-01 11:00:00.000000001, ∞); d.c [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "SELECT a.cpu FROM (SELECT * FROM d.a WHERE time > ago(1h)) a, d.b WHERE a.time = b.time", "d.a [2026-01-01 11:00:00.000000001, ∞); d.b [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "SELECT a.cpu FROM d.a, d.b WHERE (a.time = b.time OR a.cpu = 1) AND b.time > ago(1h)", "d.a; d.b [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "SELECT cpu FROM d.t WHERE bin(time, 1h) = '2026-01-01 10:00'", "d.t [2026-01-01 10:00:00, 2026-01-01 10:59:59.999999999]"},
		{"boundTime", "SELECT cpu FROM d.t WHERE time + 1h > now() AND time - 1h < now()", "d.t [2026-01-01 11:00:00.000000001, 2026-01-01 12:59:59.999999999]"},
		{"boundTime", "SELECT * FROM (SELECT time AS at, cpu FROM d.t) WHERE at > ago(1h)", "d.t [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "WITH w AS (SELECT time, cpu FROM d.t) SELECT * FROM w WHERE time > ago(1h)", "d.t [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "WITH w AS (SELECT time, cpu FROM d.t) SELECT a.cpu FROM w a, w b WHERE a.time > ago(1h) AND b.time BETWEEN ago(3h) AND ago(2h)", "d.t [2026-01-01 09:00:00, ∞)"},
		{"boundTime", "WITH w AS (SELECT time, cpu FROM d.t) SELECT a.cpu FROM w a, w b WHERE a.time > ago(1h)", "d.t"},
		{"boundTime", "SELECT * FROM (SELECT time FROM d.a UNION ALL SELECT time FROM d.b) WHERE time > ago(1h)", "d.a [2026-01-01 11:00:00.000000001, ∞); d.b [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "SELECT a.cpu FROM d.a JOIN d.b ON a.time = b.time WHERE a.time > ago(1h)", "d.a [2026-01-01 11:00:00.000000001, ∞); d.b [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "SELECT a.cpu FROM d.a LEFT JOIN d.b ON a.host = b.host AND b.time > ago(1h) AND a.time > ago(2h)", "d.a; d.b [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "SELECT a.cpu FROM d.a FULL JOIN d.b ON a.host = b.host AND b.time > ago(1h)", "d.a; d.b"},
		{"boundTime", "SELECT * FROM (SELECT bin(time, 1h) AS t, avg(cpu) FROM d.t GROUP BY bin(time, 1h)) WHERE t >= '2026-01-01 10:00'", "d.t [2026-01-01 10:00:00, ∞)"},
		{"boundTime", "SELECT * FROM (SELECT time, cpu FROM d.t ORDER BY time LIMIT 5) WHERE time > ago(1h)", "d.t"},
		{"boundTime", "SELECT * FROM (SELECT time, lag(cpu) OVER (ORDER BY time) FROM d.t) WHERE time > ago(1h)", "d.t"},
		{"boundTime", "SELECT max(time) AS m FROM d.t HAVING max(time) > ago(1h)", "d.t"},
		{"boundTime", "SELECT cpu FROM d.a WHERE host IN (SELECT host FROM d.b WHERE time > ago(1h))", "d.b [2026-01-01 11:00:00.000000001, ∞); d.a"},

		{"boundTime", "WITH l AS (SELECT host, max(time) AS latest FROM d.a WHERE time > ago(1h) GROUP BY host) SELECT b.cpu FROM l JOIN d.b ON l.host = b.host AND l.latest = b.time",
			"d.a [2026-01-01 11:00:00.000000001, ∞); d.b [2026-01-01 11:00:00.000000001, ∞)"},
		{"boundTime", "WITH l AS (SELECT host, max(time) AS latest FROM d.a WHERE time > ago(1h) GROUP BY host) SELECT b.cpu FROM l RIGHT JOIN d.b ON l.latest = b.time", "d.a [2026-01-01 11:00:00.000000001, ∞); d.b"},
		{"seriesFilter", "WITH l AS (SELECT host, max(time) AS latest FROM d.a WHERE host = 'x' GROUP BY host) SELECT b.cpu FROM l LEFT JOIN d.b ON l.host = b.host", "d.a host in (x); d.b host in (x)"},
		{"seriesFilter", "SELECT cpu FROM d.t WHERE host = 'a' AND 'm' = measure_name AND cpu = 1", "d.t host in (a) measure_name in (m)"},
		{"seriesFilter", "SELECT cpu FROM d.t WHERE host IN ('b', 'a', 'b') AND rack LIKE 'r%'", "d.t host in (a, b)"},
		{"seriesFilter", "SELECT cpu FROM d.t WHERE host = 'a' OR host IN ('c', 'b')", "d.t host in (a, b, c)"},
		{"seriesFilter", "SELECT cpu FROM d.t WHERE host = 'a' OR rack = 'r'", "d.t"},
		{"seriesFilter", "SELECT cpu FROM d.t WHERE host <> 'a' AND host NOT IN ('b')", "d.t"},
		{"seriesFilter", "SELECT cpu FROM d.t WHERE host = 'a' AND host = 'b'", "d.t host in ()"},
		{"seriesFilter", "SELECT a.cpu FROM d.a JOIN d.b ON a.host = b.host WHERE b.host = 'x'", "d.a host in (x); d.b host in (x)"},
		{"seriesFilter", "SELECT a.cpu FROM d.a LEFT JOIN d.b ON a.host = b.host WHERE a.host = 'x'", "d.a host in (x); d.b host in (x)"},
		{"seriesFilter", "SELECT a.cpu FROM d.a LEFT JOIN d.b ON a.host = b.host AND b.host = 'x'", "d.a; d.b host in (x)"},
		{"seriesFilter", "SELECT c FROM (SELECT host, rack, lag(cpu) OVER (PARTITION BY host ORDER BY time) AS c FROM d.t) WHERE host = 'x' AND rack = 'r'", "d.t host in (x)"},
		{"seriesFilter", "SELECT c FROM (SELECT host, lag(cpu) OVER (PARTITION BY host ORDER BY time) AS c, rank() OVER (ORDER BY cpu) AS r FROM d.t) WHERE host = 'x'", "d.t"},
		{"seriesFilter", "SELECT a.cpu FROM d.a, d.b WHERE a.host = b.host AND b.host = 'x'", "d.a host in (x); d.b host in (x)"},

		{"newestPerSeries", "SELECT host, max(time), max_by(cpu, time) FROM d.t WHERE measure_name = 'm' AND time > ago(1d) GROUP BY host", "d.t newest"},
		{"newestPerSeries", "SELECT max(time) FROM d.t", "d.t newest"},
		{"newestPerSeries", "SELECT max(time) FROM d.t WHERE upper(host) = 'A' OR rack = 'r'", "d.t newest"},
		{"newestPerSeries", "SELECT max(time) FROM d.t WHERE time < now()", "d.t (-∞, 2026-01-01 11:59:59.999999999] newest"},
		{"newestPerSeries", "SELECT max(time) FROM d.t WHERE time BETWEEN ago(1h) AND now()", "d.t (-∞, 2026-01-01 12:00:00] newest"},
		{"newestPerSeries", "SELECT max(time) FROM d.t WHERE bin(time, 1h) < now()", "d.t"},
		{"newestPerSeries", "SELECT max(time) FROM d.t WHERE bin(time, 1h) > ago(1d)", "d.t newest"},
		{"newestPerSeries", "SELECT max(time) FROM d.t WHERE time <> now()", "d.t"},
		{"newestPerSeries", "SELECT max(time) FROM d.t WHERE NOT time BETWEEN ago(2h) AND ago(1h)", "d.t"},
		{"newestPerSeries", "SELECT max(time) FROM d.t WHERE cpu > 1", "d.t"},
		{"newestPerSeries", "SELECT max(time), count(*) FROM d.t", "d.t"},
		{"newestPerSeries", "SELECT max(time) FILTER (WHERE cpu > 1) FROM d.t", "d.t"},
		{"newestPerSeries", "SELECT bin(time, 1h), max(time) FROM d.t GROUP BY 1", "d.t"},
		{"newestPerSeries", "SELECT max_by(time, cpu), max_by(cpu, time, 2) FROM d.t", "d.t"},
		{"newestPerSeries", "SELECT cpu FROM (SELECT cpu, row_number() OVER (PARTITION BY host ORDER BY time DESC) AS rn FROM d.t WHERE measure_name = 'm') WHERE rn = 1", "d.t newest"},
		{"newestPerSeries", "SELECT cpu FROM (SELECT cpu, row_number() OVER (PARTITION BY host ORDER BY time DESC) AS rn FROM d.t) WHERE rn <= 2", "d.t"},
		{"newestPerSeries", "SELECT cpu FROM (SELECT cpu, row_number() OVER (PARTITION BY host ORDER BY time) AS rn FROM d.t) WHERE rn = 1", "d.t"},
		{"newestPerSeries", "SELECT cpu FROM (SELECT cpu, row_number() OVER (PARTITION BY cpu ORDER BY time DESC) AS rn FROM d.t) WHERE rn = 1", "d.t"},

		{"pruneColumns", "SELECT host, avg(cpu) FROM d.t GROUP BY host", "d.t columns host, cpu"},
		{"pruneColumns", "SELECT count(*) FROM d.t", "d.t columns time"},
		{"pruneColumns", "SELECT host FROM d.t WHERE rack = 'r' ORDER BY mem", "d.t columns host, rack, mem"},
		{"pruneColumns", "SELECT x FROM (SELECT host AS x, cpu + mem AS y FROM d.t)", "d.t columns host"},
		{"pruneColumns", "SELECT host FROM (SELECT host, avg(cpu) AS a, max(mem) AS m FROM d.t GROUP BY host) WHERE m > 1", "d.t columns host, mem"},
		{"pruneColumns", "SELECT host FROM (SELECT DISTINCT host, rack FROM d.t)", "d.t columns host, rack"},
		{"pruneColumns", "SELECT host FROM (SELECT host, cpu FROM d.a UNION ALL SELECT rack, mem FROM d.b)", "d.a columns host; d.b columns rack"},
		{"pruneColumns", "SELECT host FROM (SELECT host, cpu FROM d.a UNION SELECT rack, mem FROM d.b)", "d.a columns host, cpu; d.b columns rack, mem"},
		{"pruneColumns", "WITH w AS (SELECT * FROM d.t) SELECT (SELECT max(cpu) FROM w), host FROM w", "d.t columns host, cpu"},
		{"pruneColumns", "SELECT host FROM d.a WHERE EXISTS (SELECT 1 FROM d.b WHERE b.rack = a.rack)", "d.b columns rack; d.a columns host, rack"},
		{"pruneColumns", "SELECT cpu FROM (SELECT cpu, lag(mem) OVER (ORDER BY time) FROM d.t)", "d.t columns cpu"},
	}
	for _, tt := range tests {
		if got := scans(planWith(t, tt.query, tt.pass), tt.pass); got != tt.want {
			t.Errorf("%s: %s\n got %s\nwant %s", tt.pass, tt.query, got, tt.want)
		}
	}
}

// The whole tree, once, so that what the lines above leave out is seen too.
func TestExplain(t *testing.T) {
	got := planWith(t, `SELECT bin(time, 5m) AS t, avg(cpu) AS mean FROM d.t
		WHERE time > ago(1h) AND cpu > (SELECT min(cpu) FROM d.t) GROUP BY bin(time, 5m) HAVING count(*) > 2 * 3 ORDER BY mean DESC LIMIT 3`, "boundTime")
	want := `Output t, mean
  Limit 3
    Sort avg(cpu) DESC
      Project bin(time, 5m), avg(cpu)
        Filter count(*) > 6
          Aggregate [bin(time, 5m)] [avg(cpu), count(*)]
            Filter time > 2026-01-01 11:00:00 AND cpu > (subquery 1)
              Subquery 1
                Aggregate [] [min(cpu)]
                  Scan d.t columns host, rack, measure_name, time, cpu, mem
              Scan d.t [2026-01-01 11:00:00.000000001, ∞) columns host, rack, measure_name, time, cpu, mem
`
	if got != want {
		t.Errorf("Explain = \n%s, want\n%s", got, want)
	}
}

// A fold that fails stays in the plan, so that the query fails when it runs.
func TestFoldConstants(t *testing.T) {
	tests := map[string]string{
		"1 + 2 * 3":                  "7",
		"now() - 1h":                 "2026-01-01 11:00:00",
		"bin(now(), 5h)":             "2026-01-01 09:00:00",
		"date_trunc('month', now())": "2026-01-01 00:00:00",
		"CAST('2026-01-01' AS TIMESTAMP) + 1year": "2027-01-01 00:00:00",
		"5m * 3":                  "15m",
		"-(2.5)":                  "-2.5",
		"TRY_CAST('x' AS BIGINT)": "NULL",
		"CAST('x' AS BIGINT)":     "cast('x' as bigint)",
		"1 / 0":                   "1 / 0",
		"9223372036854775807 + 1": "9223372036854775807 + 1",
		"NULL || 'a'":             "NULL",
		"random()":                "random()",
	}
	for query, want := range tests {
		got := planWith(t, "SELECT "+query, "")
		if line := strings.TrimSpace(strings.Split(got, "\n")[1]); line != "Project "+want+" AS _col0" {
			t.Errorf("fold(%s) = %s, want Project %s AS _col0", query, line, want)
		}
	}
}

// Relations that each read the one before twice cost time linear in their number.
func TestChainsAreLinear(t *testing.T) {
	var b strings.Builder
	b.WriteString("WITH w0 AS (SELECT time, host FROM d.t WHERE time > ago(1h))")
	for i := range 60 {
		fmt.Fprintf(&b, ", w%d AS (SELECT a.time, b.host FROM w%d a JOIN w%d b ON a.time = b.time)", i+1, i, i)
	}
	got := planWith(t, b.String()+" SELECT host FROM w60", "boundTime")
	if want := "d.t [2026-01-01 11:00:00.000000001, ∞)"; scans(got, "boundTime") != want {
		t.Errorf("scan = %s, want %s", scans(got, "boundTime"), want)
	}
}
