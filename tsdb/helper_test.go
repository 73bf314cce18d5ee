package tsdb

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tidemark/internal/duckdb"
	"tidemark/meta"
)

// base is the time of the test clock: a round number of hours.
var base = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(offset time.Duration) int64 { return base.Add(offset).UnixNano() }

// fixture is a running store in a directory; stop and start reopen it.
type fixture struct {
	t      testing.TB
	dir    string
	opts   Options
	db     *DB
	engine *duckdb.Engine
	stop   func()
	series bool // sources of bulks number their series
}

func newFixture(t testing.TB, opts Options) *fixture {
	t.Helper()
	f := &fixture{t: t, dir: t.TempDir(), opts: opts}
	if f.opts.Now == nil {
		f.opts.Now = func() time.Time { return base }
	}
	f.start()
	t.Cleanup(func() { f.stop() })
	return f
}

func (f *fixture) start() {
	f.t.Helper()
	ctx := context.Background()
	must := func(err error) {
		f.t.Helper()
		if err != nil {
			f.t.Fatal(err)
		}
	}
	engine, err := duckdb.Open(ctx, duckdb.Options{Path: filepath.Join(f.dir, "hot.db"), TempDir: filepath.Join(f.dir, "spill"), AllowedDirs: []string{filepath.Join(f.dir, "tables"), filepath.Join(f.dir, "copies")}})
	must(err)
	metadata, err := meta.Open(ctx, filepath.Join(f.dir, "meta.db"))
	must(err)
	o := f.opts
	o.Engine, o.Meta, o.Tables = engine, metadata, filepath.Join(f.dir, "tables")
	if o.Bucket != nil {
		must(os.RemoveAll(o.Tables)) // copies, which may be lost
	}
	f.db, err = Open(ctx, o)
	must(err)
	f.engine = engine
	running, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- f.db.Run(running) }()
	f.stop = func() {
		f.t.Helper()
		cancel()
		must(<-ended)
		must(f.db.Close())
		must(engine.Close())
		must(metadata.Close())
		f.stop = func() {}
	}
}

func (f *fixture) restart() {
	f.t.Helper()
	f.stop()
	f.start()
}

var demo = TableRef{"demo", "host"}

// table creates the demo table with magnetic writes for ten days, so that old records pass.
func (f *fixture) table() {
	f.t.Helper()
	if _, err := f.db.CreateDatabase(f.t.Context(), demo.Database, "", nil); err != nil {
		f.t.Fatal(err)
	}
	_, err := f.db.CreateTable(f.t.Context(), demo, TableOptions{
		Retention: &Retention{MemoryHours: 24, MagneticDays: 10}, MagneticWrites: &MagneticWrites{Enabled: true},
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// rows reads columns of the demo table by name through a snapshot.
func (f *fixture) rows(scan Scan, order string, columns ...string) [][]any {
	f.t.Helper()
	ctx := f.t.Context()
	snapshot, err := f.db.Snapshot(ctx)
	if err != nil {
		f.t.Fatal(err)
	}
	defer snapshot.Close()
	text := f.relation(snapshot, scan, columns...)
	conn, err := f.engine.Connect(ctx)
	if err != nil {
		f.t.Fatal(err)
	}
	defer conn.Close()
	rows, err := conn.Query(ctx, "SELECT * FROM "+text+" ORDER BY "+order)
	if err != nil {
		f.t.Fatalf("%s: %v", text, err)
	}
	all, err := rows.All(ctx)
	if err != nil {
		f.t.Fatalf("%s: %v", text, err)
	}
	return all
}

func (f *fixture) relation(s *Snapshot, scan Scan, columns ...string) string {
	f.t.Helper()
	if scan.Ref == (TableRef{}) {
		scan.Ref = demo
	}
	if scan.MinTime == 0 && scan.MaxTime == 0 {
		scan.MinTime, scan.MaxTime = -1<<63, 1<<63-1
	}
	for _, name := range columns {
		scan.Columns = append(scan.Columns, columnIndex(f.t, s, scan.Ref, name))
	}
	text, err := s.Relation(f.t.Context(), scan)
	if err == nil {
		err = s.Fetch(f.t.Context())
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return text
}

func columnIndex(t testing.TB, s *Snapshot, ref TableRef, name string) int {
	t.Helper()
	schema, err := s.Schema(ref)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range schema.Columns {
		if c.Name == name {
			return i
		}
	}
	t.Fatalf("table %s has no column %s in %v", ref, name, schema.Columns)
	return 0
}

// multi makes a multi-measure record of one host.
func multi(host string, t int64, version int64, measures ...Measure) Record {
	return Record{
		Dimensions:  []Dimension{{"region", "eu"}, {"host", host}},
		MeasureName: "metrics", Multi: true, Measures: measures, Time: t, Version: version,
	}
}

// single makes a single-measure record of one host.
func single1(host, measure string, v Value, t int64, version int64) Record {
	return Record{
		Dimensions:  []Dimension{{"region", "eu"}, {"host", host}},
		MeasureName: measure, Measures: []Measure{{Value: v}}, Time: t, Version: version,
	}
}

func double(name string, f float64) Measure { return Measure{name, DoubleValue(f)} }
