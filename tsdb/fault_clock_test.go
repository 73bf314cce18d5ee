package tsdb

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

// A clock that jumps ahead by a year and comes back, in a running store or while it is
// off, costs no rows that retention would not have removed: neither those in files, nor
// those on their way there, nor what is written meanwhile.
func TestClockJumps(t *testing.T) {
	var wall, passed atomic.Int64
	f := newFixture(t, Options{
		Now:    func() time.Time { return base.Add(time.Duration(wall.Load())) },
		passed: func() time.Duration { return time.Duration(passed.Load()) },
	})
	go1 := func(d time.Duration) { wall.Add(int64(d)); passed.Add(int64(d)) }
	jump := func(d time.Duration) { wall.Add(int64(d)) }
	const year = 365 * 24 * time.Hour
	f.table()
	written := 0
	write := func(ages ...time.Duration) {
		t.Helper()
		for _, age := range ages {
			written++
			if _, err := f.db.Write(t.Context(), demo, []Record{multi(fmt.Sprint("h", written), at(time.Duration(wall.Load())-age), 1, double("x", float64(written)))}); err != nil {
				t.Fatal(err)
			}
		}
	}
	tend := func() {
		t.Helper()
		for _, work := range []func() error{
			func() error { return f.db.Flush(t.Context(), demo) }, func() error { return f.db.Compact(t.Context(), demo) },
		} {
			if err := work(); err != nil {
				t.Fatal(err)
			}
		}
	}
	rows := func(when string, want int) {
		t.Helper()
		if got := len(f.rows(Scan{}, "1", "time")); got != want {
			t.Fatalf("%s: %d rows, want %d", when, got, want)
		}
	}
	const day = 24 * time.Hour
	write(0, day, 5*day)
	tend()
	write(0, 5*day) // not in files
	jump(year)
	write(0)
	tend()
	jump(-year)
	tend()
	write(0, day, 9*day)
	rows("after a year and back", 9)
	f.stop()
	jump(year)
	f.start()
	tend()
	f.stop()
	jump(-year)
	f.start()
	write(0)
	tend()
	rows("after a year and back while it was off", 10)
	go1(8 * day)
	tend()
	rows("a week later", 10-3) // those of five and nine days before, a day and more past the ten
	jump(year)
	tend()
	go1(2 * day)
	tend()
	tend()
	rows("a year and two days later", 1) // what was written in the other year
}
