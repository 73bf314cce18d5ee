package hot

import (
	"context"
	"fmt"
	"math"

	"tidemark/internal/duckdb"
)

// Retire removes the rows of before a time for good, because they are past their
// retention: a longer one brings none of them back, and no series goes on as if its
// newest row was one of them. It is a delete, but reads no file. The files that hold
// nothing else are the caller's to remove.
func (t *Table) Retire(ctx context.Context, before int64) error {
	return t.store.ask(ctx, func() error { return t.retire(context.WithoutCancel(ctx), before) })
}

// retire runs on the committer.
func (t *Table) retire(ctx context.Context, before int64) error {
	if t.dropped.Load() {
		return errDropped
	}
	if before == math.MinInt64 || !t.mu.stored || !t.reaches(before) {
		return nil
	}
	if err := t.store.usable(); err != nil {
		return err
	}
	e := &erasure{table: t, silent: true, deletion: deletion{number: t.mu.deleted + 1, from: math.MinInt64, to: before - 1, all: true, table: t.id}}
	if err := t.store.inTransaction(nil, e.run); err != nil {
		err = fmt.Errorf("remove rows past their retention: %w", err)
		if duckdb.ClassOf(err) != duckdb.Other {
			err = t.store.broken(err)
		}
		return err
	}
	e.publish()
	t.retired = before
	return nil
}

// reaches reports whether there are rows of before a time, or series whose newest row is
// taken to be of then. Those are looked through once for every time: what comes later is
// in segments and files.
func (t *Table) reaches(before int64) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, seg := range t.mu.segments {
		if seg.min < before {
			return true
		}
	}
	for i := range t.mu.files {
		if f := &t.mu.files[i]; f.MinTime < before && !t.retiredFrom(f, before) {
			return true
		}
	}
	if before <= t.retired {
		return false
	}
	for n := range uint32(t.mu.series.len()) {
		if s := t.mu.series.at(n); s.newest != never && s.newest < before {
			return true
		}
	}
	t.retired = before
	return false
}

// retiredFrom reports whether a file obeys a delete of all rows of before a time already.
func (t *Table) retiredFrom(f *File, before int64) bool {
	for i := range t.mu.deletes {
		if d := &t.mu.deletes[i]; d.concerns(f) && d.all && d.from == math.MinInt64 && d.to >= before-1 {
			return true
		}
	}
	return false
}
