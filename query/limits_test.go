package query

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/query/cursor"
	"tidemark/tsdb"
)

// limitError runs a statement and fails the test unless it ends with the limit.
func limitError(t *testing.T, e *Engine, text, limit string) {
	t.Helper()
	_, err := runAll(t, e, text)
	failed, ok := errors.AsType[*ExecutionError](err)
	if !ok || fault.KindOf(err) != fault.Exceeded || !strings.Contains(failed.Text, "limit "+limit+",") {
		t.Errorf("%.100q = %v (%v), want the limit %s", text, err, fault.KindOf(err), limit)
	}
}

// bystanders reads and writes until the returned function is called, and fails the
// test when anything of that fails.
func bystanders(t *testing.T, e *Engine) (stop func()) {
	t.Helper()
	ref := tsdb.TableRef{Database: "the-db", Table: "table"}
	createTable(t, e, ref)
	var group sync.WaitGroup
	done := make(chan struct{})
	rounds := 0
	group.Go(func() {
		for i := int64(0); ; i++ {
			select {
			case <-done:
				return
			default:
			}
			record := tsdb.Record{MeasureName: "m", Time: noon.UnixNano() - i, Version: 1, Measures: []tsdb.Measure{{Value: tsdb.BigintValue(i)}}}
			if _, err := e.opt.Store.Write(t.Context(), ref, []tsdb.Record{record}); err != nil {
				t.Errorf("write %d beside: %v", i, err)
				return
			}
			page, err := e.Query(t.Context(), Request{Text: `SELECT count(*) FROM "the-db"."table"`})
			if err != nil || len(page.Rows) != 1 || page.Rows[0][0] != i+1 {
				t.Errorf("query %d beside: %v", i, err)
				return
			}
			rounds++
		}
	})
	return func() {
		close(done)
		group.Wait()
		if rounds == 0 {
			t.Error("nothing was done beside")
		}
	}
}

// fiveMillion numbers five million rows in an order that no column has: 200 MB of them.
var fiveMillion = "SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY x1 * 7919 % 5000011, x2) AS n FROM " + unnest(2) + " WHERE x2 <= 500)"

// A query that is larger than the memory spills, and nobody else is in its way.
func TestSpillingQuery(t *testing.T) {
	e := openEngineWith(t, Options{}, duckdb.Options{MemoryLimit: 64 << 20})
	stop := bystanders(t, e)
	spilled := int64(0)
	watched := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-ended:
				return
			case <-time.After(5 * time.Millisecond):
				spilled = max(spilled, e.governor.memory().Spilled)
			}
		}
	}()
	got, err := runAll(t, e, fiveMillion)
	close(ended)
	<-watched
	stop()
	if err != nil || !strings.HasSuffix(got, "\n5000000") {
		t.Errorf("%s = %s, %v", fiveMillion, got, err)
	}
	if spilled == 0 {
		t.Error("nothing was spilled")
	}
	if left := spillFiles(t, e); len(left) > 0 {
		t.Errorf("left of what was spilled: %v", left)
	}
}

// spillFiles lists the files with spilled blocks that are still there a minute
// after their queries: a thread of DuckDB's may be the last to let go of one. Where a
// block is refused because of the budget, DuckDB may have made a file for it already.
// That stays, empty, until a block comes and goes.
func spillFiles(t *testing.T, e *Engine) (names []string) {
	t.Helper()
	for late := time.Now().Add(time.Minute); time.Now().Before(late); time.Sleep(10 * time.Millisecond) {
		entries := must(os.ReadDir(filepath.Dir(e.opt.DuckDB.Path())))(t)
		names = nil
		for _, entry := range entries {
			if !strings.HasPrefix(entry.Name(), "duckdb_temp_") {
				continue
			}
			if info, err := entry.Info(); err == nil && info.Size() > 0 {
				names = append(names, fmt.Sprintf("%s of %d bytes", entry.Name(), info.Size()))
			}
		}
		if len(names) == 0 {
			return nil
		}
	}
	return names
}

func TestSpillBudget(t *testing.T) {
	e := openEngineWith(t, Options{}, duckdb.Options{MemoryLimit: 64 << 20, TempLimit: 8 << 20})
	stop := bystanders(t, e)
	limitError(t, e, fiveMillion, "query.spill")
	stop()
	if left := spillFiles(t, e); len(left) > 0 {
		t.Errorf("left of what was spilled: %v", left)
	}
}

