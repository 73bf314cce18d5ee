package tier

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"tidemark/tsdb/hot"
)

// compact does the most useful merge of a table, if there is one; the table is looked
// at again at once then, else in a while.
func (m *Mover) compact(ctx context.Context, t *table) error {
	files, err := m.choose(ctx, t)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		t.looked(m.opts.Now().Add(lookEvery))
		return nil
	}
	err = m.rewrite(ctx, t, files)
	if err != nil && ctx.Err() == nil {
		t.spoil(files[0].Day, m.opts.Now())
	}
	return err
}

// choose returns the files of one day that should be written anew together. Of several
// days the one with most files comes first.
func (m *Mover) choose(ctx context.Context, t *table) (best []hot.File, err error) {
	now := m.opts.Now()
	lacks := t.lacks(now, m.opts.Policy.Deletes)
	limit := int64(0)
	for day, files := range byDay(t.hot.Files()) {
		if len(files) == 1 && !lacks(files[0]) || t.leave(day, now) {
			continue
		}
		if limit == 0 {
			if limit, err = m.limit(ctx, t); err != nil {
				return nil, err
			}
		}
		list := m.opts.Policy.merge(dayFiles{
			files: files, limit: limit, lacks: lacks,
			over: m.over(day, now), quiet: t.quiet(day, now),
		})
		if len(list) > len(best) || len(list) == len(best) && len(list) > 0 && cmp.Less(list[0].Day, best[0].Day) {
			best = list
		}
	}
	return best, nil
}

// over reports whether a day ended a while ago.
func (m *Mover) over(day int32, now time.Time) bool {
	return (int64(day)+1)*dayLength+int64(m.opts.Policy.Over) <= now.UnixNano()
}

// rewrite writes files of one day anew, as few as will do, without what was deleted.
func (m *Mover) rewrite(ctx context.Context, t *table, files []hot.File) error {
	moving, err := t.hot.Compact(ctx)
	if err != nil || moving == nil {
		return err
	}
	return m.carry(ctx, t, moving, workCompaction, func(w *writer) (result, error) {
		add, err := w.day(ctx, files[0].Day, 0, files)
		if err != nil {
			return result{}, fmt.Errorf("day %d: %w", files[0].Day, err)
		}
		return result{add: add, remove: files, rewrote: rowsOf(files)}, nil
	})
}

// compactAll brings every day of a table to as few files as will do.
func (m *Mover) compactAll(ctx context.Context, t *table) error {
	if err := m.retain(ctx, t); err != nil {
		return err
	}
	if len(t.hot.Files()) == 0 {
		return m.expire(ctx, t)
	}
	limit, err := m.limit(ctx, t)
	if err != nil {
		return err
	}
	for day, files := range byDay(t.hot.Files()) {
		d := dayFiles{files: files, limit: limit, lacks: t.hot.Lacks}
		files = nil
		if len(d.files) > d.ideal() {
			files = d.all()
		}
		if len(files) == 0 {
			files = m.opts.Policy.lacking(d)
		}
		for len(files) > 0 {
			if err := m.rewrite(ctx, t, files); err != nil {
				return err
			}
			d.files = byDay(t.hot.Files())[day]
			files = m.opts.Policy.lacking(d)
		}
	}
	return m.expire(ctx, t)
}

// lacks returns whether files lack deletes, and have for some time.
func (t *table) lacks(now time.Time, long time.Duration) func(hot.File) bool {
	since := map[string]time.Time{}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.hot.Files() {
		if t.hot.Lacks(f) {
			since[f.Path] = now
			if at, ok := t.mu.lacking[f.Path]; ok {
				since[f.Path] = at
			}
		}
	}
	t.mu.lacking = since
	return func(f hot.File) bool {
		at, ok := since[f.Path]
		return ok && now.Sub(at) >= long
	}
}
