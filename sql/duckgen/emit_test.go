package duckgen_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/sql"
	"tidemark/sql/duckgen"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

type catalog struct{}

func (catalog) Table(_ context.Context, database, table string) (*plan.Table, error) {
	return &plan.Table{Database: database, Name: table, Columns: []plan.Column{
		{Name: "host", Type: types.Of(types.Varchar), Role: plan.Dimension},
		{Name: "time", Type: types.Of(types.Timestamp), Role: plan.Time},
		{Name: "cpu", Type: types.Of(types.Double), Role: plan.Multi},
		{Name: "n", Type: types.Of(types.Bigint), Role: plan.Multi},
	}}, nil
}

func compile(t testing.TB, query string) *duckgen.Program {
	t.Helper()
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	p, err := sql.Compile(t.Context(), query, catalog{}, sql.Options{Now: noon})
	if err != nil {
		t.Fatalf("Compile(%s) = %v", query, err)
	}
	return p
}

// text renders a program with the names of the tables for relations.
func text(t testing.TB, p *duckgen.Program) string {
	t.Helper()
	got, err := p.SQL(func(_ int, a plan.Access) (string, error) { return "(" + a.Table.Name + ")", nil })
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestSQL(t *testing.T) {
	tests := []struct{ query, want string }{
		{"SELECT 1", "SELECT 1 AS o0"},
		{"SELECT -1, 5000000000, 0.1, -2.5e300, nan(), 'it''s', NULL, DATE '2020-08-08', 5m, 2y",
			"SELECT CAST(-1 AS INTEGER) AS o0, CAST(5000000000 AS BIGINT) AS o1, 0.1e0 AS o2, (-2.5e+300) AS o3, CAST('NaN' AS DOUBLE) AS o4, 'it''s' AS o5, " +
				"CAST(NULL AS INTEGER) AS o6, DATE '2020-08-08' AS o7, CAST(300000000000 AS BIGINT) AS o8, 24 AS o9"},
		{"SELECT host, cpu FROM d.a WHERE time > ago(1h) AND host = 'x' ORDER BY cpu DESC, time LIMIT 3",
			"SELECT t1.c0 AS o0, t1.c2 AS o1 FROM (a) AS t1 WHERE (t1.c1 > TIMESTAMP_NS '2026-01-01 11:00:00.000000000') AND (t1.c0 = 'x') ORDER BY 2 DESC NULLS LAST, t1.c1 NULLS LAST LIMIT 3"},
		{"SELECT bin(time, 1h) AS t, avg(cpu) FROM d.a GROUP BY bin(time, 1h) ORDER BY 1",
			"SELECT t1.bucket AS o0, (sum(t1.p0) / sum(t1.p1)) AS o1 FROM (a) AS t1 GROUP BY t1.bucket ORDER BY 1 NULLS LAST"},
		{"SELECT count(*) FROM d.a", "SELECT count(*) AS o0 FROM (a) AS t1"},
		{"SELECT 1 FROM d.a HAVING count(*) > 1", "SELECT 1 AS o0 FROM (SELECT count(*) AS x5 FROM (a) AS t1) AS t2 WHERE (t2.x5 > CAST(1 AS BIGINT))"},
		{"SELECT sum(n) / count(*) FROM d.a", "SELECT tm_div(t2.x5, t2.x6) AS o0 FROM (SELECT CAST(sum(t1.c3) AS BIGINT) AS x5, count(*) AS x6 FROM (a) AS t1) AS t2"},
		{"SELECT n / 2, n % 0 FROM d.a", "SELECT (t1.c3 // CAST(2 AS BIGINT)) AS o0, tm_mod(t1.c3, CAST(0 AS BIGINT)) AS o1 FROM (a) AS t1"},
		{"SELECT DISTINCT host FROM d.a ORDER BY host", "SELECT DISTINCT t1.c0 AS o0 FROM (a) AS t1 ORDER BY 1 NULLS LAST"},
		{"SELECT a.host FROM d.a LEFT JOIN d.b ON a.host = b.host AND b.n = 1", "SELECT t1.c0 AS o0 FROM (a) AS t1 LEFT JOIN (b) AS t2 ON ((t1.c0 = t2.c0) AND (t2.c3 = CAST(1 AS BIGINT)))"},
		{"SELECT host FROM d.a UNION ALL SELECT 'x'", "SELECT t2.x6 AS o0 FROM ((SELECT t1.c0 AS x1 FROM (a) AS t1) UNION ALL (SELECT 'x' AS x5)) AS t2(x6)"},
		{"SELECT host FROM d.a WHERE n IN (SELECT n FROM d.b WHERE b.host = a.host)", "SELECT t1.c0 AS o0 FROM (a) AS t1 WHERE (t1.c3 IN (SELECT t2.c3 AS x8 FROM (b) AS t2 WHERE (t2.c0 = t1.c0)))"},
		{"SELECT sum(n) OVER (PARTITION BY host ORDER BY time RANGE BETWEEN 5s PRECEDING AND CURRENT ROW) FROM d.a",
			"SELECT CAST(sum(t1.c3) OVER (PARTITION BY t1.c0 ORDER BY epoch_ns(t1.c1) NULLS LAST RANGE BETWEEN CAST(5000000000 AS BIGINT) PRECEDING AND CURRENT ROW) AS BIGINT) AS o0 FROM (a) AS t1"},
	}
	for _, tt := range tests {
		if got := text(t, compile(t, tt.query)); got != tt.want {
			t.Errorf("SQL(%s)\n got %s\nwant %s", tt.query, got, tt.want)
		}
	}
}

func TestProgram(t *testing.T) {
	p := compile(t, "SELECT host, time AS at, 1m FROM d.a JOIN d.b USING (host, time)")
	var cols []string
	for _, c := range p.Columns {
		cols = append(cols, c.Name+" "+c.Type.String())
	}
	if got, want := strings.Join(cols, ", "), "host varchar, at timestamp, _col2 interval day to second"; got != want {
		t.Errorf("Columns = %s, want %s", got, want)
	}
	if len(p.Scans) != 2 || p.Scans[0].Table.Name != "a" || p.Scans[1].Table.Name != "b" {
		t.Errorf("Scans = %v, want a and b", p.Scans)
	}
	failure := errors.New("no such segment")
	if _, err := p.SQL(func(int, plan.Access) (string, error) { return "", failure }); !errors.Is(err, failure) {
		t.Errorf("SQL = %v, want %v", err, failure)
	}
	if p := compile(t, "SHOW TABLES FROM d"); p.Meta == nil || p.Meta.Database != "d" || p.Columns[0].Name != "Table" {
		t.Errorf("SHOW TABLES = %+v, want a metadata program", p)
	}
}

// What DuckDB cannot compute is an error of kind Invalid that names it.
func TestRefusals(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT date_trunc('decade', time) FROM d.a":                                                 "'decade' is not a valid TIMESTAMP field",
		"SELECT " + strings.Repeat("greatest(", 50) + "n" + strings.Repeat(", 2)", 50) + " FROM d.a": "too complex",
		"SELECT " + strings.Repeat("ARRAY[", 30) + "1" + strings.Repeat("][1]", 30):                  "too complex",
	} {
		_, err := sql.Compile(t.Context(), query, catalog{}, sql.Options{})
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("Compile(%s) = %v, want %s", query, err, want)
		}
	}
}

// Text of the user reaches the program only inside quotes, and never as a name.
func TestHostileText(t *testing.T) {
	p := compile(t, `SELECT 'a'';DROP TABLE x--' AS "o0; DROP", U FROM (SELECT host AS U FROM d."t""x") WHERE U = 'x{1}'`)
	want := `SELECT 'a'';DROP TABLE x--' AS o0, t1.c0 AS o1 FROM (t"x) AS t1 WHERE (t1.c0 = 'x{1}')`
	if got := text(t, p); got != want {
		t.Errorf("SQL\n got %s\nwant %s", got, want)
	}
}

func BenchmarkCompile(b *testing.B) {
	query := `WITH w AS (SELECT bin(time, 5m) AS t, host, avg(cpu) AS mean, max_by(n, time) AS last FROM d.a
		WHERE time BETWEEN ago(1d) AND now() AND host IN ('a', 'b', 'c') GROUP BY bin(time, 5m), host)
		SELECT t, host, round(mean, 2), lag(mean) OVER (PARTITION BY host ORDER BY t) FROM w WHERE mean > (SELECT avg(cpu) FROM d.b) ORDER BY 1, 2 LIMIT 100`
	for b.Loop() {
		text(b, compile(b, query))
	}
}
