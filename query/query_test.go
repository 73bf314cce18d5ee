package query

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/query/cursor"
	"tidemark/tsdb"
)

// ask runs a request and fails the test if it fails.
func ask(t testing.TB, e *Engine, req Request) *Page {
	t.Helper()
	page, err := e.Query(t.Context(), req)
	if err != nil {
		t.Fatalf("Query(%q): %v", req.Text, err)
	}
	return page
}

// The estimate of what is read is proportional to the rows, the columns and the series.
func TestBytesScanned(t *testing.T) {
	e := openDemo(t, Options{})
	for _, c := range []struct {
		text string
		want int64
	}{
		{"SELECT 1", 0},
		{"SELECT * FROM demo.empty", 0},
		{"SELECT cpu FROM demo.host", 7 * 8},
		{"SELECT cpu, up, time FROM demo.host", 7 * 17},
		{"SELECT time FROM demo.host WHERE time >= '2026-01-01 11:10:00'", 0}, // the last instant of the segment
		{"SELECT a.cpu, b.mem FROM demo.host a CROSS JOIN demo.host b", 7*8 + 7*8},
		{"SHOW TABLES", 0},
	} {
		if got := ask(t, e, Request{Text: c.text}).BytesScanned; got != c.want {
			t.Errorf("%s: %d bytes scanned, want %d", c.text, got, c.want)
		}
	}
	if got := ask(t, e, Request{Text: "SELECT cpu FROM demo.host WHERE host = 'a'"}).BytesScanned; got <= 0 || got >= 7*24 {
		t.Errorf("%d bytes scanned for one series of three, want fewer than of all", got)
	}
}

// numbers is a statement with n rows, which takes long for a large n.
func numbers(n int) string {
	return fmt.Sprintf("SELECT a.x * 1000 + b.x AS n FROM UNNEST(sequence(0, %d)) AS a (x) CROSS JOIN UNNEST(sequence(0, 999)) AS b (x) ORDER BY n", n/1000-1)
}

// endless takes far longer than any test.
const endless = `SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a (x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b (x)
	CROSS JOIN UNNEST(sequence(1, 10000)) AS c (x) WHERE a.x * b.x + c.x = 3`

func TestFirstPage(t *testing.T) {
	e := openDemo(t, Options{})
	for _, c := range []struct {
		text    string
		rows    int
		metered int64
	}{
		{"SELECT 1", 1, 10_000_000},
		{"SELECT * FROM demo.empty", 0, 10_000_000},
		{"SHOW DATABASES", 2, 0},
		{"DESCRIBE demo.host", 9, 0},
	} {
		page := ask(t, e, Request{Text: c.text, MaxRows: 1000})
		if len(page.Rows) != c.rows || page.NextToken != "" || page.Progress != 100 || page.BytesMetered != c.metered {
			t.Errorf("%s: %d rows, token %q, progress %v, %d bytes metered; want %d, none, 100, %d", c.text,
				len(page.Rows), page.NextToken, page.Progress, page.BytesMetered, c.rows, c.metered)
		}
		if len(page.QueryID) != 63 || strings.Trim(page.QueryID, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
			t.Errorf("%s: query id %q, want 63 characters of base32", c.text, page.QueryID)
		}
	}
}

func TestPagesOfLargeResult(t *testing.T) {
	e := openEngine(t, Options{})
	req := Request{Text: numbers(100_000), Principal: "me", MaxRows: 999}
	first := ask(t, e, req)
	next, pages, page := int64(0), 0, first
	for {
		for _, row := range page.Rows {
			if row[0] != next {
				t.Fatalf("row %d holds %v", next, row[0])
			}
			next++
		}
		pages++
		if page.QueryID != first.QueryID || len(page.Columns) != 1 {
			t.Fatalf("page %d has id %s and %d columns", pages, page.QueryID, len(page.Columns))
		}
		if page.NextToken == "" {
			break
		}
		req.Token = page.NextToken
		page = ask(t, e, req)
	}
	if next != 100_000 || pages != 101 { // 100 pages of 999 and one of 100
		t.Errorf("%d rows on %d pages, want 100000 on 101", next, pages)
	}
}

