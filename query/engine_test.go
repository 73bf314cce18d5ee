package query

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tidemark/internal/duckdb"
	"tidemark/meta"
	"tidemark/sql/rewrite"
	"tidemark/tsdb"
)

// noon is the clock of the tests.
var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// openEngine returns an engine over an empty store in a temporary directory. What is
// set in opt stays.
func openEngine(t testing.TB, opt Options) *Engine {
	t.Helper()
	return openEngineWith(t, opt, duckdb.Options{MemoryLimit: 1 << 30})
}

// openEngineWith also says what the engine may use.
func openEngineWith(t testing.TB, opt Options, limits duckdb.Options) *Engine {
	t.Helper()
	dir := t.TempDir()
	limits.Path, limits.TempDir = filepath.Join(dir, "hot.duckdb"), dir
	duck := must(duckdb.Open(t.Context(), limits))(t)
	db := must(meta.Open(t.Context(), filepath.Join(dir, "meta.db")))(t)
	tables := "" // without files, unless they are allowed
	if len(limits.AllowedDirs) > 0 {
		tables = limits.AllowedDirs[0]
	}
	store := must(tsdb.Open(t.Context(), tsdb.Options{Engine: duck, Meta: db, Tables: tables, Now: func() time.Time { return noon }}))(t)
	opt.Store, opt.DuckDB, opt.Now = store, duck, func() time.Time { return noon }
	opt.Paging.TempDir = dir
	engine := must(Open(t.Context(), opt))(t)

	ctx, cancel := context.WithCancel(context.Background())
	storeRan, engineRan := make(chan error, 1), make(chan error, 1)
	go func() { storeRan <- store.Run(ctx) }()
	go func() { engineRan <- engine.Run(ctx) }()
	t.Cleanup(func() {
		closeErr := engine.Close()
		cancel()
		if err := errors.Join(closeErr, <-engineRan, <-storeRan, engine.Close(), store.Close(), db.Close(), duck.Close()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return engine
}

// must fails the test when a constructor did.
func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// without returns an engine like e that leaves rewrites out. It shares all else with e.
func (e *Engine) without(passes ...string) *Engine {
	other := *e
	other.opt.Off = map[string]bool{}
	for _, p := range passes {
		other.opt.Off[p] = true
	}
	return &other
}

// optionalPasses lists every optional rewrite alone, and all together.
func optionalPasses() (sets [][]string) {
	var all []string
	for _, p := range rewrite.Passes {
		if !p.Required {
			all = append(all, p.Name)
			sets = append(sets, []string{p.Name})
		}
	}
	return append(sets, all)
}

// openDemo returns an engine over the tables of testdata/data.txt.
func openDemo(t testing.TB, opt Options) *Engine {
	t.Helper()
	engine := openEngine(t, opt)
	fillDemo(t, engine)
	return engine
}

// fillDemo makes the tables of testdata/data.txt and returns their names.
func fillDemo(t testing.TB, engine *Engine) (tables []tsdb.TableRef) {
	t.Helper()
	text, err := os.ReadFile("testdata/data.txt")
	if err != nil {
		t.Fatal(err)
	}
	var ref tsdb.TableRef
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch name, isTable := strings.CutPrefix(line, "table "); {
		case line == "" || strings.HasPrefix(line, "#"):
		case isTable:
			ref.Database, ref.Table, _ = strings.Cut(name, ".")
			createTable(t, engine, ref)
			tables = append(tables, ref)
		default:
			write(t, engine, ref, parseRecord(t, line))
		}
	}
	return tables
}

// createTable creates a table, and its database if need be.
func createTable(t testing.TB, e *Engine, ref tsdb.TableRef) {
	t.Helper()
	e.opt.Store.CreateDatabase(t.Context(), ref.Database, "", nil) // may be there
	options := tsdb.TableOptions{Retention: &tsdb.Retention{MemoryHours: 24, MagneticDays: 1000}}
	if _, err := e.opt.Store.CreateTable(t.Context(), ref, options); err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, e *Engine, ref tsdb.TableRef, records ...tsdb.Record) {
	t.Helper()
	if _, err := e.opt.Store.Write(t.Context(), ref, records); err != nil {
		t.Fatalf("write %v: %v", records, err)
	}
}

// parseRecord reads a line of testdata/data.txt.
func parseRecord(t testing.TB, line string) tsdb.Record {
	fields := strings.Fields(line)
	rec := tsdb.Record{Time: parseClock(t, fields[0]), Version: 1}
	for _, field := range fields[1:] {
		name, value, named := strings.Cut(field, "=")
		switch {
		case named && rec.MeasureName == "":
			rec.Dimensions = append(rec.Dimensions, tsdb.Dimension{Name: name, Value: value})
		case named:
			rec.Multi = true
			rec.Measures = append(rec.Measures, tsdb.Measure{Name: name, Value: parseValue(t, value)})
		case rec.MeasureName == "":
			rec.MeasureName = name
		default:
			rec.Measures = append(rec.Measures, tsdb.Measure{Value: parseValue(t, name)})
		}
	}
	return rec
}

// parseClock reads a time on 2026-01-01.
func parseClock(t testing.TB, text string) int64 {
	at, err := time.Parse("15:04:05", text)
	if err != nil {
		t.Fatal(err)
	}
	return noon.Truncate(24*time.Hour).UnixNano() + at.Sub(at.Truncate(24*time.Hour)).Nanoseconds()
}

func parseValue(t testing.TB, text string) tsdb.Value {
	if quoted, ok := strings.CutPrefix(text, `"`); ok {
		return tsdb.VarcharValue(strings.TrimSuffix(quoted, `"`))
	}
	if at, ok := strings.CutPrefix(text, "@"); ok {
		return tsdb.TimestampValue(parseClock(t, at))
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return tsdb.BigintValue(n)
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return tsdb.DoubleValue(f)
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		t.Fatalf("value %s: %v", text, err)
	}
	return tsdb.BooleanValue(b)
}
