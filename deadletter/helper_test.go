package deadletter

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tidemark/broker"
	"tidemark/internal/duckdb"
	"tidemark/meta"
	"tidemark/query"
	"tidemark/tsdb"
)

// base is the time of the test clock.
var base = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fixture is a store, queries and letters in a directory, all of them running.
type fixture struct {
	t       testing.TB
	dir     string
	opt     Options
	store   *tsdb.DB
	queries *query.Engine
	letters *Letters
	now     func() time.Time
	stop    func()
}

func newFixture(t testing.TB, opt Options) *fixture {
	t.Helper()
	f := &fixture{t: t, dir: t.TempDir(), opt: opt, now: func() time.Time { return base }}
	f.start()
	t.Cleanup(func() { f.stop() })
	return f
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) start() {
	f.t.Helper()
	ctx := context.Background()
	files := filepath.Join(f.dir, "tables")
	engine, err := duckdb.Open(ctx, duckdb.Options{Path: filepath.Join(f.dir, "hot.db"), TempDir: filepath.Join(f.dir, "spill"), AllowedDirs: []string{files}})
	f.must(err)
	metadata, err := meta.Open(ctx, filepath.Join(f.dir, "meta.db"))
	f.must(err)
	clock := func() time.Time { return f.now() }
	f.store, err = tsdb.Open(ctx, tsdb.Options{Engine: engine, Meta: metadata, Tables: files, Now: clock})
	f.must(err)
	f.queries, err = query.Open(ctx, query.Options{Store: f.store, DuckDB: engine, Now: clock})
	f.must(err)
	opt := f.opt
	if opt.Store == nil {
		opt.Store = f.store
	}
	opt.Queries, opt.Now = f.queries, clock
	f.letters, err = Open(opt)
	f.must(err)
	stops := []func() error{metadata.Close, engine.Close, f.store.Close, f.queries.Close}
	for _, run := range []func(context.Context) error{f.store.Run, f.queries.Run, f.letters.Run} {
		running, cancel := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- run(running) }()
		stops = append(stops, func() error { cancel(); return <-ended })
	}
	f.stop = func() {
		f.t.Helper()
		for i := len(stops) - 1; i >= 0; i-- {
			f.must(stops[i]())
		}
		f.stop = func() {}
	}
}

// post posts letters and waits for their answers.
func (f *fixture) post(list ...Letter) []error {
	f.t.Helper()
	answers := make([]error, len(list))
	var wait sync.WaitGroup
	for i, l := range list {
		wait.Add(1)
		f.letters.Post(l, func(err error) { answers[i] = err; wait.Done() })
	}
	wait.Wait()
	return answers
}

// mustPost is post for letters that have to be kept.
func (f *fixture) mustPost(list ...Letter) {
	f.t.Helper()
	for i, err := range f.post(list...) {
		if err != nil {
			f.t.Fatalf("Post(%d) = %v, want nil", i, err)
		}
	}
}

// rows runs a statement to its end.
func (f *fixture) rows(text string) (all [][]any) {
	f.t.Helper()
	f.must(f.letters.rows(f.t.Context(), text, func(row []any) { all = append(all, row) }))
	return all
}

// list is every letter that a filter chooses.
func (f *fixture) list(filter Filter) []Entry {
	f.t.Helper()
	list, _, err := f.letters.List(f.t.Context(), filter, Cursor{}, MaxList)
	f.must(err)
	return list
}

func (f *fixture) table(ref tsdb.TableRef) {
	f.t.Helper()
	if _, err := f.store.Database(f.t.Context(), ref.Database); err != nil {
		_, err := f.store.CreateDatabase(f.t.Context(), ref.Database, "", nil)
		f.must(err)
	}
	_, err := f.store.CreateTable(f.t.Context(), ref, tsdb.TableOptions{})
	f.must(err)
}

var plant = tsdb.TableRef{Database: "plant", Table: "sensors"}

// reading is a record of one sensor.
func reading(device string, at time.Time, version int64, v tsdb.Value) tsdb.Record {
	return tsdb.Record{Dimensions: []tsdb.Dimension{{Name: "device", Value: device}}, MeasureName: "temp", Measures: []tsdb.Measure{{Value: v}}, Time: at.UnixNano(), Version: version}
}

// letter is one about refused records.
func letter(ref tsdb.TableRef, recs ...tsdb.Record) Letter {
	return Letter{Source: SourceRule, Rule: "store", Kind: "rejected", Reason: "temp: too old", Target: ref, Records: recs,
		Message: &broker.Message{Topic: "dt/1", Payload: []byte(`{"temp":21.5}`), QoS: 1, Received: base, Source: broker.Source{ClientID: "d1", TraceID: "t-1"}}}
}
