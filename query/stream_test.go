package query

import (
	"runtime"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/query/cursor"
	"tidemark/tsdb"
)

// streamed takes all pages of a result, and returns how many rows they have, when the
// first came, and the most bytes that Go and the engine had in use beyond those before.
func streamed(t testing.TB, e *Engine, text string, check func(row []any, at int)) (rows int, first time.Duration, heap, engine int64) {
	t.Helper()
	conn := must(e.opt.DuckDB.Connect(t.Context()))(t)
	defer conn.Close()
	inUse := func() (int64, int64) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc), must(conn.Memory(t.Context()))(t).Used
	}
	runtime.GC()
	heapBefore, engineBefore := inUse()
	req, begin := Request{Text: text}, time.Now()
	for pages := 0; ; pages++ {
		page := ask(t, e, req)
		if pages == 0 {
			first = time.Since(begin)
		}
		for _, row := range page.Rows {
			check(row, rows)
			rows++
		}
		if pages%20 == 0 {
			h, d := inUse()
			heap, engine = max(heap, h-heapBefore), max(engine, d-engineBefore)
		}
		if req.Token = page.NextToken; req.Token == "" {
			return rows, first, heap, engine
		}
	}
}

// A result is never held as a whole: not by the engine, and not by the pages.
func TestLargeResultIsStreamed(t *testing.T) {
	e := openEngine(t, Options{})
	sum := int64(0)
	rows, first, heap, engine := streamed(t, e, "SELECT x1 * 10000 + x2 AS n, 'some text that is not short' AS v FROM "+unnest(2)+" WHERE x2 <= 200",
		func(row []any, _ int) { sum += row[0].(int64) })
	if want := int64(2_000_000); int64(rows) != want || sum != 200*10000*(10000*10001/2)+10000*(200*201/2) {
		t.Errorf("%d rows with the sum %d, want %d with %d", rows, sum, want, int64(200*10000*(10000*10001/2)+10000*(200*201/2)))
	}
	// the result has about 130 MB as rows in Go
	if heap > 100<<20 || engine > 50<<20 {
		t.Errorf("%d MB of Go's and %d MB of the engine's memory for a stream", heap>>20, engine>>20)
	}
	if first > time.Minute {
		t.Errorf("the first page came after %v", first)
	}
}

func TestNestedResultIsStreamed(t *testing.T) {
	e := openEngine(t, Options{})
	rows, _, heap, _ := streamed(t, e, "SELECT x1, ARRAY[ROW(x1, 'a'), ROW(x2, 'b')] AS a FROM "+unnest(2)+" WHERE x2 <= 20", func(row []any, at int) {
		list := row[1].([]any)
		if len(list) != 2 || list[0].([]any)[0] != row[0] || list[1].([]any)[1] != "b" {
			t.Fatalf("row %d = %v", at, row)
		}
	})
	if rows != 200_000 || heap > 100<<20 {
		t.Errorf("%d rows, %d MB", rows, heap>>20)
	}
}

// Clients that take one page and never come back leave the engine to others.
func TestAbandonedResults(t *testing.T) {
	e := openEngine(t, Options{MaxRunning: 4, Paging: cursor.Options{MaxQueries: 10, ParkAfter: time.Millisecond}})
	ref := tsdb.TableRef{Database: "the-db", Table: "table"}
	createTable(t, e, ref)
	var records []tsdb.Record
	for i := range int64(200) {
		records = append(records, tsdb.Record{MeasureName: "m", Time: noon.UnixNano() - i, Version: 1, Measures: []tsdb.Measure{{Value: tsdb.BigintValue(i)}}})
	}
	write(t, e, ref, records...)
	var tokens []string
	text := `SELECT a.time, b.time FROM "the-db"."table" a CROSS JOIN "the-db"."table" b`
	for range 25 {
		page := ask(t, e, Request{Text: text, MaxRows: 10})
		if page.NextToken == "" || len(page.Rows) != 10 {
			t.Fatalf("%d rows, token %q", len(page.Rows), page.NextToken)
		}
		tokens = append(tokens, page.NextToken)
	}
	if open := e.cursors.Len(); open > 10 {
		t.Errorf("%d queries are open, want at most 10", open)
	}
	if _, err := e.Query(t.Context(), Request{Text: text, Token: tokens[0]}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the token of a query that gave way = %v, want Invalid", err)
	}
	if page := ask(t, e, Request{Text: text, Token: tokens[24], MaxRows: 10}); len(page.Rows) != 10 {
		t.Errorf("the token of the newest query: %d rows", len(page.Rows))
	}
	awaitIdle(t, e, text)
}

// BenchmarkStream pages through fifty million rows.
func BenchmarkStream(b *testing.B) {
	e := openEngine(b, Options{})
	for b.Loop() {
		rows, first, heap, engine := streamed(b, e, "SELECT x1 * 10000 + x2 AS n FROM "+unnest(2)+" WHERE x2 <= 5000", func([]any, int) {})
		if rows != 50_000_000 {
			b.Fatalf("%d rows", rows)
		}
		b.ReportMetric(milliseconds(first), "ms/first")
		b.ReportMetric(float64(heap>>20), "MB-heap")
		b.ReportMetric(float64(engine>>20), "MB-engine")
	}
}
