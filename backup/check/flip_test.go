package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/internal/duckdb"
	"tidemark/internal/seqlog"
	"tidemark/meta"
	"tidemark/tsdb/cold"
)

// flips flips a bit in about so many places of a file, calls look after each, and puts the
// file back.
func flips(t *testing.T, name string, places int, look func(where string)) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	step := max(1, len(text)/places) | 1 // odd, so that all bits have their turn
	for at := 0; at < len(text); at += step {
		bad := slices.Clone(text)
		bad[at] ^= 1 << (at % 8)
		if err := os.WriteFile(name, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		look(fmt.Sprintf("bit %d of byte %d of %s", at%8, at, filepath.Base(name)))
	}
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// quick is a check that has no engine.
func quick(t *testing.T, dir string, step func(*checking) error) []Fault {
	t.Helper()
	c := &checking{dir: dir, o: Options{Deep: true, Temp: t.TempDir()}, report: new(Report)}
	if err := step(c); err != nil {
		t.Fatal(err)
	}
	return c.report.Faults
}

// A flipped bit anywhere in the files of Iceberg's metadata, also those of older
// snapshots, is found.
func TestFlippedMetadata(t *testing.T) {
	dir := directory(t)
	look := func() []Fault {
		return quick(t, dir, func(c *checking) error {
			tables, err := cold.Inspect(t.Context(), c.path("iceberg"))
			for _, found := range tables {
				if found.Err != nil {
					c.fault(found.Folder, doRestore, "%v", found.Err)
				}
				if found.State != nil {
					err = c.others(t.Context(), found)
				}
			}
			return err
		})
	}
	if found := look(); len(found) > 0 {
		t.Fatalf("faults of a whole directory: %v", found)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "iceberg/*/*/metadata/*"))
	kinds := map[string]int{}
	for _, name := range names {
		if filepath.Base(name) == "version-hint.text" {
			continue // it may lag behind
		}
		kinds[filepath.Ext(name)]++
		flips(t, name, 400, func(where string) {
			if found := look(); !strings.Contains(fmt.Sprint(found), filepath.Base(name)) {
				t.Errorf("%s: faults %v, want one of that file", where, found)
			}
		})
	}
	if kinds[".avro"] < 2 || kinds[".json"] < 2 {
		t.Errorf("files of metadata %v, want two manifests and two versions", kinds)
	}
}