func TestPageBytes(t *testing.T) {
	e := openEngine(t, Options{})
	size := func(cols []Column, row []any) int {
		if len(cols) != 1 || cols[0].Name != "n" || len(row) != 1 {
			t.Errorf("RowSize(%v, %v)", cols, row)
		}
		return 1000
	}
	page := ask(t, e, Request{Text: numbers(5000), PageBytes: 10_500, RowSize: size})
	if len(page.Rows) != 10 || page.NextToken == "" {
		t.Errorf("%d rows, token %q; want 10 and a token", len(page.Rows), page.NextToken)
	}
	if page = ask(t, e, Request{Text: numbers(5000), RowSize: size}); len(page.Rows) != 1000 {
		t.Errorf("%d rows of 1000 bytes on a page without bounds, want 1 MB of them", len(page.Rows))
	}
}

// A query reads the store as it was when the query began, whatever happens between its pages.
func TestPagesAreOneSnapshot(t *testing.T) {
	e := openEngine(t, Options{})
	ref := tsdb.TableRef{Database: "the-db", Table: "table"}
	createTable(t, e, ref)
	record := func(i int) tsdb.Record {
		return tsdb.Record{MeasureName: "m", Time: noon.UnixNano() - int64(i), Version: 1, Dimensions: []tsdb.Dimension{{Name: "host", Value: "a"}},
			Measures: []tsdb.Measure{{Value: tsdb.BigintValue(int64(i))}}}
	}
	for i := range 50 {
		write(t, e, ref, record(i*100), record(i*100+1))
	}
	req := Request{Text: "SELECT measure_value::bigint FROM \"the-db\".\"table\"", MaxRows: 7}
	page := ask(t, e, req)
	var got []int64
	for i := 0; ; i++ {
		for _, row := range page.Rows {
			got = append(got, row[0].(int64))
		}
		write(t, e, ref, record(100_000+i))
		if page.NextToken == "" {
			break
		}
		req.Token = page.NextToken
		page = ask(t, e, req)
	}
	slices.Sort(got)
	if len(got) != 100 || len(slices.Compact(got)) != 100 || got[99] > 5000 {
		t.Errorf("%d rows, want the 100 of the beginning", len(got))
	}
	if page := ask(t, e, Request{Text: "SELECT count(*) FROM \"the-db\".\"table\""}); page.Rows[0][0].(int64) <= 100 {
		t.Error("a later query misses what was written between the pages")
	}
}

func TestReadYourWrites(t *testing.T) {
	e := openEngine(t, Options{})
	ref := tsdb.TableRef{Database: "the-db", Table: "table"}
	createTable(t, e, ref)
	for i := range int64(50) {
		write(t, e, ref, tsdb.Record{MeasureName: "m", Time: noon.UnixNano() - i, Version: 1, Measures: []tsdb.Measure{{Value: tsdb.BigintValue(i)}}})
		if got := ask(t, e, Request{Text: "SELECT count(*) FROM \"the-db\".\"table\""}).Rows[0][0]; got != i+1 {
			t.Fatalf("count after %d writes = %v", i+1, got)
		}
	}
}

func TestCancelRunning(t *testing.T) {
	e := openEngine(t, Options{Paging: cursor.Options{Wait: 50 * time.Millisecond}})
	page := ask(t, e, Request{Text: endless})
	if len(page.Rows) != 0 || page.NextToken == "" || page.Progress == 100 {
		t.Fatalf("page of a running query = %+v, want an empty one with a token", page)
	}
	if _, err := e.Cancel(t.Context(), page.QueryID); err != nil {
		t.Fatal(err)
	}
	awaitIdle(t, e, endless)
	if _, err := e.Query(t.Context(), Request{Text: endless, Token: page.NextToken}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("next page of a cancelled query = %v, want a Conflict", err)
	}
	if message, err := e.Cancel(t.Context(), page.QueryID); message == "" || err != nil {
		t.Errorf("second Cancel = %q, %v, want a message", message, err)
	}
	if got, err := runAll(t, e, "SELECT 1"); got != "_col0 integer\n1" || err != nil {
		t.Errorf("SELECT 1 after a cancel = %q, %v", got, err)
	}
}

