package tier

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/tsdb/cold"
)

// disk is a table whose disk fails for a while.
type disk struct {
	fails int // calls of Reload that fail
	tried int
	state cold.State
}

func (d *disk) Reload(context.Context) error {
	d.tried++
	if d.tried <= d.fails {
		return errors.New("input/output error")
	}
	return nil
}

func (d *disk) State() *cold.State { return &d.state }

// After a commit whose outcome nobody knows the table is read until it tells.
func TestSettle(t *testing.T) {
	cause := fmt.Errorf("sync: %w", cold.ErrUnknown)
	has := cold.State{Files: []cold.File{{Path: "old"}, {Path: "new"}}, Flushed: 7}
	hasNot := cold.State{Files: []cold.File{{Path: "old"}, {Path: "gone"}}, Flushed: 6}
	for _, c := range []struct {
		name   string
		change cold.Change
		state  cold.State
		fails  int
		made   bool
	}{
		{"a flush that was made", cold.Change{Add: []cold.File{{Path: "new"}}, Flushed: 7}, has, 0, true},
		{"a flush that was not", cold.Change{Add: []cold.File{{Path: "new"}}, Flushed: 7}, hasNot, 3, false},
		{"a flush of nothing but past rows", cold.Change{Flushed: 7}, has, 5, true},
		{"the same, not made", cold.Change{Flushed: 7}, hasNot, 0, false},
		{"a removal that was made", cold.Change{Remove: []string{"gone"}, Flushed: 6}, has, 2, true},
		{"a removal that was not", cold.Change{Remove: []string{"gone"}, Flushed: 6}, hasNot, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &disk{fails: c.fails, state: c.state}
				began := time.Now()
				err := settle(t.Context(), d, c.change, cause)
				if c.made != (err == nil) || isUnknown(err) {
					t.Errorf("settle: %v, want made %t", err, c.made)
				}
				if d.tried != c.fails+1 {
					t.Errorf("%d tries, want %d", d.tried, c.fails+1)
				}
				if took := time.Since(began); c.fails > 2 && took < 700*time.Millisecond {
					t.Errorf("%d tries within %v", d.tried, took)
				}
			})
		})
	}
	t.Run("stopped before it is known", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := settle(ctx, &disk{fails: 1 << 30}, cold.Change{Flushed: 1}, cause)
			if !isUnknown(err) || !strings.Contains(err.Error(), "sync") {
				t.Errorf("settle: %v, want %v", err, cause)
			}
		})
	})
}
