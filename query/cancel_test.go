package query

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/query/cursor"
)

// unnest is a FROM clause with 10,000^n rows, whose columns are x1 to xn.
func unnest(n int) string {
	text := "UNNEST(sequence(1, 10000)) AS t1 (x1)"
	for i := 2; i <= n; i++ {
		text += fmt.Sprintf(" CROSS JOIN UNNEST(sequence(1, 10000)) AS t%d (x%[1]d)", i)
	}
	return text
}

// tireless are statements that take far longer than any test, one for each part of
// the engine that could be deaf to a cancellation.
var tireless = []struct{ name, text string }{
	{"spilling sort", "SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY x1 * 7919 % 5000011) AS n FROM " + unnest(2) + ")"},
	{"cross join", "SELECT count(*) FROM " + unnest(3) + " WHERE x1 * x2 + x3 = 3"},
	{"join by a condition", "SELECT count(*) FROM " + unnest(2) + " JOIN (SELECT x3, x4 FROM (SELECT x1 AS x3, x2 AS x4 FROM " + unnest(2) + ")) ON x1 * x2 > x3 * x4"},
	{"join by a key", "SELECT count(*) FROM (SELECT x1 % 10 AS k, x2 FROM " + unnest(2) + ") a JOIN (SELECT x1 % 10 AS k, x2 FROM " + unnest(2) + ") b ON a.k = b.k WHERE a.x2 * b.x2 = 7"},
	{"sort", "SELECT x1 * x2 % 1000003 AS n FROM " + unnest(2) + " ORDER BY n, x1"},
	{"groups", "SELECT count(*) FROM (SELECT x1 * 10000 + x2 AS k, max(x2) FROM " + unnest(2) + " GROUP BY 1)"},
	{"distinct", "SELECT count(DISTINCT x1 * 10000 + x2) FROM " + unnest(2)},
	{"window", "SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY x1 * x2 % 1000003) AS n FROM " + unnest(2) + ")"},
	{"window frames", "SELECT max(n) FROM (SELECT max_by(x1, x2) OVER (ORDER BY x1, x2 ROWS BETWEEN 5000 PRECEDING AND 5000 FOLLOWING) AS n FROM " + unnest(2) + ")"},
	{"window of everything before", "SELECT max(cardinality(n)) FROM (SELECT array_agg(x1) OVER (ORDER BY x1, x2 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n FROM " + unnest(2) + "  WHERE x2 < 2)"},
	{"a large array", "SELECT cardinality(array_agg(x1 * x2)) FROM " + unnest(2)},
	{"sorted array", "SELECT cardinality(array_sort(array_agg(x1 * x2 % 1000003))) FROM " + unnest(2) + " WHERE x2 < 2000"},

	{"distinct array", "SELECT cardinality(array_distinct(array_agg(x1 * x2 % 1000003))) FROM " + unnest(2) + " WHERE x2 < 20"},
	{"percentile", "SELECT approx_percentile(x1 * x2, 0.5) FROM " + unnest(3)},
	{"reduce", "SELECT max(reduce(sequence(1, 10000), bigint '0', (s, x) -> s + x % x1, s -> s)) FROM " + unnest(2)},
	{"transform in transform", "SELECT cardinality(transform(sequence(1, 10000), x -> cardinality(transform(sequence(1, 10000), y -> cardinality(filter(sequence(1, 10000), z -> z = x + y))))))"},
	{"sequences", "SELECT max(cardinality(sequence(x1, x1 + 9999))) FROM " + unnest(3)},
	{"levenshtein", "SELECT max(levenshtein_distance(lpad('a', 1000, 'b'), lpad(cast(x1 AS varchar), 1000, 'c'))) FROM " + unnest(2)},
	{"linear regex", "SELECT count(*) FROM " + unnest(2) + " WHERE regexp_like(lpad(cast(x1 AS varchar), 10000, 'a'), '(a*)*b(a|aa)+c')"},
	{"backtracking regex", "SELECT count(*) FROM " + unnest(2) + " WHERE regexp_like(lpad(cast(x1 AS varchar), 100, 'a'), '(?=a)a+b')"},
	{"like", "SELECT count(*) FROM " + unnest(2) + " WHERE lpad(cast(x1 AS varchar), 10000, 'a') LIKE '%a%a%a%a%a%a%a%ab%'"},
	{"long texts", "SELECT max(length(replace(lpad(cast(x1 AS varchar), 100000, 'a'), 'a', 'bb'))) FROM " + unnest(2)},
	{"split", "SELECT max(cardinality(split(lpad(cast(x1 AS varchar), 100000, 'a,'), ','))) FROM " + unnest(2)},
	{"correlated subquery", "SELECT count(*) FROM " + unnest(2) + " WHERE EXISTS (SELECT 1 FROM UNNEST(sequence(1, 10000)) AS u (y) WHERE y * x1 = x2 + 1)"},
	{"union", "SELECT count(*) FROM (SELECT x1, x2 FROM " + unnest(2) + " UNION SELECT x2, x1 FROM " + unnest(2) + ")"},
	{"a long result", "SELECT x1, x2, 'some text' FROM " + unnest(3)},
}

