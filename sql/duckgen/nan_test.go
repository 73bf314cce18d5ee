package duckgen_test

import (
	"strings"
	"testing"
)

// Comparisons of numbers that cannot be NaN are DuckDB's own: those of stored ones, and
// of what finite arithmetic makes of them.
func TestOnlyWhatMayBeNaNIsTested(t *testing.T) {
	for _, query := range []string{
		"SELECT host FROM d.a WHERE cpu > 5 AND cpu = n AND cpu BETWEEN 1 AND cpu AND cpu IN (1.5, cpu)",
		"SELECT cpu * 1.8 + 32 > 100, cpu / 60 >= 1, -cpu = abs(cpu), round(cpu) = floor(cpu), cpu % 2 = 0.5 FROM d.a",
		"SELECT host FROM d.a GROUP BY host HAVING avg(cpu) > 20 AND max(cpu) = min(cpu) AND sum(cpu) >= avg(cpu)",
		"WITH w AS (SELECT cpu AS c FROM d.a) SELECT 1 FROM w JOIN d.a ON w.c = a.cpu WHERE c > cpu",
		"SELECT 1 FROM (SELECT cpu AS c FROM d.a UNION ALL SELECT 1.5) WHERE c > 1 AND c = c",
		"SELECT cpu > lag(cpu) OVER (ORDER BY time) FROM d.a",
		"SELECT cpu = (SELECT max(cpu) FROM d.a), cpu IN (SELECT cpu FROM d.a), coalesce(cpu, 0) > 1, if(n > 1, cpu, 2.5) > CAST(n AS DOUBLE) FROM d.a",
		"SELECT round(cpu, 2) >= 1, round(cpu, -1) = 10 FROM d.a",
		"SELECT sqrt(cpu) < 3, cpu / n <= 1, nan() <> cpu, nan() = cpu FROM d.a",
	} {
		if got := text(t, compile(t, query)); strings.Contains(got, "isnan") {
			t.Errorf("%s: %s, want no test for NaN", query, got)
		}
	}
	for _, query := range []string{
		"SELECT sqrt(cpu) > 3 FROM d.a",
		"SELECT cpu / n >= 1 FROM d.a",
		"SELECT round(cpu, n) > 1 FROM d.a",
		"SELECT round(cpu, -400) > 1 FROM d.a",
		"SELECT host FROM d.a WHERE 3 < ln(cpu)",
		"SELECT host FROM d.a WHERE cpu * cpu - cpu * cpu > 1",
		"SELECT 1 FROM (SELECT sqrt(cpu) AS c FROM d.a) WHERE c = c",
		"SELECT CAST(host AS DOUBLE) > 1 FROM d.a",
		"SELECT cpu / n IN (1, 2) FROM d.a",
		"SELECT ROW(sqrt(cpu)) = ROW(sqrt(cpu)) FROM d.a",
	} {
		if got := text(t, compile(t, query)); !strings.Contains(got, "isnan") {
			t.Errorf("%s: %s, want a test for NaN", query, got)
		}
	}
}

// Rows that are written out are compared field by field, so that a join by them stays
// one by keys; other arrays and rows are folded.
func TestRowsCompareByField(t *testing.T) {
	got := text(t, compile(t, "SELECT 1 FROM d.a AS a JOIN d.a AS b ON (a.host, a.n) = (b.host, b.n)"))
	if want := "(t1.c0 = t2.c0) AND (t1.c3 = t2.c3)"; !strings.Contains(got, want) {
		t.Errorf("%s, want %s in it", got, want)
	}
	if got := text(t, compile(t, "SELECT ARRAY[n] = ARRAY[1, n] FROM d.a")); !strings.Contains(got, "list_reduce") {
		t.Errorf("%s, want a fold", got)
	}
}
