package hot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/fault"
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
)

// checkpoint folds DuckDB's log into its file once the log is longer than limit. Rows
// wait meanwhile, so the limit bounds both their wait and the time that a restart takes
// to read the log. Queries in progress put it off, unless the log is far too long.
func (s *Store) checkpoint(limit int64) {
	size := s.logBytes()
	if size <= limit || time.Now().Before(s.writer.retry) {
		return
	}
	how := polite
	if size > pressing*s.opts.LogBytes {
		how = forced
	}
	started := time.Now()
	err := how.Run(context.Background(), s.writer.conn)
	if err == nil {
		s.metrics.checkpoints.Observe(time.Since(started).Seconds())
		return
	}
	s.writer.retry = time.Now().Add(retryAfter)
	s.metrics.postponed.Inc()
	if !errors.Is(err, duckdb.ErrBusy) {
		s.opts.Logger.Warn("checkpoint refused", "component", "hot", "err", err)
	}
}

// logBytes returns the size of DuckDB's log.
func (s *Store) logBytes() int64 {
	info, err := os.Stat(s.opts.Engine.Path() + ".wal")
	if err != nil {
		return 0
	}
	return info.Size()
}

// diskHasRoom refuses writes while the disk is nearly full, because DuckDB shuts a
// database whose log cannot be written.
func (s *Store) diskHasRoom() error {
	path := s.opts.Engine.Path()
	if path == "" {
		return nil
	}
	var st unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(path), &st); err != nil {
		return fmt.Errorf("ask for free space: %w", err)
	}
	if free := st.Bavail * uint64(st.Bsize); free < s.opts.FreeBytes {
		return fault.New(fault.Unavailable, "The disk of the store has only %d bytes left, it needs %d.", free, s.opts.FreeBytes)
	}
	return nil
}

// freezeByAge closes segments that are old enough, so that they can move on.
func (s *Store) freezeByAge() {
	before := s.opts.Now().Add(-s.opts.SegmentAge)
	for _, id := range s.numbers() {
		s.Table(id).freeze(before)
	}
}

func (t *Table) freeze(before time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if seg := t.open(); seg != nil && seg.opened.Before(before) {
		seg.frozen = true
	}
}

// dropTables removes the rows of deleted tables that no snapshot can read.
func (s *Store) dropTables() {
	for _, d := range s.takeDroppable() {
		if err := s.dropTable(d.table); err != nil {
			s.opts.Logger.Error("deleted table keeps its rows", "component", "hot", "table", d.table.id, "err", err)
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
		for n := range s.mu.snapshots {
			if n <= d.after {
				return false
			}
		}
		ready = append(ready, d)
		return true
	})
	return ready
}

func (s *Store) dropTable(t *Table) (err error) {
	if !t.mu.stored {
		return nil
	}
	ctx := context.Background()
	statements := []string{"DROP TABLE " + dictionaryName(t.id)}
	s.writer.forget(dictionaryName(t.id))
	for _, seg := range t.mu.segments {
		s.writer.forget(seg.name)
		statements = append(statements, "DROP TABLE "+seg.name)
	}
	for _, name := range catalogTables {
		statements = append(statements, fmt.Sprintf("DELETE FROM %s WHERE id = %d", name, t.id))
	}
	if _, err := s.writer.conn.Exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	for _, text := range statements {
		if _, err := s.writer.conn.Exec(ctx, text); err != nil {
			_, _ = s.writer.conn.Exec(ctx, "ROLLBACK")
			return err
		}
	}
	_, err = s.writer.conn.Exec(ctx, "COMMIT")
	return err
}
