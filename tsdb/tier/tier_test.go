package tier

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tidemark/internal/duckdb"
	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
)

// base is noon of a day; firstDay is its number.
var base = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const firstDay = 20513

// house is both stores and a mover, running, in a directory.
type house struct {
	t      testing.TB
	dir    string
	opts   Options
	store  hot.Options // of the hot store; what it needs is added
	hot    *hot.Store
	cold   *cold.Store
	mover  *Mover
	engine *duckdb.Engine
	stop   func()
	memory int64 // of the engine; 0 is its default

	mu     sync.Mutex
	now    time.Time
	tables map[uint32]Definition
}

// years is a retention that keeps everything.
const years = 100 * 365 * 24 * time.Hour

func newHouse(t testing.TB, opts Options) *house {
	t.Helper()
	return newHouseOf(t, opts, hot.Options{})
}

// newHouseOf is newHouse with options of the hot store.
func newHouseOf(t testing.TB, opts Options, store hot.Options) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), opts: opts, store: store, now: base, tables: map[uint32]Definition{1: {Database: "plant", Table: "sensors", Retention: years}}}
	h.start()
	t.Cleanup(func() { h.stop() })
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *house) define(id uint32) (Definition, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d, ok := h.tables[id]
	return d, ok
}

func (h *house) set(id uint32, d *Definition) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.tables, id)
	if d != nil {
		h.tables[id] = *d
	}
}

// coldDir is where the files are.
func (h *house) coldDir() string { return filepath.Join(h.dir, "cold") }

// open opens engine, stores and mover over the directory without running them.
func (h *house) open(ctx context.Context) error {
	var err error
	h.engine, err = duckdb.Open(ctx, duckdb.Options{
		Path: filepath.Join(h.dir, "hot.duckdb"), TempDir: filepath.Join(h.dir, "spill"), AllowedDirs: []string{h.coldDir()},
		MemoryLimit: h.memory,
	})
	if err != nil {
		return err
	}
	store := h.store
	store.Engine, store.Now = h.engine, h.clock
	if h.hot, err = hot.Open(ctx, store); err != nil {
		return err
	}
	for id := range h.tables {
		h.hot.Table(id)
	}
	if h.cold, err = cold.Open(ctx, cold.Options{Dir: h.coldDir(), Now: h.clock}); err != nil {
		return err
	}
	o := h.opts
	o.Engine, o.Hot, o.Cold, o.Define, o.Now = h.engine, h.hot, h.cold, h.define, h.clock
	h.mover, err = Open(ctx, o)
	return err
}

func (h *house) start() {
	h.t.Helper()
	h.must(h.open(context.Background()))
	var running sync.WaitGroup
	hotCtx, stopHot := context.WithCancel(context.Background())
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 2)
	running.Go(func() { ran <- h.hot.Run(hotCtx) })
	moverEnded := make(chan struct{})
	running.Go(func() { ran <- h.mover.Run(ctx); close(moverEnded) })
	h.stop = func() {
		h.t.Helper()
		cancel()
		<-moverEnded
		stopHot()
		running.Wait()
		h.must(<-ran)
		h.must(<-ran)
		h.must(h.mover.Close())
		h.must(h.cold.Close())
		h.must(h.hot.Close())
		h.must(h.engine.Close())
		h.stop = func() {}
	}
}

func (h *house) restart() {
	h.t.Helper()
	h.stop()
	h.start()
}

// at is a time relative to base.
func at(d time.Duration) int64 { return base.Add(d).UnixNano() }

// row makes a row of table 1: host, region and, unless the version is odd, a text.
func row(host string, t int64, value float64, version int64) hot.Row {
	return hot.Row{
		Dims: []hot.Dim{{Name: "host", Value: host}}, Measure: "m", Kind: hot.Multi, Time: t, Version: version,
		Cells: []hot.Cell{{Name: "value", Type: hot.Double, Bits: math.Float64bits(value)}},
	}
}

func (h *house) write(rows ...hot.Row) {
	h.t.Helper()
	h.writeTo(1, rows...)
}

func (h *house) writeTo(id uint32, rows ...hot.Row) {
	h.t.Helper()
	answers := make(chan error, 1)
	h.must(h.hot.Table(id).Submit(context.Background(), rows, func(refused []hot.Refusal, err error) {
		if err == nil && len(refused) > 0 {
			err = fmt.Errorf("%d rows refused: %+v", len(refused), refused[0])
		}
		answers <- err
	}))
	h.must(<-answers)
}

func (h *house) flush() {
	h.t.Helper()
	h.must(h.mover.Flush(h.t.Context(), 1))
}

func (h *house) compact() {
	h.t.Helper()
	h.must(h.mover.Compact(h.t.Context(), 1))
}

func (h *house) query(text string) [][]any {
	h.t.Helper()
	conn, err := h.engine.Connect(context.Background())
	h.must(err)
	defer conn.Close()
	rows, err := conn.Query(context.Background(), text)
	if err != nil {
		h.t.Fatalf("%s: %v", text, err)
	}
	all, err := rows.All(context.Background())
	if err != nil {
		h.t.Fatalf("%s: %v", text, err)
	}
	return all
}

// relation is the whole table 1 as host, time and the first value.
func (h *house) relation(sn *hot.Snapshot) string {
	return sn.View(h.hot.Table(1)).Relation(hot.Scan{
		Min: math.MinInt64, Max: math.MaxInt64,
		Fields: []hot.Field{{Role: hot.DimensionField, As: "host"}, {Role: hot.TimeField, As: "t"}, {Role: hot.ValueField, As: "v"}},
	})
}

// rows reads table 1 as host@seconds=value, the seconds from base.
func (h *house) rows() string {
	h.t.Helper()
	sn := h.hot.Snapshot()
	defer sn.Close()
	return h.rowsOf(sn)
}

// rowsOf reads it as a snapshot shows it.
func (h *house) rowsOf(sn *hot.Snapshot) string {
	h.t.Helper()
	if len(sn.View(h.hot.Table(1)).Schema().Columns) == 0 {
		return ""
	}
	var got []string
	for _, r := range h.query("SELECT host, epoch_ns(t), v FROM " + h.relation(sn) + " ORDER BY host, t, v") {
		got = append(got, fmt.Sprintf("%v@%g=%v", r[0], float64(r[1].(int64)-base.UnixNano())/1e9, r[2]))
	}
	return strings.Join(got, " ")
}

func (h *house) shows(want string) {
	h.t.Helper()
	if got := h.rows(); got != want {
		h.t.Errorf("rows %s\nwant %s", got, want)
	}
}

// days counts the files of table 1 by day, relative to firstDay.
func (h *house) days() string {
	var got []string
	for _, f := range h.hot.Table(1).Files() {
		got = append(got, fmt.Sprintf("%d:%d", f.Day-firstDay, f.Rows))
	}
	slices.Sort(got)
	return strings.Join(got, " ")
}

// onDisk counts the Parquet files, named or not.
func (h *house) onDisk() int {
	h.t.Helper()
	n := 0
	h.must(filepath.WalkDir(h.coldDir(), func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".parquet") {
			n++
		}
		if errors.Is(err, os.ErrNotExist) { // it was just deleted
			return nil
		}
		return err
	}))
	return n
}
