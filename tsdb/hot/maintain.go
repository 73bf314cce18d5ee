package hot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"tidemark/internal/duckdb"
)

// How far a checkpoint goes to be alone: politely while the log is moderate, with force
// once it is pressing times its limit.
var (
	polite = duckdb.Checkpoint{Wait: 20 * time.Millisecond, Bytes: 64 << 20}
	forced = duckdb.Checkpoint{Wait: 5 * time.Second, Bytes: 64 << 20, Evict: true}
)

const (
	pressing   = 8
	retryAfter = 500 * time.Millisecond

	checkpointRoom = 16 << 20 // free bytes that a checkpoint wants besides the size of the log
)

// checkpoint folds DuckDB's log into its file once the log is longer than limit. Rows
// wait meanwhile, so the limit bounds both their wait and the time that a restart takes
// to read the log. Queries in progress put it off, unless the log is far too long; so
// does a disk without room for what it writes, because DuckDB shuts a database whose
// checkpoint fails.
func (s *Store) checkpoint(limit int64) {
	size := s.logBytes()
	if size <= limit || !s.settled() || s.freeBytes() < uint64(size)+checkpointRoom {
		return
	}
	how := polite
	if size > pressing*s.opts.LogBytes {
		how = forced
	}
	s.fold(how)
}

// fold runs a checkpoint. One that does not come about is tried again after a while.
func (s *Store) fold(how duckdb.Checkpoint) {
	started := time.Now()
	err := how.Run(context.Background(), s.writer.conn)
	if err == nil {
		s.writer.reclaim, s.writer.slack = false, true
		s.metrics.checkpoints.Observe(time.Since(started).Seconds())
		return
	}
	s.writer.retry = time.Now().Add(retryAfter)
	s.metrics.postponed.Inc()
	switch {
	case errors.Is(err, duckdb.ErrBusy):
	case duckdb.Broken(err):
		_ = s.broken(err) // which it keeps as the health; the database is opened again
	default:
		s.opts.Logger.Warn("checkpoint refused", "component", "hot", "err", err)
	}
}

// settled reports whether a checkpoint may be tried now.
func (s *Store) settled() bool {
	return !time.Now().Before(s.writer.retry) && s.health.Load() == nil
}

// idleLimit is the size of the log above which it is folded while no rows come. DuckDB
// gives the room of dropped tables back, and shortens its file, only at a checkpoint.
func (s *Store) idleLimit() int64 {
	if s.writer.reclaim {
		return 0
	}
	return s.opts.IdleLog
}

// logBytes returns the size of DuckDB's log.
func (s *Store) logBytes() int64 {
	info, err := os.Stat(s.opts.Engine.Path() + ".wal")
	if err != nil {
		return 0
	}
	return info.Size()
}

// freezeByAge closes segments that are old enough, so that they can move on.
func (s *Store) freezeByAge() {
	now := s.opts.Now()
	for _, id := range s.numbers() {
		s.Table(id).freeze(now.Add(-s.opts.SegmentAge), now)
	}
}

// freeze closes segments of before a time; and of after now, since the clock was set back
// when those were opened.
func (t *Table) freeze(before, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, seg := range t.mu.segments {
		seg.frozen = seg.frozen || seg.opened.Before(before) || seg.opened.After(now)
	}
}

// Opened is when the oldest of the table's segments was opened, zero if there is none.
func (t *Table) Opened() (first time.Time) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, seg := range t.mu.segments {
		if first.IsZero() || seg.opened.Before(first) {
			first = seg.opened
		}
	}
	return first
}

// release removes the rows of deleted tables, and of segments that are in files, when
// no snapshot can read them any more.
func (s *Store) release() {
	if s.writer.dead {
		return // what is to be dropped is found again
	}
	for _, d := range s.takeDroppable() {
		if err := s.drop(d); err != nil {
			s.opts.Logger.Error("rows that nobody reads stay in the file", "component", "hot", "table", d.table.id, "err", err)
			s.mu.Lock()
			s.mu.dropping = append(s.mu.dropping, d) // tried again when the next one is dropped, and at the next start
			s.mu.Unlock()
		}
	}
}

