package tier

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// expire deletes files that no reader and no retained Iceberg snapshot has.
func (m *Mover) expire(ctx context.Context, t *table) error {
	n, err := t.cold.Expire(ctx, func(path string) bool { return !m.opts.Hot.Unread(path) })
	m.metrics.expired.Add(float64(n))
	if err != nil {
		return fmt.Errorf("delete old files: %w", err)
	}
	t.expired(m.opts.Now())
	m.at(StepExpired)
	return nil
}

// deleteDropped deletes the files of dropped tables that nobody reads any more.
func (m *Mover) deleteDropped(ctx context.Context) {
	m.mu.Lock()
	list := slices.Clone(m.mu.dropped)
	m.mu.Unlock()
	for _, t := range list {
		if !m.unread(t) || !t.busy.TryLock() {
			continue
		}
		err := t.cold.Drop(ctx)
		t.busy.Unlock()
		if err != nil {
			m.opts.Logger.Error("files of a deleted table stay", "component", "tier", "table", t.id(), "err", err)
			continue // tried again; the next start removes them, too
		}
		m.mu.Lock()
		m.mu.dropped = slices.DeleteFunc(m.mu.dropped, func(d *table) bool { return d == t })
		m.mu.Unlock()
	}
}

// unread reports whether no snapshot reads a file of a dropped table.
func (m *Mover) unread(t *table) bool {
	for _, f := range t.hot.Files() {
		if !m.opts.Hot.Unread(f.Path) {
			return false
		}
	}
	return true
}

func (t *table) lookDue(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !now.Before(t.mu.look)
}

// looked says when to look at the files next.
func (t *table) looked(next time.Time) {
	t.mu.Lock()
	t.mu.look = next
	t.mu.Unlock()
}

func (t *table) expireDue(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !now.Before(t.mu.expire)
}

// expired says when to delete files next: soon while a change is recent.
func (t *table) expired(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.expire = now.Add(idleEvery)
	if now.Sub(t.mu.changed) < expireFor {
		t.mu.expire = now.Add(expireEvery)
	}
}
