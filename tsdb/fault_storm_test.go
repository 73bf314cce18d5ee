package tsdb

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var stormRecords = flag.Int("stormrecords", 20_000, "records of each storm of TestStorms")

// storm sends records, a hundred in a batch, from eight writers at once, and counts what
// becomes of them.
func storm(t *testing.T, f *fixture, n int, record func(i int) Record) (rejected int64, took time.Duration) {
	t.Helper()
	const writers, batch = 8, 100
	var next, refused atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for range writers {
		group.Go(func() {
			records := make([]Record, batch)
			for {
				from := int(next.Add(batch)) - batch
				if from >= n {
					return
				}
				for i := range records {
					records[i] = record(from + i)
				}
				_, err := f.db.Write(t.Context(), demo, records)
				if r, ok := errors.AsType[*RejectedRecords](err); ok {
					refused.Add(int64(len(r.Rejections)))
				} else if err != nil {
					t.Errorf("Write: %v", err)
					return
				}
			}
		})
	}
	group.Wait()
	return refused.Load(), time.Since(began)
}

// The same record again and again, versions that stay and values that change, and versions
// that rise: of each identity there is one row, the right one, and neither memory nor files
// grow with the number of records. So it is where the row has moved into a file, too.
func TestStorms(t *testing.T) {
	n := *stormRecords / 100 * 100
	value := func(x float64) Measure { return double("x", x) }
	for _, c := range []struct {
		name     string
		record   func(i int) Record
		rejected int64 // of n
		want     float64
	}{
		{"the same", func(int) Record { return multi("a", at(0), 2, value(0)) }, 0, 0},
		{"other values", func(i int) Record { return multi("a", at(0), 2, value(float64(i+1))) }, int64(n), 0},
		{"lower versions", func(i int) Record { return multi("a", at(0), 1, value(float64(i+1))) }, int64(n), 0},
		{"higher versions", func(i int) Record { return multi("a", at(0), int64(i+3), value(float64(i+3))) }, -1, float64(n + 2)},
	} {
		for _, moved := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, in a file %t", c.name, moved), func(t *testing.T) {
				f := newFixture(t, Options{})
				f.table()
				if _, err := f.db.Write(t.Context(), demo, []Record{multi("a", at(0), 2, value(0)), multi("b", at(0), 1, value(7))}); err != nil {
					t.Fatal(err)
				}
				if moved {
					if err := f.db.Flush(t.Context(), demo); err != nil {
						t.Fatal(err)
					}
				}
				memory, disk := held(), f.size()
				rejected, took := storm(t, f, n, c.record)
				if c.rejected >= 0 && rejected != c.rejected {
					t.Errorf("%d of %d records rejected, want %d", rejected, n, c.rejected)
				}
				memory, disk = held()-memory, f.size()-disk
				t.Logf("%d records: %.0f a second, %d rejected, memory %+d KB, files %+d KB", n, float64(n)/took.Seconds(), rejected, memory>>10, disk>>10)
				if memory > 64<<20 || disk > 64<<20 {
					t.Errorf("memory has grown by %d bytes and files by %d, want no more than 64 MB each", memory, disk)
				}
				f.holds(c.want)
				if err := f.db.Flush(t.Context(), demo); err != nil {
					t.Fatal(err)
				}
				f.holds(c.want)
				f.restart()
				f.holds(c.want)
			})
		}
	}
}

// holds compares the two rows of a storm.
func (f *fixture) holds(want float64) {
	f.t.Helper()
	rows := f.rows(Scan{}, "1", "host", "x")
	if len(rows) != 2 || rows[0][1] != want || rows[1][1] != 7.0 {
		f.t.Errorf("rows %v, want a with %v and b with 7", rows, want)
	}
}

// held is the memory of Go's that is in use.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}

// size is that of the files.
func (f *fixture) size() (total int64) {
	f.t.Helper()
	err := filepath.WalkDir(f.dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			var info os.FileInfo
			if info, err = e.Info(); err == nil {
				total += info.Size()
			}
		}
		if errors.Is(err, os.ErrNotExist) { // it was just deleted
			return nil
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return total
}
