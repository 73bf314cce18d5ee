package check

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/internal/duckdb"
	"tidemark/internal/seqlog"
	"tidemark/meta"
	"tidemark/tsdb"
)

var table = tsdb.TableRef{Database: "plant", Table: "sensors"}

// directory is a data directory with rows in files of two days, rows that have not moved
// and a queue.
func directory(t *testing.T) string {
	t.Helper()
	dir, ctx := t.TempDir(), context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	engine, err := duckdb.Open(ctx, duckdb.Options{Path: filepath.Join(dir, "hot.duckdb"), AllowedDirs: []string{filepath.Join(dir, "iceberg")}})
	must(err)
	documents, err := meta.Open(ctx, filepath.Join(dir, "meta.db"))
	must(err)
	db, err := tsdb.Open(ctx, tsdb.Options{Engine: engine, Meta: documents, Tables: filepath.Join(dir, "iceberg")})
	must(err)
	run, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- db.Run(run) }()
	_, err = db.CreateDatabase(ctx, table.Database, "", nil)
	must(err)
	_, err = db.CreateTable(ctx, table, tsdb.TableOptions{MagneticWrites: &tsdb.MagneticWrites{Enabled: true}})
	must(err)
	now := time.Now()
	for round := range 2 {
		var records []tsdb.Record
		for n := range 60 {
			records = append(records, tsdb.Record{
				Dimensions:  []tsdb.Dimension{{Name: "host", Value: fmt.Sprint("h", n%5)}, {Name: "room", Value: "r1"}},
				MeasureName: "m", Multi: true, Measures: []tsdb.Measure{{Name: "v", Value: tsdb.DoubleValue(float64(n) / 7)}, {Name: "s", Value: tsdb.VarcharValue(fmt.Sprint("text of row ", n))}},
				Time: now.Add(-time.Duration(n%2)*24*time.Hour - time.Duration(n)*time.Second - time.Duration(round)*time.Hour).UnixNano(), Version: 1,
			})
		}
		_, err := db.Write(ctx, table, records)
		must(err)
		if round == 0 {
			must(db.Flush(ctx, table))
		}
	}
	stop()
	must(<-ended)
	must(db.Close())
	must(engine.Close())
	must(documents.Close())
	queues, err := seqlog.Open(seqlog.Options{Dir: filepath.Join(dir, "mqtt")})
	must(err)
	batch := new(seqlog.Batch)
	batch.Put("r/topic", []byte(strings.Repeat("a retained message ", 50)))
	must(queues.CommitWait(ctx, batch))
	must(queues.Close())
	return dir
}

func run(t *testing.T, dir string, o Options) *Report {
	t.Helper()
	r, err := Run(t.Context(), dir, o)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	return r
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(p)
		all[p] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A whole directory has no faults, and looking changes nothing.
func TestWhole(t *testing.T) {
	dir := directory(t)
	before := files(t, dir)
	for _, deep := range []bool{false, true} {
		r := run(t, dir, Options{Deep: deep})
		if len(r.Faults) > 0 || r.Tables != 1 || r.Files < 2 || r.Rows != 60 || r.Hot < 60 || r.Orphans != 0 {
			t.Errorf("deep %t: %+v, want no faults, and 60 rows in files and as many in hot.duckdb", deep, r)
		}
	}
	for name, text := range files(t, dir) {
		if before[name] != text {
			t.Errorf("the check changed %s", name)
		}
	}
}

// What is missing, cut off or swapped is found and named.
func TestFaults(t *testing.T) {
	dir := directory(t)
	glob := func(pattern string) string {
		t.Helper()
		list, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(list) == 0 {
			t.Fatalf("no file %s: %v", pattern, err)
		}
		return list[len(list)-1]
	}
	parquet := "iceberg/plant/sensors-*/data/*/*.parquet"
	bySize, _ := filepath.Glob(filepath.Join(dir, parquet))
	slices.SortFunc(bySize, func(a, b string) int {
		x, _ := os.Stat(a)
		y, _ := os.Stat(b)
		return cmp.Compare(x.Size(), y.Size())
	})
	least, largest := bySize[0], bySize[len(bySize)-1]
	for _, c := range []struct {
		name, file string
		change     func(name string) error
		says       string
	}{
		{"data file missing", glob(parquet), os.Remove, "no such file"},
		{"data file cut off", glob(parquet), func(n string) error { return os.Truncate(n, 100) }, "it has 100 bytes"},
		{"data file of another day", largest, func(n string) error { return exchange(n, least) }, "in the table's metadata"},
		{"manifest missing", glob("iceberg/plant/*/metadata/*-m0.avro"), os.Remove, "no such file"},
		{"manifest list cut off", glob("iceberg/plant/*/metadata/snap-*.avro"), func(n string) error { return os.Truncate(n, 50) }, "metadata cannot be read"},
		{"newest metadata missing", glob("iceberg/plant/*/metadata/v*.metadata.json"), os.Remove, "is missing"},
		{"hot store missing", filepath.Join(dir, "hot.duckdb"), os.Remove, "it is missing"},
		{"hot store cut off", filepath.Join(dir, "hot.duckdb"), func(n string) error { return os.Truncate(n, 5000) }, "hot.duckdb"},
		{"documents cut off", filepath.Join(dir, "meta.db"), func(n string) error { return os.Truncate(n, 4096) }, "meta.db"},
		{"queues without manifest", glob("mqtt/MANIFEST-*"), os.Remove, "mqtt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := files(t, dir)
			if err := c.change(c.file); err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, f := range run(t, dir, Options{}).Faults {
				all = append(all, f.String())
			}
			if text := strings.Join(all, "\n"); !strings.Contains(text, c.says) || !strings.Contains(text, "; ") {
				t.Errorf("faults %q, want one that says %q and what to do", text, c.says)
			}
			for name, text := range before {
				os.WriteFile(name, []byte(text), 0o644)
			}
		})
	}
	if r := run(t, dir, Options{Deep: true}); len(r.Faults) > 0 {
		t.Errorf("after all was put back: %v", r.Faults)
	}
}

// exchange puts the contents of one file under the other's name, padded to its size in
// front of the footer, which is found from the end.
func exchange(name, other string) error {
	text, err := os.ReadFile(other)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	footer := len(text) - 8 - int(binary.LittleEndian.Uint32(text[len(text)-8:]))
	return os.WriteFile(name, slices.Insert(text, footer, make([]byte, int(info.Size())-len(text))...), 0o644)
}

// A flipped bit in a file of rows is found by a deep look, wherever it is: older rows
// have a checksum in the file's name, recent ones in each block.
func TestFlippedBits(t *testing.T) {
	dir := directory(t)
	tried := 0
	for path, text := range files(t, dir) {
		if !strings.HasSuffix(path, ".parquet") && !strings.HasSuffix(path, ".duckdb") {
			continue
		}
		for i := range 12 {
			at := len(text) * (2*i + 1) / 24
			bad := []byte(text)
			bad[at] ^= 1 << (i % 8)
			if err := os.WriteFile(path, bad, 0o644); err != nil {
				t.Fatal(err)
			}
			tried++
			if r := run(t, dir, Options{Deep: true}); len(r.Faults) == 0 || !strings.Contains(fmt.Sprint(r.Faults), filepath.Base(path)) {
				t.Errorf("bit %d of byte %d of %s: faults %v, want one of that file", i%8, at, path, r.Faults)
			}
		}
		os.WriteFile(path, []byte(text), 0o644)
	}
	if tried < 36 {
		t.Errorf("%d bits were tried, want 12 in each of three files", tried)
	}
}
