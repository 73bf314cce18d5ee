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

// What an appender holds goes with the transaction, whether one is open or not.
func TestDiscard(t *testing.T) {
	e := openEngine(t, Options{})
	for _, begin := range []string{"SELECT 1", "BEGIN TRANSACTION"} {
		c := connect(t, e)
		mustExec(t, c, "CREATE OR REPLACE TABLE t (n BIGINT)")
		mustExec(t, c, begin)
		a, err := c.Appender(t.Context(), "t")
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Append([]Data{{Int64s: []int64{1}}}, 1); err != nil {
			t.Fatal(err)
		}
		if err := c.Discard(t.Context(), func() { a.Close() }); err != nil {
			t.Errorf("after %s: Discard: %v", begin, err)
		}
		got, err := c.row(t.Context(), "SELECT count(*) FROM t")
		if err != nil || got[0] != int64(0) {
			t.Errorf("after %s: %v rows, %v, want none", begin, got, err)
		}
		if err := c.Rollback(t.Context()); err != nil {
			t.Errorf("Rollback without a transaction: %v", err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