// cancelled starts a statement, cancels it and returns how long its client and the
// engine took to know.
func cancelled(t testing.TB, e *Engine, text string) (client, engine time.Duration) {
	t.Helper()
	req := Request{Text: text, MaxRows: 1000}
	page := ask(t, e, req)
	if page.NextToken == "" {
		t.Fatalf("Query(%.100q) ended before it was cancelled", text)
	}
	begin := time.Now()
	if _, err := e.Cancel(t.Context(), page.QueryID); err != nil {
		t.Fatalf("Cancel: %v", err)
	}
	req.Token = page.NextToken
	if _, err := e.Query(t.Context(), req); fault.KindOf(err) != fault.Conflict {
		t.Errorf("Query(%.100q) after Cancel = %v, want a Conflict", text, err)
	}
	client = time.Since(begin)
	awaitIdle(t, e, text)
	return client, time.Since(begin)
}

// awaitIdle waits until nothing computes.
func awaitIdle(t testing.TB, e *Engine, text string) {
	t.Helper()
	for begin := time.Now(); len(e.slots.free) < cap(e.slots.free); time.Sleep(time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatalf("%.100q still computes after a minute", text)
		}
	}
}

// Whatever a statement does, it can be cancelled, and the engine is free for others.
func TestCancelEveryKind(t *testing.T) {
	e := openEngine(t, Options{Memory: 1 << 40, Paging: cursor.Options{Wait: 100 * time.Millisecond}})
	for _, c := range tireless {
		t.Run(c.name, func(t *testing.T) {
			cancelled(t, e, c.text)
			ask(t, e, Request{Text: "SELECT 1"})
		})
	}
}

// A query whose client goes away before its first page ends.
func TestClientGoesAway(t *testing.T) {
	e := openEngine(t, Options{Memory: 1 << 40})
	for _, c := range tireless[:3] {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if _, err := e.Query(ctx, Request{Text: c.text}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: Query = %v, want the context's error", c.name, err)
		}
		cancel()
		awaitIdle(t, e, c.text)
		for late := time.Now().Add(time.Minute); e.cursors.Len() != 0; time.Sleep(time.Millisecond) {
			if time.Now().After(late) {
				t.Fatalf("%s: %d queries are open after their clients went away", c.name, e.cursors.Len())
			}
		}
	}
}

// A stop ends what runs.
func TestCloseEndsQueries(t *testing.T) {
	e := openEngine(t, Options{Paging: cursor.Options{Wait: 100 * time.Millisecond}})
	for _, c := range tireless[:4] {
		if page := ask(t, e, Request{Text: c.text, MaxRows: 1}); page.NextToken == "" {
			t.Errorf("%s ended", c.name)
		}
	}
	if err := e.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	if running := cap(e.slots.free) - len(e.slots.free); running != 0 {
		t.Errorf("%d queries compute after Close", running)
	}
	if _, err := e.Query(t.Context(), Request{Text: "SELECT 1"}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Query after Close = %v, want Unavailable", err)
	}
}

// BenchmarkCancel prints how long it takes from Cancel until the engine has stopped
// computing, half a second into each kind of statement.
func BenchmarkCancel(b *testing.B) {
	for _, c := range tireless {
		b.Run(c.name, func(b *testing.B) {
			limits := duckdb.Options{MemoryLimit: 1 << 30}
			if c.name == "spilling sort" {
				limits.MemoryLimit = 64 << 20
			}
			e := openEngineWith(b, Options{Memory: 1 << 40, Paging: cursor.Options{Wait: 500 * time.Millisecond}}, limits)
			var took []time.Duration
			for b.Loop() {
				_, engine := cancelled(b, e, c.text)
				took = append(took, engine)
			}
			slices.Sort(took)
			b.ReportMetric(milliseconds(took[len(took)/2]), "ms/p50")
			b.ReportMetric(milliseconds(took[len(took)*99/100]), "ms/p99")
			b.ReportMetric(milliseconds(took[len(took)-1]), "ms/max")
		})
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