// A flipped bit in the documents is found, or changes none: SQLite's pages have room that
// is not used.
func TestFlippedDocuments(t *testing.T) {
	dir := directory(t)
	ctx := t.Context()
	documents := func(dir string) map[string]string {
		copied := filepath.Join(t.TempDir(), "meta.db")
		for _, end := range []string{"", "-wal"} {
			if text, err := os.ReadFile(filepath.Join(dir, "meta.db"+end)); err == nil {
				os.WriteFile(copied+end, text, 0o600)
			}
		}
		db, err := meta.Open(ctx, copied)
		if err != nil {
			return map[string]string{"does not open": err.Error()}
		}
		defer db.Close()
		all := map[string]string{}
		for _, bucket := range []string{"tsdb.databases", "tsdb.tables"} {
			list, err := meta.NewBucket[map[string]any](db, bucket).List(ctx, "", "", 0)
			if err != nil {
				return map[string]string{"cannot be read": err.Error()}
			}
			for _, e := range list {
				all[bucket+" "+e.Key] = fmt.Sprint(e.Version, e.Value)
			}
		}
		return all
	}
	withLog := t.TempDir()
	db, err := meta.Open(ctx, filepath.Join(dir, "meta.db"))
	if err != nil {
		t.Fatal(err)
	}
	things := meta.NewBucket[string](db, "things")
	for i := range 3 {
		if err := things.Put(ctx, "key", fmt.Sprint("value ", i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, end := range []string{"", "-wal"} { // as a process that is killed leaves them
		text, err := os.ReadFile(filepath.Join(dir, "meta.db"+end))
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(withLog, "meta.db"+end), text, 0o600)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"meta.db": dir, "meta.db-wal": withLog} {
		want, found := documents(dir), 0
		look := func() []Fault { return quick(t, dir, func(c *checking) error { return c.documents(ctx) }) }
		if faults := look(); len(faults) > 0 || len(want) < 2 {
			t.Fatalf("%s: faults %v of documents %v", name, faults, want)
		}
		flips(t, filepath.Join(dir, name), 500, func(where string) {
			if faults := look(); len(faults) > 0 {
				found++
			} else if diff := cmp.Diff(want, documents(dir)); diff != "" {
				t.Errorf("%s is not found, and changes documents (-want +got):\n%s", where, diff)
			}
		})
		if found < 20 {
			t.Errorf("only %d flipped bits of %s were found", found, name)
		}
	}
}

// A flipped bit in the sessions and queues is found, or changes nothing.
func TestFlippedQueues(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	path := filepath.Join(dir, "mqtt")
	queues, err := seqlog.Open(seqlog.Options{Dir: path})
	if err != nil {
		t.Fatal(err)
	}
	put := func(from, to int) {
		for i := from; i < to; i++ {
			b := new(seqlog.Batch)
			b.Append("q", fmt.Appendf(nil, "message %d %s", i, strings.Repeat("x", i)))
			b.Put(fmt.Sprint("v", i), []byte("value"))
			if err := queues.CommitWait(ctx, b); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(0, 40)
	killed := t.TempDir() // as a process that is killed leaves it
	if err := os.CopyFS(filepath.Join(killed, "mqtt"), os.DirFS(path)); err != nil {
		t.Fatal(err)
	}
	if err := queues.Close(); err != nil {
		t.Fatal(err)
	}
	queues, err = seqlog.Open(seqlog.Options{Dir: path}) // the log becomes a table
	if err != nil {
		t.Fatal(err)
	}
	put(40, 45)
	if err := queues.Close(); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{dir, killed} {
		want := entries(t, dir)
		look := func() []Fault { return quick(t, dir, func(c *checking) error { return c.queues(ctx) }) }
		if faults := look(); len(faults) > 0 || len(want) < 80 {
			t.Fatalf("faults %v of %d entries", faults, len(want))
		}
		names, _ := filepath.Glob(filepath.Join(dir, "mqtt/*"))
		for _, name := range names {
			found := 0
			flips(t, name, 60, func(where string) {
				if len(look()) > 0 {
					found++
				} else if diff := cmp.Diff(want, entries(t, dir)); diff != "" {
					t.Errorf("%s is not found, and changes entries:\n%.400s", where, diff)
				}
			})
			if ext := filepath.Ext(name); (ext == ".sst" || ext == ".log") && found < 10 {
				t.Errorf("only %d flipped bits of %s were found", found, name)
			}
		}
	}
}

// entries reads all of a copy of a store of queues; nil when it does not open.
func entries(t *testing.T, dir string) map[string]string {
	copied := filepath.Join(t.TempDir(), "mqtt")
	if err := os.CopyFS(copied, os.DirFS(filepath.Join(dir, "mqtt"))); err != nil {
		t.Fatal(err)
	}
	queues, err := seqlog.Open(seqlog.Options{Dir: copied})
	if err != nil {
		return nil
	}
	defer queues.Close()
	all := map[string]string{}
	list, err := queues.Read("q", 0, 1000, 1<<20)
	if err != nil {
		return nil
	}
	for _, e := range list {
		all[fmt.Sprint("q", e.Seq)] = string(e.Value)
	}
	for i := range 45 {
		if value, ok, err := queues.Get(fmt.Sprint("v", i)); err == nil && ok {
			all[fmt.Sprint("v", i)] = string(value)
		}
	}
	return all
}

// A flipped bit in the engine's log, as a process that is killed leaves it, is found, or
// loses no rows.
func TestFlippedRows(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	live := filepath.Join(t.TempDir(), "hot.duckdb")
	engine, err := duckdb.Open(ctx, duckdb.Options{Path: live})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	conn, err := engine.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"CREATE TABLE hot_format (version INTEGER)", "INSERT INTO hot_format VALUES (2)", "CREATE TABLE hot_tables (id UINTEGER)",
		"CREATE TABLE hot_columns (id UINTEGER, dimension BOOLEAN, ordinal INTEGER, name VARCHAR, type INTEGER)",
		"CREATE TABLE hot_segments (id UINTEGER, seq UINTEGER)", "INSERT INTO hot_tables VALUES (1)", "INSERT INTO hot_segments VALUES (1, 1)",
		"CREATE TABLE t1_d (sid UINTEGER, measure VARCHAR)", "CREATE TABLE t1_s1 (sid UINTEGER, time TIMESTAMP_NS)",
		"INSERT INTO t1_d VALUES (0, 'm')", "CHECKPOINT",
		"INSERT INTO t1_s1 SELECT 0, make_timestamp_ns(i) FROM range(40) r(i)", "INSERT INTO t1_s1 SELECT 0, make_timestamp_ns(i) FROM range(40, 43) r(i)",
		"INSERT INTO t1_s1 SELECT 0, make_timestamp_ns(i) FROM range(43, 50) r(i)",
	} {
		if _, err := conn.Exec(ctx, text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	for _, end := range []string{"", ".wal"} {
		if err := duplicate(live+end, filepath.Join(dir, "hot.duckdb"+end)); err != nil {
			t.Fatal(err)
		}
	}
	look := func() *Report {
		c := &checking{dir: dir, o: Options{Deep: true, Temp: t.TempDir()}, report: new(Report)}
		defer c.close()
		if err := c.open(ctx); err != nil {
			t.Fatal(err)
		}
		if err := c.hot(ctx); err != nil {
			t.Fatal(err)
		}
		return c.report
	}
	if r := look(); len(r.Faults) > 0 || r.Hot != 50 {
		t.Fatalf("a whole log: %+v, want 50 rows and no faults", r)
	}
	found := 0
	flips(t, filepath.Join(dir, "hot.duckdb.wal"), 150, func(where string) {
		r := look()
		if found += len(r.Faults); len(r.Faults) == 0 && r.Hot != 50 {
			t.Errorf("%s is not found, and there are %d rows of 50", where, r.Hot)
		}
	})
	if found < 20 {
		t.Errorf("only %d flipped bits were found", found)
	}
}
