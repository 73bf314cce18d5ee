// Package tsdb keeps databases, tables and their records: it validates and
// acknowledges writes, and serves snapshots to queries.
//
//	db, err := tsdb.Open(ctx, tsdb.Options{Engine: engine, Meta: metadata})
//	go db.Run(ctx)
//	_, err = db.CreateTable(ctx, ref, tsdb.TableOptions{})
//	ingested, err := db.Write(ctx, ref, records) // on disk, or refused with reasons
//	snapshot, err := db.Snapshot(ctx)            // sees it
//
// Identity, versions and time windows are Timestream's (developer guide, "Writing
// data"). What Write acknowledged survives the process and the machine. Everything is
// safe to call at once. docs/formats.md describes what is on disk.
package tsdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/internal/duckdb"
	"tidemark/meta"
	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
	"tidemark/tsdb/tier"
)

// Options says how a store is opened. Zero values take the defaults.
type Options struct {
	Engine     *duckdb.Engine        // where records are; required. It may serve queries too
	Meta       *meta.DB              // where definitions are; required
	Tables     string                // directory of the files of older rows, which the engine may read and write; empty: all rows stay in the engine
	Bucket     *cold.Bucket          // where these files are kept instead; Tables has copies of them then
	Logger     *slog.Logger          // nil discards
	Registerer prometheus.Registerer // nil leaves the metrics unregistered
	Now        func() time.Time      // nil is the clock

	FutureLimit  time.Duration // how far ahead of now a record may be. 15 minutes
	PastSlack    time.Duration // how far beyond its retention. 25 minutes
	MaxDatabases int           // 500
	MaxTables    int           // 50000
	Hot          hot.Options   // Engine, Logger, Registerer and Now are taken from above
	Policy       tier.Policy   // of the files
	Keep         time.Duration // how long files that were replaced are kept for other engines. 10 minutes

	at     func(tier.Step)      // for tests
	passed func() time.Duration // for tests
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.FutureLimit == 0 {
		o.FutureLimit = 15 * time.Minute
	}
	if o.PastSlack == 0 {
		o.PastSlack = 25 * time.Minute
	}
	if o.MaxDatabases == 0 {
		o.MaxDatabases = 500
	}
	if o.MaxTables == 0 {
		o.MaxTables = 50_000
	}
	o.Hot.Engine, o.Hot.Logger, o.Hot.Registerer, o.Hot.Now = o.Engine, o.Logger, o.Registerer, o.Now
	return o
}

// Validate reports the first value that cannot be used.
func (o Options) Validate() error {
	switch {
	case o.Engine == nil || o.Meta == nil:
		return errors.New("the store needs an engine and metadata")
	case o.FutureLimit < 0 || o.PastSlack < 0:
		return errors.New("time limits of the store must not be negative")
	case o.MaxDatabases < 0 || o.MaxTables < 0:
		return errors.New("limits of the store must not be negative")
	}
	return nil
}

// DB is an open store.
type DB struct {
	opts    Options
	catalog *catalog
	hot     *hot.Store
	cold    *cold.Store // nil without files
	mover   *tier.Mover // nil without files
	tables  tableMap
	writes  writePool
	close   func() error
}

// Open reads the definitions and recovers the records.
func Open(ctx context.Context, opts Options) (*DB, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	opts = opts.withDefaults()
	d := &DB{opts: opts, catalog: newCatalog(opts.Meta)}
	if opts.Bucket != nil {
		d.opts.Hot.Fetch = d.fetch
	}
	store, err := hot.Open(ctx, d.opts.Hot)
	if err != nil {
		return nil, err
	}
	d.hot = store
	d.close = sync.OnceValue(d.release)
	if err := d.load(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), d.Close())
	}
	return d, nil
}

// load opens every defined table and forgets rows of tables that no longer are.
func (d *DB) load(ctx context.Context) error {
	d.tables.mu.tables, d.tables.mu.counts, d.tables.mu.ids = map[TableRef]*openTable{}, map[string]int{}, map[uint32]TableRef{}
	entries, err := d.catalog.tables.List(ctx, "", "", 0)
	if err != nil {
		return err
	}
	defined := map[uint32]bool{}
	for _, e := range entries {
		defined[e.Value.ID] = true
		ref := tableRefOf(e.Key)
		d.show(&openTable{ref: ref, doc: e.Value, hot: d.hot.Table(e.Value.ID)})
	}
	d.hot.Retain(func(id uint32) bool { return defined[id] })
	return d.openTiers(ctx, defined)
}

func (d *DB) release() error {
	var err error
	if d.mover != nil {
		err = d.mover.Close()
	}
	if d.cold != nil {
		err = errors.Join(err, d.cold.Close())
	}
	return errors.Join(err, d.hot.Close())
}

// Close releases the store; the engine and the metadata stay open. Run must have
// returned. It may be called twice.
func (d *DB) Close() error { return d.close() }

// Health returns nil while records can be stored, and otherwise why not.
func (d *DB) Health() error { return d.hot.Health() }

// openTable is a table in memory. It is replaced, never changed, when its settings change.
type openTable struct {
	ref TableRef
	doc tableDocument
	hot *hot.Table
}

// tableMap holds the open tables.
type tableMap struct {
	changing sync.Mutex // one change of definitions at a time; taken before mu

	mu struct {
		sync.RWMutex
		tables map[TableRef]*openTable
		counts map[string]int // tables by database
		ids    map[uint32]TableRef
	}
}

func (m *tableMap) put(ref TableRef, t *openTable) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.mu.tables[ref]; !ok {
		m.mu.counts[ref.Database]++
	}
	m.mu.tables[ref] = t
	m.mu.ids[t.doc.ID] = ref
}

// byID returns the table of a number.
func (m *tableMap) byID(id uint32) (*openTable, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	t, ok := m.mu.tables[m.mu.ids[id]]
	return t, ok && t.doc.ID == id
}

func (m *tableMap) remove(ref TableRef) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.mu.ids, m.mu.tables[ref].doc.ID)
	delete(m.mu.tables, ref)
	if m.mu.counts[ref.Database]--; m.mu.counts[ref.Database] <= 0 {
		delete(m.mu.counts, ref.Database)
	}
}

func (m *tableMap) count(database string) int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.mu.counts[database]
}

// open returns a table, or fault.NotFound.
func (d *DB) open(ref TableRef) (*openTable, error) {
	d.tables.mu.RLock()
	defer d.tables.mu.RUnlock()
	t, ok := d.tables.mu.tables[ref]
	if !ok {
		return nil, noTable(ref.Table)
	}
	return t, nil
}
