// Package importer takes in files of records: CSV, Parquet and InfluxDB line protocol.
// A file comes in parts; they are kept in a directory until they are stored, many
// records at once (tsdb.DB.Bulk), while further parts come.
//
//	imports, err := importer.Open(importer.Options{Engine: engine, Store: db, Dir: dir})
//	go imports.Run(ctx)
//	id, err := imports.Begin(importer.Spec{Table: ref, Format: importer.CSV, Plan: plan})
//	err = imports.Add(ctx, id, 0, part)
//	err = imports.Finish(id)
//	status, err := imports.Status(id)
//
// Records that cannot be stored are counted and quoted by reason. Importer is safe to
// call at once; the parts of one import come one after the other.
package importer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/tsdb"
	"tidemark/tsdb/hot"
)

// Store is what an importer needs of *tsdb.DB.
type Store interface {
	Bulk(ctx context.Context, conn *duckdb.Conn, ref tsdb.TableRef, b tsdb.Bulk) (tsdb.BulkReport, error)
	BulkSchema(ref tsdb.TableRef) (hot.Schema, error)
}

// Options says how an importer works. Zero values take the defaults.
type Options struct {
	Engine *duckdb.Engine                   // required
	Store  Store                            // required
	Dir    string                           // for parts that wait, which the engine may read; required. What is in it is removed
	Free   func(dir string) (uint64, error) // free bytes of a directory's disk; nil asks the system

	MaxImports int           // that are not finished at once. 8
	ChunkBytes int64         // of a file that are stored at once. 96 MiB
	ChunkRows  int           // lines of it. 2 million
	FreeBytes  uint64        // parts are refused while the disk has less free than this. 512 MiB
	Idle       time.Duration // after which an import whose parts do not come ends. 10 minutes
	Keep       time.Duration // how long the outcome can be asked for. 1 hour

	Logger     *slog.Logger // nil discards
	Now        func() time.Time
	Registerer prometheus.Registerer // for metrics; nil registers them nowhere

	stretch int64 // bytes of CSV that DuckDB reads from a record on that is not usual. 4 MiB
	plain   bool  // no record is taken quickly; for tests
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Registerer == nil {
		o.Registerer = prometheus.NewRegistry()
	}
	if o.Free == nil {
		o.Free = freeBytes
	}
	o.MaxImports = or(o.MaxImports, 8)
	o.ChunkBytes = or(o.ChunkBytes, 96<<20)
	o.ChunkRows = or(o.ChunkRows, 2_000_000)
	o.FreeBytes = or(o.FreeBytes, 512<<20)
	o.Idle = or(o.Idle, 10*time.Minute)
	o.Keep = or(o.Keep, time.Hour)
	o.stretch = or(o.stretch, 4<<20)
	return o
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Validate reports the first value that cannot be used.
func (o Options) Validate() error {
	switch {
	case o.Engine == nil || o.Store == nil || o.Dir == "":
		return errors.New("importer: Engine, Store and Dir are required")
	case o.MaxImports < 0 || o.ChunkBytes < 0 || o.ChunkRows < 0 || o.Idle < 0 || o.Keep < 0:
		return errors.New("importer: limits must not be negative")
	}
	return nil
}

// Importer keeps the imports under way, and the outcome of those that ended lately.
type Importer struct {
	opts    Options
	metrics *metrics
	loading chan struct{} // one chunk is stored at a time: each takes all processors
	work    sync.WaitGroup
	ctx     context.Context
	stop    context.CancelCauseFunc

	mu struct {
		sync.Mutex
		imports map[string]*job
		stopped bool
	}
}

var errStopping = fault.New(fault.Unavailable, "The server is stopping.")

// Open empties the directory.
func Open(opts Options) (*Importer, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	opts = opts.withDefaults()
	if err := os.RemoveAll(opts.Dir); err != nil {
		return nil, fmt.Errorf("empty the directory of imports: %w", err)
	}
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of imports: %w", err)
	}
	m := &Importer{opts: opts, loading: make(chan struct{}, 1)}
	m.ctx, m.stop = context.WithCancelCause(context.Background())
	m.mu.imports = map[string]*job{}
	m.metrics = newMetrics(opts.Registerer, m.running)
	return m, nil
}

