package tsdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tidemark/internal/duckdb"
	"tidemark/meta"
)

// Rows are the same to queries and writers before and after they moved into files,
// with a partition key that shapes the files too, and a column that appears later.
func TestTiers(t *testing.T) {
	for name, key := range map[string][]PartitionKey{
		"by measure":   {{Type: KeyMeasure}},
		"by dimension": {{Type: KeyDimension, Name: "host", Enforcement: Optional}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, Options{})
			f.table()
			if err := f.db.DeleteTable(t.Context(), demo); err != nil {
				t.Fatal(err)
			}
			_, err := f.db.CreateTable(t.Context(), demo, TableOptions{
				Retention: &Retention{MemoryHours: 24, MagneticDays: 10}, MagneticWrites: &MagneticWrites{Enabled: true}, PartitionKey: key,
			})
			if err != nil {
				t.Fatal(err)
			}
			checkTiers(t, f)
		})
	}
}

func checkTiers(t *testing.T, f *fixture) {
	ctx := t.Context()
	write := func(recs ...Record) *RejectedRecords {
		t.Helper()
		_, err := f.db.Write(ctx, demo, recs)
		var rejected *RejectedRecords
		if err != nil && !errors.As(err, &rejected) {
			t.Fatal(err)
		}
		return rejected
	}
	shows := func(want string) {
		t.Helper()
		if got := fmt.Sprint(f.rows(Scan{}, "1, 2, 3", "host", "cpu", "Cpu")); got != want {
			t.Errorf("rows %s, want %s", got, want)
		}
	}
	old := at(-3 * 24 * time.Hour)
	write(multi("b", old, 1, double("cpu", 1)), multi("a", at(0), 1, double("cpu", 2), double("Cpu", 7)), multi("a", old, 1, double("cpu", 3)))
	want := "[[a 2 7] [a 3 <nil>] [b 1 <nil>]]"
	shows(want)
	if err := f.db.Flush(ctx, demo); err != nil {
		t.Fatal(err)
	}
	shows(want)
	if files, err := f.db.Files(demo); err != nil || len(files) != 2 {
		t.Errorf("Files = %v, %v, want one for each of two days", files, err)
	}
	f.restart()
	shows(want)
	r := write(multi("a", old, 1, double("cpu", 4)), multi("b", old, 3, double("cpu", 10)), multi("c", old, 1, double("cpu", 5)))
	if r == nil || len(r.Rejections) != 1 || r.Rejections[0].Index != 0 || r.Rejections[0].ExistingVersion != 1 {
		t.Errorf("rejections %+v, want that of the first record, version 1 being stored", r)
	}
	want = "[[a 2 7] [a 3 <nil>] [b 10 <nil>] [c 5 <nil>]]"
	shows(want)
	if report, err := f.db.Delete(ctx, demo, Deletion{Dimensions: map[string][]string{"host": {"a"}}}, "me"); err != nil || report.Records != 2 {
		t.Errorf("Delete = %+v, %v, want 2 records", report, err)
	}
	want = "[[b 10 <nil>] [c 5 <nil>]]"
	shows(want)
	for _, step := range []func() error{
		func() error { return f.db.Flush(ctx, demo) }, func() error { return f.db.Compact(ctx, demo) }, func() error { f.restart(); return nil },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
		shows(want)
	}
	if files, err := f.db.Files(demo); err != nil || len(files) != 1 || files[0].Rows != 2 {
		t.Errorf("Files = %+v, %v, want one with the two rows that are left", files, err)
	}
}

// A store whose files have gone does not open as if there had been none.
func TestLostFiles(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	for range 2 {
		if _, err := f.db.Write(t.Context(), demo, []Record{multi("a", at(0), 1, double("cpu", 1))}); err != nil {
			t.Fatal(err)
		}
		if err := f.db.Flush(t.Context(), demo); err != nil {
			t.Fatal(err)
		}
	}
	f.stop()
	if err := os.RemoveAll(filepath.Join(f.dir, "tables")); err != nil {
		t.Fatal(err)
	}
	engine, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(f.dir, "hot.db"), AllowedDirs: []string{filepath.Join(f.dir, "tables")}})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	metadata, err := meta.Open(t.Context(), filepath.Join(f.dir, "meta.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer metadata.Close()
	db, err := Open(t.Context(), Options{Engine: engine, Meta: metadata, Tables: filepath.Join(f.dir, "tables")})
	if err == nil {
		db.Close()
		t.Fatal("a store without its files opens")
	}
	if !strings.Contains(err.Error(), "missing") {
		t.Errorf("Open gave %v, want that rows are missing", err)
	}
}
