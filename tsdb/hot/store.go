package hot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tidemark/internal/duckdb"
)

// Store is the hot rows of all tables.
type Store struct {
	opts        Options
	queue       *queue
	writer      *writer // the committer's own
	metrics     *metrics
	health      atomic.Pointer[error]
	full        atomic.Bool   // the disk had less room than the reserve when it was last asked
	seriesBytes atomic.Int64  // memory of the series of all tables
	copies      atomic.Int32  // in progress
	blank       string        // a file without rows, see writeBlank; empty when there is none
	wake        chan struct{} // something waits to be dropped
	sums        sums

	requests chan request  // for the committer
	stopped  chan struct{} // closed when it serves no more
	bulks    int           // loads so far; the committer's own

	mu struct {
		sync.Mutex
		tables    map[uint32]*Table
		dropping  []dropping
		removed   map[string]uint64    // files that left their table, and the latest snapshot then
		snapshots map[uint64]*Snapshot // by number, those that are open
		last      uint64               // number of the latest snapshot
	}
}

// dropping is a table, or some of its segments, whose rows go once the snapshots up to
// a number are closed.
type dropping struct {
	table    *Table
	segments []*segment // nil: all there is
	unsaved  []uint32   // series whose newest row leaves with the segments
	deletes  []deletion // these instead
	after    uint64
}

// Open reads the tables, series and segments that the engine's file holds.
func Open(ctx context.Context, opts Options) (*Store, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	opts = opts.withDefaults()
	s := &Store{
		opts: opts, queue: newQueue(opts.QueueRows, opts.QueueBytes), wake: make(chan struct{}, 1),
		requests: make(chan request), stopped: make(chan struct{}),
	}
	s.mu.tables, s.mu.snapshots, s.mu.removed = map[uint32]*Table{}, map[uint64]*Snapshot{}, map[string]uint64{}
	s.sums.memory.most = opts.SumsBytes
	s.metrics = newMetrics(opts.Registerer, s)
	conn, err := opts.Engine.Connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("open hot store: %w", err)
	}
	s.writer = newWriter(conn)
	started := time.Now()
	if err := errors.Join(s.registerSums(ctx), s.recover(ctx)); err != nil {
		return nil, errors.Join(fmt.Errorf("open hot store: %w", err), s.Close())
	}
	if err := s.writeBlank(ctx); err != nil {
		opts.Logger.Warn("single files are read by one thread each", "component", "hot", "err", err)
	}
	opts.Logger.Debug("hot store recovered", "component", "hot", "took", time.Since(started), "count", len(s.mu.tables))
	return s, nil
}

// Close releases the connection. Run must have returned. It may be called twice.
func (s *Store) Close() error { return s.writer.close() }

// Table returns the table of a number. One that the store does not know is empty.
func (s *Store) Table(id uint32) *Table {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.mu.tables[id]
	if !ok {
		t = newTable(s, id)
		s.mu.tables[id] = t
	}
	return t
}

// Tables returns all tables.
func (s *Store) Tables() []*Table {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.mu.tables))
}

// Unread reports whether no snapshot can read a file that has left its table.
func (s *Store) Unread(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	after, ok := s.mu.removed[path]
	if !ok {
		return true
	}
	if s.readable(after) {
		return false
	}
	delete(s.mu.removed, path)
	return true
}

// readable reports whether a snapshot up to a number is open. The lock is held.
func (s *Store) readable(number uint64) bool {
	for n := range s.mu.snapshots {
		if n <= number {
			return true
		}
	}
	return false
}

// Drop forgets a table. Its rows go from the file when no snapshot can read them any
// more; what is submitted to it afterwards is refused.
func (s *Store) Drop(id uint32) {
	if t := s.remove(id); t != nil {
		s.leftTable(t.Files())
	}
}

// remove takes a table out of the store and has the committer drop its rows.
func (s *Store) remove(id uint32) *Table {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.mu.tables[id]
	if !ok {
		return nil
	}
	t.dropped.Store(true)
	delete(s.mu.tables, id)
	s.mu.dropping = append(s.mu.dropping, dropping{table: t, after: s.mu.last})
	s.notify()
	return t
}

// Retain drops every table whose number keep refuses. It is for the start, when a
// crash may have left rows of tables that no longer exist.
func (s *Store) Retain(keep func(id uint32) bool) {
	for _, id := range s.numbers() {
		if !keep(id) {
			s.Drop(id)
		}
	}
}

func (s *Store) numbers() []uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]uint32, 0, len(s.mu.tables))
	for id := range s.mu.tables {
		list = append(list, id)
	}
	return list
}

// notify wakes the committer. The store's lock is held, or need not be.
func (s *Store) notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Health returns nil while rows can be written, and otherwise why not.
func (s *Store) Health() error {
	if err := s.health.Load(); err != nil {
		return *err
	}
	return s.diskHasRoom() // asked now: nobody may write to a server that calls itself full
}

func (s *Store) setHealth(err error) {
	if err == nil {
		s.health.Store(nil)
		return
	}
	s.health.Store(&err)
}

// writer is the committer's connection with the inserters that it keeps open.
type writer struct {
	conn      *duckdb.Conn
	inserters map[string]*duckdb.Inserter
	slab      slab
	retry     time.Time // no checkpoint before
	dead      bool      // DuckDB has shut the database
	reclaim   bool      // tables were dropped: the next checkpoint gives their room back
	slack     bool      // the file may have free blocks amid others: there was a checkpoint since it was last looked at
	shrunk    time.Time // when it was last looked at
	revived   time.Time // when it was last opened again
}

func newWriter(conn *duckdb.Conn) *writer {
	return &writer{conn: conn, inserters: map[string]*duckdb.Inserter{}, slack: true}
}

func (w *writer) close() error {
	w.forgetAll()
	return w.conn.Close()
}

const maxInserters = 64 // each holds the plan of a statement

// inserter returns an open inserter into a table.
func (w *writer) inserter(ctx context.Context, table string) (*duckdb.Inserter, error) {
	if s, ok := w.inserters[table]; ok {
		return s, nil
	}
	if len(w.inserters) >= maxInserters {
		w.forgetAll()
	}
	s, err := w.conn.Inserter(ctx, table)
	if err != nil {
		return nil, err
	}
	w.inserters[table] = s
	return s, nil
}

// forget closes the inserter into a table that is about to change.
func (w *writer) forget(table string) {
	if s, ok := w.inserters[table]; ok {
		s.Close()
		delete(w.inserters, table)
	}
}

func (w *writer) forgetAll() {
	for table := range w.inserters {
		w.forget(table)
	}
}

// appendRows adds columns to a table inside the transaction.
func (w *writer) appendRows(ctx context.Context, table string, columns []duckdb.Data, rows int) error {
	s, err := w.inserter(ctx, table)
	if err != nil {
		return err
	}
	return s.Insert(ctx, columns, rows)
}
