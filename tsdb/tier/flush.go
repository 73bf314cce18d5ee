package tier

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
)

// dayLength is a day in nanoseconds.
const dayLength = int64(24 * time.Hour)

// result is what a piece of work changes.
type result struct {
	add, remove   []hot.File
	rows, rewrote int64 // moved out of the hot store; written again
}

// flush moves what the hot store has frozen into files.
func (m *Mover) flush(ctx context.Context, t *table) error {
	first, err := m.retire(ctx, t)
	if err != nil {
		return err
	}
	moving, err := t.hot.Move(ctx)
	if err != nil || moving == nil {
		return err
	}
	return m.carry(ctx, t, moving, workFlush, func(w *writer) (result, error) { return w.flush(ctx, first) })
}

// carry writes files, commits them and shows them to readers. After an error everything
// is as before, unless a commit was made: then the next start ends the work.
func (m *Mover) carry(ctx context.Context, t *table, moving *hot.Moving, kind work, write func(w *writer) (result, error)) error {
	began := m.opts.Now()
	m.at(StepBegun)
	w, err := m.newWriter(ctx, t, moving)
	if err != nil {
		moving.Abort()
		return err
	}
	defer w.close()
	m.at(StepDefined)
	r, err := write(w)
	if err == nil {
		m.at(StepReady)
		err = m.commit(ctx, t, moving.Through(), r)
	}
	if isUnknown(err) {
		return err // nothing is given up: the rows may be in files, which the next start will tell
	}
	if err != nil {
		moving.Abort()
		w.giveUp()
		return err
	}
	m.at(StepCommitted)
	if err := moving.Publish(ctx, r.add, r.remove, t.cold.State().Fields); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	m.at(StepPublished)
	t.changed(m.opts.Now())
	if r.rows > 0 {
		t.grew(m.opts.Now(), r.add)
	}
	m.metrics.done(kind, r, m.opts.Now().Sub(began))
	return nil
}

// commit makes the change durable.
func (m *Mover) commit(ctx context.Context, t *table, through uint32, r result) error {
	change := cold.Change{Add: coldFiles(r.add), Remove: paths(r.remove), Flushed: through, Time: m.clock.now()}
	err := t.cold.Commit(ctx, change)
	if isUnknown(err) {
		m.opts.Logger.Error("outcome of a commit is not known", "component", "tier", "table", t.id(), "err", err)
		err = settle(ctx, t.cold, change, err)
	}
	return err
}

// flush writes the days of the segments. A day's old files are written again with them
// where an overlay's rows stand for rows of theirs, or where they are small. Days before
// the first are left out.
func (w *writer) flush(ctx context.Context, first int32) (r result, err error) {
	days, err := w.moving.Days(ctx, w.conn)
	if err != nil {
		return r, err
	}
	old := byDay(w.table.hot.Files())
	for _, d := range days {
		if d.Day < first {
			continue
		}
		with := rewritten(d, old[d.Day], !w.table.fails())
		files, err := w.day(ctx, d.Day, d.Rows, with)
		if err != nil {
			return r, fmt.Errorf("day %d: %w", d.Day, err)
		}
		r.add, r.remove = append(r.add, files...), append(r.remove, with...)
		r.rows += d.Rows
	}
	r.rewrote = rowsOf(r.remove)
	return r, nil
}

// rewritten returns the old files of a day that are written again with its new rows:
// those that must be, and small ones, unless that has failed before.
func rewritten(d hot.DayRows, old []hot.File, small bool) (list []hot.File) {
	if small {
		list = alongside(old, d.Rows)
	}
	if d.Overrides == 0 {
		return list
	}
	for _, f := range old {
		if overridden(d, f) && !slices.ContainsFunc(list, func(g hot.File) bool { return g.Path == f.Path }) {
			list = append(list, f)
		}
	}
	return list
}

// overridden reports whether a row of the file may have another version in an overlay.
func overridden(d hot.DayRows, f hot.File) bool {
	return f.MaxTime >= d.MinTime && f.MinTime <= d.MaxTime && f.MaxSeries >= d.MinSeries && f.MinSeries <= d.MaxSeries
}

func rowsOf(files []hot.File) (n int64) {
	for _, f := range files {
		n += f.Rows
	}
	return n
}

func coldFiles(files []hot.File) []cold.File {
	list := make([]cold.File, len(files))
	for i, f := range files {
		list[i] = cold.File(f)
	}
	return list
}

func hotFiles(files []cold.File) []hot.File {
	list := make([]hot.File, len(files))
	for i, f := range files {
		list[i] = hot.File(f)
	}
	return list
}
