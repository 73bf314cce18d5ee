package duckdb

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"tidemark/fault"
)

// reading opens a result of n rows over a table and reads its first chunk.
func reading(t *testing.T, e *Engine, n string) *Rows {
	t.Helper()
	rows, err := connect(t, e).Query(t.Context(), "SELECT i, 'a text of more than twelve bytes' FROM r LIMIT "+n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rows.Close() })
	if _, err := rows.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	return rows
}

func restOf(t *testing.T, rows *Rows) (int, error) {
	t.Helper()
	n := 0
	for {
		chunk, err := rows.Next(t.Context())
		if err != nil || chunk == nil {
			return n, err
		}
		n += chunk.Len()
	}
}

// Whoever asks DuckDB anything waits while the gate is closed, as a checkpoint and Close have it.
func TestGateHoldsUpEverything(t *testing.T) {
	e := openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")})
	c := connect(t, e)
	if err := e.gate.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer e.gate.open()
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	for name, ask := range map[string]func() error{
		"Exec":    func() error { _, err := c.Exec(ctx, "SELECT 1"); return err },
		"Query":   func() error { _, err := c.Query(ctx, "SELECT 1"); return err },
		"Columns": func() error { _, err := c.Columns(ctx, "SELECT 1"); return err },
	} {
		if err := ask(); !errors.Is(err, gone) {
			t.Errorf("%s behind a closed gate = %v, want why it was given up", name, err)
		}
	}
}

func TestCheckpointReadsResultsFirst(t *testing.T) {
	e := openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")})
	c := connect(t, e)
	mustExec(t, c, "CREATE TABLE r AS SELECT i FROM range(300000) t(i)")
	rows := reading(t, e, "100000")
	mustExec(t, c, "INSERT INTO r SELECT range FROM range(10)")
	if err := (Checkpoint{Wait: time.Minute, Bytes: 1 << 10}).Run(t.Context(), c); !errors.Is(err, ErrBusy) {
		t.Errorf("checkpoint beside a result larger than allowed = %v, want %v", err, ErrBusy)
	}
	if err := (Checkpoint{Wait: time.Minute, Bytes: 64 << 20}).Run(t.Context(), c); err != nil {
		t.Errorf("checkpoint = %v", err)
	}
	if n, err := restOf(t, rows); n != 100000-2048 || err != nil {
		t.Errorf("the result went on with %d rows, %v, want %d", n, err, 100000-2048)
	}
}

// What comes before a checkpoint happens as a whole or not at all.
func TestCheckpointAfterStatements(t *testing.T) {
	e := openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")})
	c := connect(t, e)
	if err := (Checkpoint{Wait: time.Minute, Before: []string{"CREATE TABLE a (i INTEGER)", "CREATE TABLE a (i INTEGER)"}}).Run(t.Context(), c); err == nil {
		t.Error("a table was created twice")
	}
	if err := (Checkpoint{Wait: time.Minute, Before: []string{"CREATE TABLE a (i INTEGER)", "INSERT INTO a VALUES (1)"}}).Run(t.Context(), c); err != nil {
		t.Errorf("checkpoint after statements = %v", err)
	}
	if n, err := c.Exec(t.Context(), "DELETE FROM a"); n != 1 || err != nil {
		t.Errorf("%d rows in the table, %v, want 1", n, err)
	}
}

func TestCheckpointEvictsSlowReaders(t *testing.T) {
	e := openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")})
	c := connect(t, e)
	mustExec(t, c, "CREATE TABLE r AS SELECT i FROM range(300000) t(i)")
	rows := reading(t, e, "300000")
	if err := (Checkpoint{Wait: time.Minute, Bytes: 1 << 10, Evict: true}).Run(t.Context(), c); err != nil {
		t.Errorf("checkpoint = %v", err)
	}
	if _, err := restOf(t, rows); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the evicted result = %v, want unavailable", err)
	}
}

func TestShortResultHoldsNothing(t *testing.T) {
	e := openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")})
	c := connect(t, e)
	mustExec(t, c, "CREATE TABLE r AS SELECT i FROM range(300000) t(i)")
	rows, err := connect(t, e).Query(t.Context(), "SELECT i FROM r LIMIT 100")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if err := (Checkpoint{Wait: time.Minute}).Run(t.Context(), c); err != nil {
		t.Errorf("checkpoint = %v", err)
	}
}

func TestCloseEndsWhatRuns(t *testing.T) {
	e := openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")})
	c := connect(t, e)
	mustExec(t, c, "CREATE TABLE r AS SELECT i FROM range(300000) t(i)")
	rows := reading(t, e, "300000")
	failed := make(chan error, 1)
	go func() {
		_, err := c.Exec(t.Context(), "SELECT count(*) FROM range(100000000) a(i), range(1000) b(j) WHERE (i * j) % 7 = 3")
		failed <- err
	}()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err == nil {
		t.Error("the statement ended well although the engine was closed")
	}
	if _, err := restOf(t, rows); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a result of the closed engine = %v, want unavailable", err)
	}
}
