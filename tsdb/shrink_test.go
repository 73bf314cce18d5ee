package tsdb

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What moved into files leaves the engine's file smaller.
func TestFileShrinks(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	for i := range 100 {
		recs := make([]Record, 2000)
		for j := range recs {
			n := i*len(recs) + j
			recs[j] = multi("h"+string(rune('a'+j%20)), at(-time.Duration(n)*time.Millisecond), 1, ugly(n)...)
		}
		if _, err := f.db.Write(t.Context(), demo, recs); err != nil {
			t.Fatal(err)
		}
	}
	size := func() int64 {
		total := int64(0)
		for _, name := range []string{"hot.db", "hot.db.wal"} {
			if info, err := os.Stat(filepath.Join(f.dir, name)); err == nil {
				total += info.Size()
			}
		}
		return total
	}
	full := size()
	if full < 24<<20 {
		t.Fatalf("the file has %d bytes: a quarter of it is about what shrinking leaves alone", full)
	}
	if err := f.db.Flush(t.Context(), demo); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Minute); size() > full/4; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the file has %d bytes five minutes after the rows moved, and %d before", size(), full)
		}
	}
}

// ugly is sixteen values that take their eight bytes each in the engine's file, however
// often it is folded while rows come.
func ugly(n int) (values []Measure) {
	for i := range 16 {
		values = append(values, double(fmt.Sprint("m", i), math.Sin(float64(16*n+i))))
	}
	return values
}
