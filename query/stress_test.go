package query

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/query/cursor"
	"tidemark/tsdb"
)

// Queries of every kind, cancellations, clients that go away and writes, all at once:
// afterwards nothing is left of them.
func TestManyKindsAtOnce(t *testing.T) {
	e := openDemo(t, Options{MaxRunning: 4, Memory: 256 << 20, Paging: cursor.Options{Wait: time.Second, ParkAfter: 50 * time.Millisecond, MaxQueries: 20}})
	ref := tsdb.TableRef{Database: "the-db", Table: "table"}
	createTable(t, e, ref)
	texts := []string{
		"SELECT 1", "SHOW DATABASES", "SELECT * FROM demo.host", "SELECT nonsense", "SELECT 1/0", fiveMillion,
		`SELECT count(*), max(measure_value::bigint) FROM "the-db"."table"`,
		"SELECT x1 * 10000 + x2 AS n, 'some text that is not short' AS v FROM " + unnest(2) + " WHERE x1 <= 100",
		"SELECT regexp_like(rpad('a', 1000, 'a'), '(a*)*\\1b') FROM " + unnest(1),
		"SELECT array_agg(x1) OVER (ORDER BY x1) FROM " + unnest(1),
		"SELECT cardinality(repeat(repeat('x', 10000), 10000))",
		"SELECT rpad('x', 1000000, 'x') FROM " + unnest(1) + " WHERE x1 <= 50",
		"SELECT numeric_histogram(100, x1) FROM " + unnest(2) + " WHERE x2 < 100",
		"SELECT interpolate_linear(create_time_series(time, cpu), sequence(min(time), max(time), 1s)) FROM demo.host GROUP BY host",
	}
	runtime.GC()
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var group sync.WaitGroup
	var asked, written atomic.Int64
	group.Go(func() { // five seconds, and on until something was done
		for begin := time.Now(); ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
			if took := time.Since(begin); took > 2*time.Minute || took > 5*time.Second && asked.Load() >= 50 && written.Load() > 0 {
				cancel()
			}
		}
	})
	group.Go(func() {
		for i := int64(0); ctx.Err() == nil; i++ {
			record := tsdb.Record{MeasureName: "m", Time: noon.UnixNano() - i, Version: 1, Measures: []tsdb.Measure{{Value: tsdb.BigintValue(i)}}}
			if _, err := e.opt.Store.Write(t.Context(), ref, []tsdb.Record{record}); err != nil {
				t.Errorf("write: %v", err)
			}
			written.Add(1)
		}
	})
	for range 50 {
		group.Go(func() {
			for ctx.Err() == nil {
				impatient, leave := context.WithTimeout(ctx, time.Duration(rand.IntN(2000))*time.Millisecond)
				text := texts[rand.IntN(len(texts))]
				page, err := e.Query(impatient, Request{Text: text, MaxRows: 100})
				for pages := rand.IntN(4); err == nil && page.NextToken != "" && pages > 0; pages-- {
					page, err = e.Query(impatient, Request{Text: text, MaxRows: 100, Token: page.NextToken})
				}
				if err == nil && page.NextToken != "" && rand.IntN(2) == 0 {
					e.Cancel(ctx, page.QueryID)
				}
				leave()
				kind := fault.KindOf(err)
				if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) && kind != fault.Invalid && kind != fault.Exceeded && kind != fault.Conflict {
					t.Errorf("%.60q: %v (%v)", text, err, kind)
				}
				if err != nil && strings.Contains(err.Error(), "duckdb") {
					t.Errorf("%.60q: %v", text, err)
				}
				asked.Add(1)
			}
		})
	}
	group.Wait()
	t.Logf("%d queries, %d writes", asked.Load(), written.Load())
	if asked.Load() < 50 || written.Load() == 0 {
		t.Errorf("%d queries and %d writes in all that time", asked.Load(), written.Load())
	}
	conn := must(e.opt.DuckDB.Connect(t.Context()))(t)
	defer conn.Close()
	deadline := time.Now().Add(10 * time.Minute) // results that nobody takes are parked first, and queries that nobody waits for come to their ends
	for {
		shares, m := sharesOf(e), must(conn.Memory(t.Context()))(t)
		if free := len(e.slots.free); free == 4 && shares == 0 && runtime.NumGoroutine() <= before+5 && m.Held <= 64<<20 {
			break
		} else if time.Now().After(deadline) {
			t.Errorf("left: %d of 4 slots free, %d shares of memory, %d goroutines after %d, %d bytes held, %d cursors", free, shares, runtime.NumGoroutine(), before, m.Held, e.cursors.Len())
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if left := spillFiles(t, e); len(left) > 0 {
		t.Errorf("left of what was spilled: %v", left)
	}
}

// sharesOf is how many queries the governor knows.
func sharesOf(e *Engine) int {
	e.governor.mu.Lock()
	defer e.governor.mu.Unlock()
	return len(e.governor.mu.shares)
}
