package duckdb

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A thread that has no task of its statement sleeps.
func TestWaitingSleeps(t *testing.T) {
	e := openEngine(t, Options{Threads: 4})
	c := connect(t, e)
	before := naps()
	for range 100 {
		if _, err := c.row(t.Context(), "SELECT sum(hash(i)) FROM range(1000000) t(i)"); err != nil {
			t.Fatal(err)
		}
		if naps() > before {
			return
		}
	}
	t.Error("no thread slept while others had the last tasks of a statement")
}

// The C library takes the number of heaps.
func TestHeapsAreShared(t *testing.T) {
	if !shareHeaps() {
		t.Error("the number of heaps was refused")
	}
}

// meeting is a relation of no rows whose readers wait for each other.
type meeting struct {
	threads int
	mu      sync.Mutex
	here    int
	all     chan struct{}
}

func (m *meeting) Threads() int            { return m.threads }
func (m *meeting) Close() error            { return nil }
func (m *meeting) Reader() (Reader, error) { return &guest{meeting: m}, nil }

type guest struct {
	*meeting
	came bool
}

func (g *guest) Read([]Output, int) (int, error) {
	if g.came {
		return 0, nil
	}
	g.came = true
	g.mu.Lock()
	if g.here++; g.here == g.threads {
		close(g.all)
	}
	g.mu.Unlock()
	select {
	case <-g.all:
		return 0, nil
	case <-time.After(2 * time.Minute):
		return 0, errors.New("the other threads did not come")
	}
}

// Inserts wake none of DuckDB's threads, and statements after and beside them all of them.
func TestInsertsWakeNobody(t *testing.T) {
	const threads = 4
	e := openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db"), Threads: threads})
	var m *meeting
	err := e.RegisterSource(t.Context(), Source{Name: "meeting", Bind: func(string) (Relation, error) {
		return Relation{Columns: []Column{{"a", Type{Kind: UInteger}}}, Rows: 1_000_000, Open: func() (Reading, error) { return m, nil }}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	c, asker := connect(t, e), connect(t, e)
	mustExec(t, c, appendTable)
	s := inserter(t, c, "r")
	insert := func(times int) {
		for range times {
			if err := s.Insert(context.Background(), rowsOf(100), 100); err != nil {
				t.Error(err)
			}
		}
	}
	meet := func() {
		m = &meeting{threads: threads, all: make(chan struct{})}
		if got := query(t, asker, "SELECT count(*) FROM meeting('')"); got[0][0] != int64(0) {
			t.Errorf("count(*) = %v, want 0", got[0][0])
		}
	}
	meet()
	before := unwoken()
	for range 1000 { // until the others are asleep
		if insert(20); unwoken() > before {
			break
		}
	}
	if unwoken() == before {
		t.Error("20,000 inserts would have woken nobody anyway")
	}
	meet()
	var beside sync.WaitGroup
	beside.Go(func() { insert(500) })
	for range 50 {
		meet()
	}
	beside.Wait()
	meet()
}