// What cannot be spilled is bounded per query; what can is not the governor's business.
func TestMemoryOfOneQuery(t *testing.T) {
	e := openEngineWith(t, Options{Memory: 100 << 20}, duckdb.Options{MemoryLimit: 2 << 30})
	stop := bystanders(t, e)
	limitError(t, e, "SELECT cardinality(array_agg(x1 * x2)) FROM "+unnest(2), "query.memory")
	if got, err := runAll(t, e, fiveMillion); err != nil || !strings.HasSuffix(got, "\n5000000") {
		t.Errorf("a sort = %s, %v", got, err)
	}
	stop()
}

// One value may be larger than all memory; it ends its query and nothing else.
func TestMemoryOfOneValue(t *testing.T) {
	e := openEngineWith(t, Options{Memory: 1 << 40}, duckdb.Options{MemoryLimit: 128 << 20})
	for _, text := range []string{
		"SELECT max(cardinality(n)) FROM (SELECT array_agg(x1) OVER (ORDER BY x1, x2) AS n FROM " + unnest(2) + " WHERE x2 <= 10)",
		"SELECT cardinality(array_agg(x1 * x2)) FROM " + unnest(2),
	} {
		limitError(t, e, text, "store.memory")
		ask(t, e, Request{Text: "SELECT 1"})
	}
}

func TestShares(t *testing.T) {
	g := newGovernor(nil, 100, nil, nil)
	a, b := &share{computing: true}, &share{computing: true}
	g.account(30) // before any query
	g.mu.shares[a] = struct{}{}
	g.account(90) // a alone
	g.mu.shares[b] = struct{}{}
	g.account(110) // both
	if a.bytes != 70 || b.bytes != 10 {
		t.Errorf("shares %d and %d, want 60 + 10 and 10", a.bytes, b.bytes)
	}
	a.computing = false
	g.account(140)
	if a.bytes != 70 || b.bytes != 40 {
		t.Errorf("shares %d and %d, want 70 and 10 + 30", a.bytes, b.bytes)
	}
	g.account(85) // half of what they held over the 30 of nobody was given back
	if a.bytes != 35 || b.bytes != 20 {
		t.Errorf("shares %d and %d, want 35 and 20", a.bytes, b.bytes)
	}
}

// A disk without room ends the query that spilled most, and no other.
func TestSpillingEndsBeforeTheDiskIsFull(t *testing.T) {
	full := false
	g := newGovernor(nil, 100, func(uint64) error {
		if full {
			return errors.New("full")
		}
		return nil
	}, slog.New(slog.DiscardHandler))
	var ended []string
	begin := func(name string) *share {
		s := &share{computing: true, end: func(err error) { ended = append(ended, fmt.Sprintf("%s: %v", name, err)) }}
		g.mu.shares[s] = struct{}{}
		return s
	}
	a := begin("a")
	g.accountSpilled(100) // of a
	b := begin("b")
	g.accountSpilled(180) // of both
	if a.spilled != 140 || b.spilled != 40 {
		t.Errorf("shares %d and %d, want 140 and 40", a.spilled, b.spilled)
	}
	full = true
	g.endSpilling()
	if want := []string{"a: Query ended because the disk has no room left for its intermediate results (limit store.reserve)"}; !slices.Equal(ended, want) {
		t.Errorf("ended %q, want %q", ended, want)
	}
	a.computing = false
	g.accountSpilled(0) // both gave back what they had
	g.endSpilling()
	if b.spilled != 0 || len(ended) != 1 {
		t.Errorf("b has %d on disk and %d are ended, want none more", b.spilled, len(ended))
	}
}

func TestResultLimits(t *testing.T) {
	e := openEngine(t, Options{Metadata: 1000, Paging: cursor.Options{ResultRows: 50}})
	for _, c := range []struct{ text, want string }{
		{"SELECT " + strings.Repeat("1 AS a, ", 30) + "2", "The names and types of the result's columns have 1493 bytes, more than the maximum of 1000"},
		{"SELECT x1 FROM " + unnest(1), "Query result exceeds the maximum of 50 rows"},
	} {
		_, err := runAll(t, e, c.text)
		if failed, ok := errors.AsType[*ExecutionError](err); !ok || failed.Text != c.want || fault.KindOf(err) != fault.Exceeded {
			t.Errorf("%.100q = %v, want %s", c.text, err, c.want)
		}
	}
	if _, err := runAll(t, e, "SELECT x1 FROM "+unnest(1)+" LIMIT 50"); err != nil {
		t.Errorf("50 rows: %v", err)
	}
}
