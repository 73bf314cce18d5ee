package tsdb

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// A retention that is longer again brings no row back that was past it, and a series that
// had such rows goes on with what came later, wherever that is and however old.
func TestLongerRetention(t *testing.T) {
	const day = 24 * time.Hour
	f := newFixture(t, Options{})
	f.table()
	keep := func(days int) {
		t.Helper()
		if _, err := f.db.UpdateTable(t.Context(), demo, TableUpdate{Retention: &Retention{MemoryHours: 24, MagneticDays: days}}); err != nil {
			t.Fatal(err)
		}
	}
	add := func(host string, age time.Duration, value float64) {
		t.Helper()
		f.write(multi(host, at(-age), 1, double("cpu", value)))
	}
	move := func() {
		t.Helper()
		if err := f.db.Flush(t.Context(), demo); err != nil {
			t.Fatal(err)
		}
		if err := f.db.Compact(t.Context(), demo); err != nil {
			t.Fatal(err)
		}
	}
	latest := func(when, want string) {
		t.Helper()
		for _, restarted := range []bool{false, true} {
			if got := f.latest(); got != want {
				t.Errorf("%s, restarted %t: newest %s, want %s", when, restarted, got, want)
			}
			f.restart()
		}
	}
	keep(9)
	add("a", 0, 1)
	for i, host := range []string{"gone", "late", "later", "new", "waits"} {
		add(host, time.Duration(5+i%2)*day, 2)
	}
	move()
	add("waits", 4*day, 3) // in a segment when it is past its retention
	keep(1)
	latest("past", "a@0=1")
	move()
	keep(9)
	latest("longer again", "a@0=1")
	add("late", 8*day, 4)
	add("late", 9*day, 5)
	latest("older rows in a segment", "a@0=1 late@-8=4")
	move()
	latest("older rows in files", "a@0=1 late@-8=4")
	add("late", 7*day, 6)
	add("later", 5*day, 7) // at the very time of one that has gone
	add("new", 3*day, 8)
	add("waits", 4*day, 9)
	latest("rows of every age", "a@0=1 late@-7=6 later@-5=7 new@-3=8 waits@-4=9")
	move()
	latest("moved", "a@0=1 late@-7=6 later@-5=7 new@-3=8 waits@-4=9")
	keep(1)
	move()
	keep(9)
	latest("past once more", "a@0=1")
	if files, err := f.db.Files(demo); len(files) != 1 {
		t.Errorf("files %v, %v, want that of today", files, err)
	}
}

// latest is the newest row of every host, asked for with and without saying so.
func (f *fixture) latest() string {
	f.t.Helper()
	var told [2]string
	for i, newest := range []bool{false, true} {
		byHost := map[string]string{}
		for _, row := range f.rows(Scan{Newest: newest}, "1, 2", "host", "time", "cpu") {
			age := (row[1].(int64) - at(0)) / int64(24*time.Hour)
			byHost[row[0].(string)] = fmt.Sprintf("%v@%d=%v", row[0], age, row[2])
		}
		told[i] = strings.Join(slices.Sorted(maps.Values(byHost)), " ")
	}
	if told[0] != told[1] {
		f.t.Errorf("all rows tell %s, the newest %s", told[0], told[1])
	}
	return told[1]
}
