package duckdb

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Connections are closed by their owners while the engine closes them.
func TestReopenWhileStatementsRun(t *testing.T) {
	e, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "db"), Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for ctx.Err() == nil {
				queryAndClose(ctx, e)
			}
		})
	}
	for range 10 {
		time.Sleep(20 * time.Millisecond) // so that statements are under way, whichever they are
		if err := e.Reopen(t.Context()); err != nil {
			t.Errorf("reopen: %v", err)
		}
	}
	cancel()
	group.Wait()
	c, err := e.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	rows, err := c.Query(t.Context(), "SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := rows.All(t.Context()); err != nil || got[0][0] != int32(1) {
		t.Errorf("a query afterwards = %v, %v", got, err)
	}
}

// queryAndClose reads the beginning of a long result. Whether it can depends on the engine.
func queryAndClose(ctx context.Context, e *Engine) {
	c, err := e.Connect(ctx)
	if err != nil {
		return
	}
	defer c.Close()
	rows, err := c.Query(ctx, "SELECT sum(sqrt(a.range)) FROM range(2000) a, range(3000) b GROUP BY b.range")
	if err != nil {
		return
	}
	defer rows.Close()
	rows.Next(ctx)
}

// What could not be closed is still there, and is not opened a second time.
func TestCloseAgain(t *testing.T) {
	e, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "db")})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if err := e.Reopen(t.Context()); err != nil {
		t.Errorf("reopen: %v", err)
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := e.Close(); err != nil {
				t.Errorf("close at once: %v", err)
			}
		})
	}
	both.Wait()
}
