package tier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tidemark/tsdb/cold"
)

func isUnknown(err error) bool { return errors.Is(err, cold.ErrUnknown) }

const (
	settleFirst = 100 * time.Millisecond
	settleMost  = 5 * time.Second
)

// reloader is what settling needs of a *cold.Table.
type reloader interface {
	Reload(ctx context.Context) error
	State() *cold.State
}

// settle finds out what became of a commit whose outcome is not known, and asks until it
// knows. It returns nil when the commit was made, an error of another kind when it was
// not, and the cause when ctx ended before.
func settle(ctx context.Context, t reloader, change cold.Change, cause error) error {
	for wait := settleFirst; ; wait = min(2*wait, settleMost) {
		if err := t.Reload(ctx); err == nil {
			if made(t.State(), change) {
				return nil
			}
			return fmt.Errorf("the commit was not made: %s", cause)
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return cause
		}
	}
}

// made reports whether a table is as a change leaves it. Paths are never used again, so
// one of them tells.
func made(s *cold.State, c cold.Change) bool {
	has := func(path string) bool {
		return slices.ContainsFunc(s.Files, func(f cold.File) bool { return f.Path == path })
	}
	switch {
	case len(c.Add) > 0:
		return has(c.Add[0].Path)
	case len(c.Remove) > 0:
		return !has(c.Remove[0])
	default:
		return s.Flushed >= c.Flushed
	}
}