func (s *Store) takeDroppable() []dropping {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ready []dropping
	s.mu.dropping = slices.DeleteFunc(s.mu.dropping, func(d dropping) bool {
		if s.readable(d.after) {
			return false
		}
		ready = append(ready, d)
		return true
	})
	return ready
}

// drop removes the rows from the file, in one transaction.
func (s *Store) drop(d dropping) error {
	switch {
	case !d.table.mu.stored:
		return nil
	case d.deletes != nil:
		d.table.forgetPast(d.deletes)
		return s.inTransaction(d.table.dropDeletes(d.deletes), nil)
	case d.segments == nil:
		return s.dropWhole(d.table)
	}
	return s.dropSegments(d)
}

// dropSegments removes segments whose rows are in files. The newest rows of series that
// have none left in the engine's file stay there.
func (s *Store) dropSegments(d dropping) error {
	t, saved := d.table, d.table.mu.saved
	err := s.inTransaction(nil, func(ctx context.Context, w *writer) (err error) {
		if saved, err = t.saveNewest(ctx, w, d); err != nil {
			return err
		}
		for _, text := range t.dropTexts(d.segments) {
			if _, err := w.conn.Exec(ctx, text); err != nil {
				return fmt.Errorf("%.60s: %w", text, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.leaving, t.mu.saved = t.mu.leaving-1, saved
	s.writer.reclaim = true
	return nil
}

// dropWhole removes all rows of a deleted table.
func (s *Store) dropWhole(t *Table) error {
	err := s.inTransaction(t.dropAll(), nil)
	if err == nil {
		t.discount()
		s.writer.reclaim = true
	}
	return err
}

// inTransaction runs statements on the committer's connection, and then more if there
// is any: all or nothing.
func (s *Store) inTransaction(statements []string, more func(context.Context, *writer) error) (err error) {
	ctx := context.Background()
	s.writer.forgetAll()
	if _, err := s.writer.conn.Exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			s.writer.forgetAll()
			err = errors.Join(s.writer.conn.Rollback(ctx), err)
		}
		if duckdb.Broken(err) {
			err = s.broken(err)
		}
	}()
	for _, text := range statements {
		if _, err := s.writer.conn.Exec(ctx, text); err != nil {
			return fmt.Errorf("%.60s: %w", text, err)
		}
	}
	if more != nil {
		if err := more(ctx, s.writer); err != nil {
			return err
		}
	}
	if _, err = s.writer.conn.Exec(ctx, "COMMIT"); err == nil {
		err = s.opts.Engine.Damaged()
	}
	return err
}

// usable refuses work on a database that DuckDB has shut, or whose commits may be lost:
// what it shows is not what will be read when it is opened again.
func (s *Store) usable() error {
	if s.writer.dead {
		return s.Health()
	}
	return nil
}

func (t *Table) dropAll() []string {
	list := []string{"DROP TABLE " + dictionaryName(t.id), "DROP TABLE IF EXISTS " + newestName(t.id)}
	for _, seg := range t.mu.segments {
		list = append(list, "DROP TABLE IF EXISTS "+seg.name)
	}
	for _, name := range catalogTables {
		list = append(list, fmt.Sprintf("DELETE FROM %s WHERE id = %d", name, t.id))
	}
	return list
}

// dropTexts are the statements that remove segments.
func (t *Table) dropTexts(segments []*segment) []string {
	var list []string
	for _, seg := range segments {
		list = append(list, "DROP TABLE IF EXISTS "+seg.name, fmt.Sprintf("DELETE FROM hot_segments WHERE id = %d AND seq = %d", t.id, seg.seq))
	}
	return list
}