// Run ends imports whose parts do not come, until ctx is done; then it ends them all
// and waits for what they store.
func (m *Importer) Run(ctx context.Context) error {
	tick := time.NewTicker(m.opts.Idle / 10)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return m.Close()
		case <-tick.C:
			m.tidy()
		}
	}
}

// Close ends all imports. It may be called twice.
func (m *Importer) Close() error {
	m.mu.Lock()
	m.mu.stopped = true
	m.mu.Unlock()
	m.stop(errStopping)
	m.work.Wait()
	return nil
}

// tidy ends imports that nobody feeds and forgets those that ended long ago.
func (m *Importer) tidy() {
	now := m.opts.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, j := range m.mu.imports {
		ended, since := j.quiet(now)
		switch {
		case ended && since > m.opts.Keep:
			delete(m.mu.imports, id)
		case !ended && since > m.opts.Idle:
			j.stop(fault.New(fault.Invalid, "No further part of the file came for %v.", m.opts.Idle))
		}
	}
}

// Begin starts an import and returns its ID. Errors: NotFound for the table, Invalid
// for a plan that contradicts itself, Throttled when there are too many.
func (m *Importer) Begin(spec Spec) (string, error) {
	if err := spec.check(); err != nil {
		return "", err
	}
	if _, err := m.opts.Store.BulkSchema(spec.Table); err != nil {
		return "", err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mu.stopped {
		return "", errStopping
	}
	if n := m.active(); n >= m.opts.MaxImports {
		return "", fault.New(fault.Throttled, "%d imports are under way, which is the limit.", n)
	}
	id := uuid.NewString()
	j, err := newJob(m, id, spec)
	if err != nil {
		return "", err
	}
	m.mu.imports[id] = j
	m.work.Go(func() { j.run() })
	return id, nil
}

// running counts the imports that have not ended.
func (m *Importer) running() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return float64(m.active())
}

func (m *Importer) active() (n int) {
	for _, j := range m.mu.imports {
		if ended, _ := j.quiet(time.Time{}); !ended {
			n++
		}
	}
	return n
}

func (m *Importer) job(id string) (*job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	j, ok := m.mu.imports[id]
	if !ok {
		return nil, fault.New(fault.NotFound, "There is no import %.64q, or it ended long ago.", id)
	}
	return j, nil
}

// Add takes the part of a file that begins at an offset, and returns how much of the
// file is there. A part that is there already is not taken again. It waits while too
// much of the file waits to be stored; when ctx ends first nothing is taken, and the
// same call may succeed later (Throttled). Errors: NotFound, Conflict for a part that
// leaves a gap and for an import that ended, Unavailable for a full disk.
func (m *Importer) Add(ctx context.Context, id string, offset int64, part []byte) (int64, error) {
	j, err := m.job(id)
	if err != nil {
		return 0, err
	}
	return j.add(ctx, offset, part)
}

// Finish says that the file is complete.
func (m *Importer) Finish(ctx context.Context, id string) error {
	j, err := m.job(id)
	if err != nil {
		return err
	}
	return j.finish(ctx)
}

// Cancel ends an import. What it stored stays.
func (m *Importer) Cancel(id string) error {
	j, err := m.job(id)
	if err == nil {
		j.stop(fault.New(fault.Conflict, "The import was cancelled."))
	}
	return err
}

// Status says how far an import is.
func (m *Importer) Status(id string) (Status, error) {
	j, err := m.job(id)
	if err != nil {
		return Status{}, err
	}
	return j.status(), nil
}
