// Package tier moves rows from the hot store into files and looks after the files: it
// flushes frozen segments, merges small files, writes files anew that lack deletes,
// removes those past their retention, and recovers after a crash.
//
//	mover, err := tier.Open(ctx, tier.Options{Engine: engine, Hot: hot, Cold: cold, Define: define})
//	go mover.Run(ctx)
//	err = mover.Flush(ctx, id) // now, instead of soon
//
// Every piece of work ends in one commit of the cold store, which is the only truth: a
// crash before it leaves files that the next Open removes, a crash after it segments
// that the next Open drops. Readers see the change at once when the hot store publishes
// it. Everything is safe to call at once; the work on one table is serial.
package tier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/internal/duckdb"
	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
)

// Definition is what the mover must know of a table.
type Definition struct {
	Database, Table string
	Retention       time.Duration // rows older than this are past; both stores together
	PartitionKey    string        // the dimension that shapes the order in files; empty: the measure name
}

// Options says how the mover works. Zero values take the defaults.
type Options struct {
	Engine *duckdb.Engine // that of the hot store; its AllowedDirs have the directory of the files
	Hot    *hot.Store
	Cold   *cold.Store

	// Define returns the definition of a table, and false when it is defined no more.
	Define func(id uint32) (Definition, bool)

	Policy  Policy
	Every   time.Duration // between two looks for work; 1 second
	Workers int           // tables that are worked on at once; 1, since each uses all processors

	Free      func() (uint64, error) // free bytes of the disk; nil: without end
	FreeBytes uint64                 // that the disk keeps free of files; 512 MiB

	Logger     *slog.Logger          // nil discards
	Registerer prometheus.Registerer // nil leaves the metrics unregistered
	Now        func() time.Time      // nil is the clock
	Passed     func() time.Duration  // time that has passed, whatever is done to the clock; nil: what readings of Now have in them
	At         func(Step)            // told of every step, for tests; nil otherwise
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Registerer == nil {
		o.Registerer = prometheus.NewRegistry()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Free == nil {
		o.Free = func() (uint64, error) { return math.MaxUint64, nil }
	}
	if o.Every == 0 {
		o.Every = time.Second
	}
	if o.Workers == 0 {
		o.Workers = 1
	}
	if o.FreeBytes == 0 {
		o.FreeBytes = 512 << 20
	}
	o.Policy = o.Policy.withDefaults()
	return o
}

// Validate reports the first value that cannot be used.
func (o Options) Validate() error {
	switch {
	case o.Engine == nil || o.Hot == nil || o.Cold == nil || o.Define == nil:
		return errors.New("the mover needs an engine, both stores and the definitions of tables")
	case o.Every < 0 || o.Workers < 0:
		return errors.New("the mover's pace and workers must not be negative")
	}
	return o.Policy.validate()
}

// Mover moves rows of all tables.
type Mover struct {
	opts     Options
	metrics  *metrics
	requests chan request
	stopped  chan struct{} // closed when Run serves no more
	clock    *clock        // by which retention goes

	mu struct {
		sync.Mutex
		tables  map[uint32]*table
		dropped []*table // whose files are deleted once nobody reads them
	}
}

// Open recovers: every table that the hot store knows learns its files and forgets the
// segments that are in them, and what a crash left behind is removed. The hot store
// must not run yet.
func Open(ctx context.Context, opts Options) (*Mover, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	m := &Mover{opts: opts.withDefaults(), requests: make(chan request), stopped: make(chan struct{})}
	m.mu.tables = map[uint32]*table{}
	if err := m.recover(ctx); err != nil {
		return nil, fmt.Errorf("open mover: %w", err)
	}
	m.clock = newClock(m.opts, m.lastKnown())
	m.metrics = newMetrics(m.opts.Registerer, m)
	return m, nil
}

// lastKnown is the newest time that retention is known to have gone by. Without files it
// is that of the oldest rows that are not in files, which are there for a day or so.
func (m *Mover) lastKnown() (last time.Time) {
	var opened time.Time
	for _, t := range m.list() {
		if at := t.cold.State().Time; at.After(last) {
			last = at
		}
		if at := t.hot.Opened(); at.After(opened) {
			opened = at
		}
	}
	return cmp.Or(last, opened)
}

// recover brings the hot store to the state of the files.
func (m *Mover) recover(ctx context.Context) error {
	err := m.opts.Cold.Retain(ctx, func(id uint32) bool {
		_, ok := m.opts.Define(id)
		return ok
	})
	if err != nil {
		return err
	}
	for _, h := range m.opts.Hot.Tables() {
		t, err := m.table(ctx, h)
		if err != nil {
			return err
		}
		if t == nil {
			continue
		}
		state := t.cold.State()
		if err := h.SetFiles(hotFiles(state.Files), state.Fields, state.Flushed); err != nil {
			return err
		}
		n, err := t.cold.Sweep(ctx)
		if err != nil {
			return fmt.Errorf("table %d: %w", h.ID(), err)
		}
		if n > 0 {
			m.opts.Logger.Info("files of unfinished work removed", "component", "tier", "table", h.ID(), "count", n)
		}
	}
	return nil
}

// table returns the mover's side of a table, nil when it is defined no more.
func (m *Mover) table(ctx context.Context, h *hot.Table) (*table, error) {
	d, ok := m.opts.Define(h.ID())
	if !ok {
		return nil, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.mu.tables[h.ID()]; ok {
		return t, nil
	}
	c, err := m.opts.Cold.Table(ctx, cold.Key{Database: d.Database, Table: d.Table, ID: h.ID()})
	if err != nil {
		return nil, fmt.Errorf("table %d: %w", h.ID(), err)
	}
	t := newTable(m, h, c, d)
	m.mu.tables[h.ID()] = t
	return t, nil
}

// Drop forgets a table that is defined no more, after the hot store has. Its files are
// deleted once nobody reads them, or by the next Open.
func (m *Mover) Drop(id uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.mu.tables[id]; ok {
		delete(m.mu.tables, id)
		m.mu.dropped = append(m.mu.dropped, t)
	}
}

// Health returns nil while work succeeds, and otherwise the error of a table whose work
// has failed for a minute.
func (m *Mover) Health() error {
	for _, t := range m.list() {
		if err := t.health(m.opts.Now()); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mover) list() []*table {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]*table, 0, len(m.mu.tables))
	for _, t := range m.mu.tables {
		list = append(list, t)
	}
	return list
}

// Close releases the mover. Run must have returned. It may be called twice.
func (m *Mover) Close() error { return nil }
