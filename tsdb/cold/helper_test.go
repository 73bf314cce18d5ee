package cold

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/objects"
)

// testClock is a clock that tests set.
type testClock struct{ at time.Time }

func (c *testClock) now() time.Time { return c.at }

// openTest opens a store in a directory of the test, with a clock that stands still.
func openTest(t testing.TB, dir string) (*Store, *testClock) {
	t.Helper()
	clock := &testClock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	s, err := Open(t.Context(), Options{Dir: dir, Now: clock.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, clock
}

// openBucket is openTest with a bucket, which is a directory beside that of the cache.
func openBucket(t testing.TB, dir string, wrap func(Objects) Objects) (*Store, *testClock) {
	t.Helper()
	store, err := objects.Open(t.Context(), objects.Location{Dir: dir + "-buckets"}, objects.Options{})
	if err != nil {
		t.Fatal(err)
	}
	kept := store.(Objects)
	if wrap != nil {
		kept = wrap(kept)
	}
	clock := &testClock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	s, err := Open(t.Context(), Options{Dir: dir, Now: clock.now, Bucket: &Bucket{Objects: kept, Name: "tables", Prefix: "all/of/them"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(); store.Close() })
	return s, clock
}

// stands are the ways to keep tables that keep one contract.
var stands = map[string]func(t testing.TB, dir string) (*Store, *testClock){
	"directory": openTest,
	"bucket":    func(t testing.TB, dir string) (*Store, *testClock) { return openBucket(t, dir, nil) },
}

var (
	testKey    = Key{Database: "plant", Table: "sensors", ID: 7}
	testFields = []Field{{SeriesColumn, Int}, {"room", Text}, {MeasureColumn, Text}, {TimeColumn, Timestamp}, {VersionColumn, Bigint}, {"temperature", Double}}
)

// loadTable loads the test's table.
func loadTable(t testing.TB, s *Store) *Table {
	t.Helper()
	table, err := s.Table(t.Context(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// defineTest is loadTable with columns.
func defineTest(t testing.TB, s *Store) *Table {
	t.Helper()
	table := loadTable(t, s)
	if _, err := table.Define(t.Context(), testFields, MeasureColumn, SeriesColumn, TimeColumn); err != nil {
		t.Fatal(err)
	}
	return table
}

// writeFile makes a file of a day that looks like Parquet to who looks at its end.
func writeFile(t testing.TB, table *Table, day int32, applied uint64) File {
	t.Helper()
	path, err := table.NewPath(day, applied)
	if err != nil {
		t.Fatal(err)
	}
	data := "PAR1" + strings.Repeat("x", 1+rand.IntN(50)) + "PAR1"
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
	low := int64(day) * nanosOfDay
	return File{Path: path, Day: day, Rows: 1 + rand.Int64N(100), Bytes: int64(len(data)), MinTime: low + rand.Int64N(1000),
		MaxTime: low + nanosOfDay - 1 - rand.Int64N(1000), MinSeries: 3, MaxSeries: 3 + rand.Uint32N(100), Applied: applied}
}

// commit is Commit that must not fail.
func commit(t testing.TB, table *Table, c Change) {
	t.Helper()
	if err := table.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// names are the files below a table's folder.
func names(t testing.TB, table *Table) []string {
	t.Helper()
	var out []string
	for _, folder := range []string{metadataDir, dataDir} {
		list, err := table.medium.list(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, list...)
	}
	return out
}

// count counts the names with a suffix.
func count(names []string, suffix string) int {
	n := 0
	for _, name := range names {
		if strings.HasSuffix(name, suffix) {
			n++
		}
	}
	return n
}

// copyDir copies a directory as a crash would leave it, were all that was written on disk.
func copyDir(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// moved are files with their paths in another directory.
func moved(files []File, from, to string) []File {
	out := slices.Clone(files)
	for i := range out {
		out[i].Path = to + strings.TrimPrefix(out[i].Path, from)
	}
	return out
}

// text is the table's current metadata file.
func text(t testing.TB, table *Table) string {
	t.Helper()
	data, err := table.medium.read(t.Context(), metadataName(table.State().Version))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
