package duckdb

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// A transaction is ended as soon as there is memory for it, and never said to be ended before.
func TestInsist(t *testing.T) {
	noMemory := &Error{Class: OutOfMemory, Message: "could not allocate block"}
	for _, c := range []struct {
		name  string
		fails int // times
		with  error
		tries int
		want  Class
	}{
		{"at once", 0, nil, 1, Other},
		{"no transaction", 1, &Error{Class: Transaction, Message: "cannot rollback - no transaction is active"}, 1, Other},
		{"memory comes", 7, noMemory, 8, Other},
		{"memory never comes", rollbackTries + 1, noMemory, rollbackTries + 1, Fatal},
		{"the disk fails", 1, &Error{Class: IO, Message: "Could not write"}, 1, IO},
		{"anything else", 1, &Error{Class: Binder, Message: "?"}, 1, Fatal},
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			err := insist(t.Context(), func() error {
				if tries++; tries <= c.fails {
					return c.with
				}
				return nil
			})
			if ClassOf(err) != c.want || (err != nil) != (c.want != Other) || tries != c.tries {
				t.Errorf("%s: %v after %d tries, want class %q after %d", c.name, err, tries, c.want, c.tries)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := insist(ctx, func() error { return noMemory }); !Broken(err) {
		t.Errorf("insist of who does not wait = %v, want a broken database", err)
	}
	if err := insist(t.Context(), func() error { return errClosed }); !errors.Is(err, errClosed) || Broken(err) {
		t.Errorf("insist on a closed connection = %v, want %v", err, errClosed)
	}
}

// Rollback ends a transaction, also one that DuckDB refuses everything in, and is content without any.
func TestRollback(t *testing.T) {
	c := connect(t, openEngine(t, Options{}))
	mustExec(t, c, "CREATE TABLE t (n BIGINT)")
	for _, text := range []string{"", "INSERT INTO t VALUES (1)", "INSERT INTO t SELECT error('no')::BIGINT"} {
		if text != "" {
			mustExec(t, c, "BEGIN TRANSACTION")
			_, _ = c.Exec(t.Context(), text)
		}
		if err := c.Rollback(t.Context()); err != nil {
			t.Errorf("after %q: Rollback: %v", text, err)
		}
		mustExec(t, c, "BEGIN TRANSACTION")
		mustExec(t, c, "COMMIT")
		if got := query(t, c, "SELECT count(*) FROM t"); got[0][0] != int64(0) {
			t.Errorf("after %q: %v rows, want none", text, got[0][0])
		}
	}
}
