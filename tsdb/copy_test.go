package tsdb

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// written is the n-th write of a sequence that has new series, new rows, rows that
// replace others, and rows of several days.
func written(n int) Record {
	host := fmt.Sprintf("h%d", n%(11+n/40))
	return multi(host, at(-time.Duration(n*7%5)*24*time.Hour), int64(n+1), double("cpu", float64(n)))
}

// rowsAfter are the rows after the first n writes, by their host and time.
func rowsAfter(n int) map[string]float64 {
	rows := map[string]float64{}
	for i := range n {
		r := written(i)
		rows[fmt.Sprint(r.Dimensions[1].Value, " ", r.Time)] = float64(i)
	}
	return rows
}

// A copy that is made while rows come and move is the store after some of the writes:
// all that were acknowledged before it began, and none without those before it.
func TestCopy(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	ctx := t.Context()
	var acknowledged, stop atomic.Int64
	ended := make(chan error, 2)
	go func() {
		for n := 0; stop.Load() == 0; n++ {
			if _, err := f.db.Write(ctx, demo, []Record{written(n)}); err != nil {
				ended <- err
				return
			}
			acknowledged.Store(int64(n + 1))
		}
		ended <- nil
	}()
	go func() {
		for stop.Load() == 0 {
			if err := f.db.Flush(ctx, demo); err != nil {
				ended <- err
				return
			}
			if err := f.db.Compact(ctx, demo); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}()
	const copies = 3
	var least [copies]int64
	for i := range least {
		for from := acknowledged.Load(); acknowledged.Load() < from+60; {
			if len(ended) > 0 {
				t.Fatal(<-ended)
			}
			time.Sleep(time.Millisecond)
		}
		dir := filepath.Join(f.dir, "copies", fmt.Sprint(i))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		least[i] = acknowledged.Load()
		if err := f.db.Copy(ctx, dir); err != nil {
			t.Fatalf("Copy: %v", err)
		}
	}
	stop.Store(1)
	for range 2 {
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
	f.stop()
	source := f.dir
	for i, want := range least {
		f.dir = filepath.Join(source, "copies", fmt.Sprint(i))
		checkCopy(t, f, want)
	}
}

// checkCopy opens a copy and compares its rows with those after as many writes as it has.
func checkCopy(t *testing.T, f *fixture, least int64) {
	t.Helper()
	for from, to := range map[string]string{HotFile: "hot.db", TablesDir: "tables"} {
		if err := os.Rename(filepath.Join(f.dir, from), filepath.Join(f.dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	f.start()
	defer f.stop()
	compare := func() (last int) {
		t.Helper()
		got := map[string]float64{}
		for _, row := range f.rows(Scan{}, "1, 2", "host", "time", "cpu") {
			key := fmt.Sprint(row[0], " ", row[1])
			if _, twice := got[key]; twice {
				t.Errorf("row %s is there twice", key)
			}
			got[key] = row[2].(float64)
			last = max(last, int(got[key])+1)
		}
		for key, want := range rowsAfter(last) {
			if got[key] != want {
				t.Errorf("after %d writes row %s = %v, want %v", last, key, got[key], want)
			}
		}
		if n := len(rowsAfter(last)); len(got) != n {
			t.Errorf("after %d writes there are %d rows, want %d", last, len(got), n)
		}
		return last
	}
	last := compare()
	if int64(last) < least {
		t.Errorf("the copy has %d writes, %d were acknowledged before it began", last, least)
	}
	for n := last; n < last+100; n++ {
		if _, err := f.db.Write(t.Context(), demo, []Record{written(n)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.db.Flush(t.Context(), demo); err != nil {
		t.Fatal(err)
	}
	if got := compare(); got != last+100 {
		t.Errorf("after 100 more writes the last is %d, want %d", got, last+100)
	}
}