// A query whose client does not come back gives its connection and snapshot back, and
// its rows wait in a file.
func TestParkedQueryEnds(t *testing.T) {
	e := openEngine(t, Options{Paging: cursor.Options{ParkAfter: time.Millisecond}})
	req := Request{Text: numbers(50_000), MaxRows: 1000}
	page := ask(t, e, req)
	for begin := time.Now(); e.pool.takeIdle() == nil; time.Sleep(5 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal("the query still holds its connection after a minute")
		}
	}
	next := int64(0)
	for {
		for _, row := range page.Rows {
			if row[0] != next {
				t.Fatalf("row %d holds %v", next, row[0])
			}
			next++
		}
		if req.Token = page.NextToken; req.Token == "" {
			break
		}
		page = ask(t, e, req)
	}
	if next != 50_000 {
		t.Errorf("%d rows, want 50000", next)
	}
}

func TestCallerLeaves(t *testing.T) {
	e := openEngine(t, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := e.Query(ctx, Request{Text: endless}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Query = %v, want the deadline", err)
	}
}

func TestExecutionErrors(t *testing.T) {
	e := openDemo(t, Options{Paging: cursor.Options{ResultBytes: 100_000}})
	short := openEngine(t, Options{Paging: cursor.Options{RunTime: 100 * time.Millisecond}})
	for _, c := range []struct {
		engine *Engine
		text   string
		want   string
		kind   fault.Kind
	}{
		{e, "SELECT code / (code - code) FROM demo.event", "Division by zero", fault.Invalid},
		{e, "SELECT CAST(host AS BIGINT) FROM demo.event WHERE host = 'd'", "Cannot cast 'd' to BIGINT", fault.Invalid},
		{short, endless, "Query exceeded the maximum run time of 100ms", fault.Exceeded},
		{e, numbers(50_000), "Query result exceeds the maximum size of 100000 bytes", fault.Exceeded},
	} {
		_, err := c.engine.Query(t.Context(), Request{Text: c.text})
		failed, ok := errors.AsType[*ExecutionError](err)
		if !ok || failed.Text != c.want || fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v (%v), want the execution error %q (%v)", c.text, err, fault.KindOf(err), c.want, c.kind)
		}
	}
}

func TestMemoryLimit(t *testing.T) {
	e := openEngine(t, Options{})
	text := "SELECT cardinality(array_agg(a.x * 10000 + b.x)) FROM UNNEST(sequence(1, 10000)) AS a (x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b (x) CROSS JOIN UNNEST(sequence(1, 10)) AS c (x)"
	_, err := e.Query(t.Context(), Request{Text: text})
	if failed, ok := errors.AsType[*ExecutionError](err); !ok || fault.KindOf(err) != fault.Exceeded || !strings.Contains(failed.Text, "memory") {
		t.Errorf("Query = %v, want the memory limit", err)
	}
	ask(t, e, Request{Text: "SELECT 1"})
}

func TestCompileErrorsAreInvalid(t *testing.T) {
	e := openEngine(t, Options{})
	for _, text := range []string{"", "SELEC 1", "SELECT nosuch", "SELECT * FROM a.b", "SHOW TABLES FROM nosuch", strings.Repeat("x", maxText+1)} {
		_, err := e.Query(t.Context(), Request{Text: text})
		if _, isExecution := errors.AsType[*ExecutionError](err); fault.KindOf(err) != fault.Invalid || isExecution {
			t.Errorf("Query(%.40q) = %v (%v), want Invalid", text, err, fault.KindOf(err))
		}
	}
}

