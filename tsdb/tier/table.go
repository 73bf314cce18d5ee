package tier

import (
	"fmt"
	"sync"
	"time"

	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
)

// table is the mover's side of one table.
type table struct {
	mover *Mover
	hot   *hot.Table
	cold  *cold.Table
	last  Definition // for when it is defined no more

	opened time.Time  // when the mover got to know it
	busy   sync.Mutex // held by who works on it

	mu struct {
		sync.Mutex
		look         time.Time            // when to look at its files next
		expire       time.Time            // when to delete what is not needed any more
		changed      time.Time            // when its files changed
		seen         map[int32]time.Time  // when a day got its last new file
		lacking      map[string]time.Time // files that lack deletes, since when that is known
		breadth      breadth              // of its rows
		dictionaries bool                 // files are first written with them
		spoilt       map[int32]time.Time  // days whose files cannot be merged, and when to try again
		failing      time.Time            // since when its work fails
		retry        time.Time            // no work before
		wait         time.Duration        // between the last two tries
		err          error                // the last one's
	}
}

func newTable(m *Mover, h *hot.Table, c *cold.Table, d Definition) *table {
	t := &table{mover: m, hot: h, cold: c, last: d, opened: m.opts.Now()}
	t.mu.changed = t.opened
	t.mu.seen, t.mu.lacking = map[int32]time.Time{}, map[string]time.Time{}
	return t
}

func (t *table) id() uint32 { return t.hot.ID() }

// definition returns how the table is defined now, or was at last.
func (t *table) definition() Definition {
	if d, ok := t.mover.opts.Define(t.id()); ok {
		return d
	}
	return t.last
}

// lookEvery is how often a table's files are looked at, and expireEvery how often
// what is not needed any more is deleted, while there may be something; else idleEvery.
const (
	lookEvery   = time.Minute
	expireEvery = time.Minute
	idleEvery   = time.Hour
	expireFor   = time.Hour // after a change
)

// due reports whether there may be something to do.
func (t *table) due(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Before(t.mu.retry) {
		return false
	}
	return !now.Before(t.mu.look) || !now.Before(t.mu.expire) || t.hot.Waiting() > 0
}

// changed notes a commit: the files are looked at soon.
func (t *table) changed(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.changed, t.mu.look = now, now
	if soon := now.Add(expireEvery); t.mu.expire.After(soon) {
		t.mu.expire = soon
	}
}

// grew notes days that got new rows.
func (t *table) grew(now time.Time, files []hot.File) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range files {
		t.mu.seen[f.Day] = now
	}
}

// quiet returns how long a day has had no new file. After a start nobody knows; it
// counts from there.
func (t *table) quiet(day int32, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.mu.seen[day]
	if !ok {
		at = t.opened
	}
	return now.Sub(at)
}

// spoiltFor is how long a day is left alone whose files could not be merged.
const spoiltFor = time.Hour

// spoil notes that files of a day cannot be merged, so that it does not keep others from it.
func (t *table) spoil(day int32, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mu.spoilt == nil {
		t.mu.spoilt = map[int32]time.Time{}
	}
	t.mu.spoilt[day] = now.Add(spoiltFor)
}

// leave reports whether a day is to be left alone.
func (t *table) leave(day int32, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	until, ok := t.mu.spoilt[day]
	if ok && !now.Before(until) {
		delete(t.mu.spoilt, day)
	}
	return ok && now.Before(until)
}

// fails reports whether the last work failed.
func (t *table) fails() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.mu.err != nil
}

// How long a table is left alone after its work has failed.
const (
	retryFirst = time.Second
	retryMost  = 5 * time.Minute
	unhealthy  = time.Minute // of failures
)

// ended notes the outcome of work.
func (t *table) ended(now time.Time, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.mu.failing, t.mu.retry, t.mu.wait, t.mu.err = time.Time{}, time.Time{}, 0, nil
		return
	}
	if t.mu.failing.IsZero() {
		t.mu.failing = now
	}
	t.mu.err = err
	t.mu.wait = min(max(2*t.mu.wait, retryFirst), retryMost)
	t.mu.retry = now.Add(t.mu.wait)
}

func (t *table) health(now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mu.failing.IsZero() || now.Sub(t.mu.failing) < unhealthy {
		return nil
	}
	return fmt.Errorf("rows of table %s.%s cannot be moved into files: %w", t.last.Database, t.last.Table, t.mu.err)
}
