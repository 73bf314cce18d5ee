package tsdb

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/objects"
	"tidemark/tsdb/cold"
)

// bucketOf is a bucket in a directory of the test, with a cache of so many bytes.
func bucketOf(t *testing.T, cache int64) *cold.Bucket {
	t.Helper()
	store, err := objects.Open(t.Context(), objects.Location{Dir: filepath.Join(t.TempDir(), "buckets")}, objects.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &cold.Bucket{Objects: store.(cold.Objects), Name: "tables", Prefix: "older", CacheBytes: cache}
}

// Rows that lie in a bucket are the same as in a directory, whatever is left of their
// copies: to queries, to writers who replace them, to deletes and to merges.
func TestTiersInABucket(t *testing.T) {
	f := newFixture(t, Options{Bucket: bucketOf(t, 0)})
	f.table()
	checkTiers(t, f)
}

// A query that reads more at once than the cache holds is refused, others are answered:
// one day after the other comes and goes.
func TestSmallCache(t *testing.T) {
	f := newFixture(t, Options{Bucket: bucketOf(t, 4000)})
	f.table()
	var recs []Record
	for day := range 8 {
		for i := range 20 {
			recs = append(recs, multi("a", at(-time.Duration(day)*24*time.Hour-time.Duration(i)*time.Second), 1, double("cpu", float64(day*100+i))))
		}
	}
	if _, err := f.db.Write(t.Context(), demo, recs); err != nil {
		t.Fatal(err)
	}
	if err := f.db.Flush(t.Context(), demo); err != nil {
		t.Fatal(err)
	}
	files, err := f.db.Files(demo)
	if err != nil {
		t.Fatal(err)
	}
	var all int64
	for _, file := range files {
		all += file.Bytes
		if got := f.rows(Scan{MinTime: file.MinTime, MaxTime: file.MaxTime}, "1", "cpu"); int64(len(got)) != file.Rows {
			t.Errorf("day %d has %d rows, want %d", file.Day, len(got), file.Rows)
		}
	}
	if all <= 4000 {
		t.Fatalf("all files have %d bytes: the cache is not small", all)
	}
	var here int64
	for _, file := range files {
		if info, err := os.Stat(file.Path); err == nil {
			here += info.Size()
		}
	}
	if here > 4000 || here == 0 {
		t.Errorf("copies of %d bytes are here, want some, and at most 4000", here)
	}
	snapshot, err := f.db.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	if _, err := snapshot.Relation(t.Context(), Scan{Ref: demo, MinTime: files[0].MinTime, MaxTime: files[len(files)-1].MaxTime}); err != nil {
		t.Fatal(err)
	}
	if err := snapshot.Fetch(t.Context()); fault.KindOf(err) != fault.Exceeded {
		t.Errorf("Fetch of all days: %v, want an Exceeded", err)
	}
}