func TestClientToken(t *testing.T) {
	e := openEngine(t, Options{})
	req := Request{Text: "SELECT random()", ClientToken: strings.Repeat("a", 36), Principal: "me"}
	first := ask(t, e, req)
	if again := ask(t, e, req); again.QueryID != first.QueryID || again.Rows[0][0] != first.Rows[0][0] {
		t.Error("the same request with the same token ran again")
	}
	other := req
	other.Text = "SELECT 2"
	if _, err := e.Query(t.Context(), other); fault.KindOf(err) != fault.Invalid {
		t.Errorf("another statement with the same token = %v, want Invalid", err)
	}
	other.Principal = "you"
	ask(t, e, other)
}

func TestTooManyQueries(t *testing.T) {
	e := openEngine(t, Options{MaxRunning: 1, MaxWaiting: 1, Paging: cursor.Options{Wait: 50 * time.Millisecond}})
	running := ask(t, e, Request{Text: endless})
	waiting := ask(t, e, Request{Text: "SELECT 1"})
	if waiting.NextToken == "" {
		t.Fatal("a query ran beside MaxRunning others")
	}
	if _, err := e.Query(t.Context(), Request{Text: "SELECT 1"}); fault.KindOf(err) != fault.Throttled {
		t.Errorf("query beyond MaxWaiting = %v, want Throttled", err)
	}
	ask(t, e, Request{Text: "SHOW DATABASES"}) // computes nothing
	if _, err := e.Cancel(t.Context(), running.QueryID); err != nil {
		t.Fatal(err)
	}
	awaitIdle(t, e, endless)
	if page := ask(t, e, Request{Text: "SELECT 1", Token: waiting.NextToken}); len(page.Rows) != 1 {
		t.Errorf("the waiting query has %d rows after the other ended, want 1", len(page.Rows))
	}
}

func TestPrepare(t *testing.T) {
	e := openDemo(t, Options{})
	columns, _, err := e.Prepare(t.Context(), "SELECT h.host, cpu AS load, max(mem), 1 AS one FROM demo.host h GROUP BY h.host, cpu")
	if err != nil {
		t.Fatal(err)
	}
	type brief struct {
		name, typ, table string
		aliased          bool
	}
	want := []brief{{"host", "varchar", "host", false}, {"load", "double", "host", true}, {"_col2", "bigint", "", false}, {"one", "integer", "", true}}
	for i, c := range columns {
		if got := (brief{c.Name, c.Type.String(), c.Table, c.Aliased}); got != want[i] {
			t.Errorf("column %d = %v, want %v", i, got, want[i])
		}
	}
	if len(columns) != len(want) {
		t.Errorf("%d columns, want %d", len(columns), len(want))
	}
}

func TestPrepareParameters(t *testing.T) {
	e := openDemo(t, Options{})
	columns, params, err := e.Prepare(t.Context(), "SELECT host, @scheduled_runtime AS at, @x FROM demo.host WHERE cpu > @x AND time > @scheduled_runtime")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(columns[1].Type, columns[2].Type, params); got != "timestamp unknown [{scheduled_runtime timestamp} {x unknown}]" {
		t.Errorf("Prepare = %s", got)
	}
	if _, err := e.Query(t.Context(), Request{Text: "SELECT @x"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("Query with a parameter = %v, want Invalid", err)
	}
	if _, _, err := e.Prepare(t.Context(), "SELECT nosuch FROM demo.host"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("Prepare of an unknown column = %v, want Invalid", err)
	}
}

func TestClose(t *testing.T) {
	e := openEngine(t, Options{Paging: cursor.Options{Wait: 20 * time.Millisecond}})
	page := ask(t, e, Request{Text: endless})
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	for _, req := range []Request{{Text: "SELECT 1"}, {Text: endless, Token: page.NextToken}} {
		if _, err := e.Query(t.Context(), req); err == nil {
			t.Errorf("Query(%.20q) on a closed engine = nil, want an error", req.Text)
		}
	}
}
