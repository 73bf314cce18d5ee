package tier

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/tsdb/hot"
)

// soon waits until a condition holds, because somebody else brings it about.
func (h *house) soon(what string, holds func() bool) {
	h.t.Helper()
	for begin := time.Now(); !holds(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > 2*time.Minute {
			h.t.Fatalf("%s: not within two minutes", what)
		}
	}
}

// The mover finds work by itself: rows that freeze move, small files merge, a delete
// leaves the files, and what nobody reads is deleted after the time for other engines.
func TestRunByItself(t *testing.T) {
	h := newHouse(t, Options{Every: time.Millisecond, Policy: Policy{Rows: 100}})
	files := func() []hot.File { return h.hot.Table(1).Files() }
	for i := range 40 {
		h.write(row("a", at(time.Duration(i)*time.Second), float64(i), 1), row("b", at(time.Duration(i)*time.Second), float64(i), 1))
	}
	h.must(h.hot.Table(1).Freeze(t.Context()))
	h.soon("the flush", func() bool { return len(files()) == 1 && h.hot.Table(1).Waiting() == 0 })
	if got := files()[0].Rows; got != 80 {
		t.Fatalf("%d rows in the file, want 80", got)
	}

	snapshot := h.hot.Snapshot()
	if _, err := h.hot.Table(1).Delete(t.Context(), hot.Range{In: []hot.In{{Role: hot.DimensionField, Values: []string{"a"}}}, From: at(0), To: at(day)}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(h.rows(), "@"); got != 40 {
		t.Fatalf("%d rows after the delete, want 40", got)
	}
	h.advance(lookEvery) // it sees that the file lacks the delete
	h.soon("the look", func() bool { return !h.mover.list()[0].lookDue(h.clock()) })
	h.advance(2 * lookEvery)
	h.soon("the rewrite", func() bool { return len(files()) == 1 && files()[0].Rows == 40 && !h.hot.Table(1).Lacks(files()[0]) })
	if got := strings.Count(h.rowsOf(snapshot), "@"); got != 40 {
		t.Errorf("the snapshot that still has the old file shows %d rows, want 40", got)
	}
	h.advance(11 * time.Minute) // longer than Iceberg snapshots are kept
	h.advance(11 * time.Minute)
	h.soon("the look for old files", func() bool { return !h.mover.list()[0].expireDue(h.clock()) })
	if n := h.onDisk(); n != 2 {
		t.Errorf("%d files on disk while a snapshot is open, want 2", n)
	}
	snapshot.Close()
	h.advance(2 * expireEvery)
	h.soon("the deletion", func() bool { return h.onDisk() == 1 })
}

// Days past their retention leave with one commit, rows past it are not written, and a
// longer retention does not bring anything back.
func TestRetention(t *testing.T) {
	h := newHouse(t, Options{})
	h.set(1, &Definition{Database: "plant", Table: "sensors", Retention: 4 * day})
	h.write(row("a", at(-6*day), 1, 1), row("a", at(-4*day), 2, 1), row("a", at(-3*day), 3, 1), row("a", at(0), 4, 1))
	h.flush()
	if got := h.days(); got != "-3:1 -4:1 0:1" {
		t.Fatalf("files %s, want none of the day that is past: at -4 only half of it is", got)
	}
	h.advance(day)
	h.compact()
	if got := h.days(); got != "-3:1 0:1" {
		t.Errorf("files %s a day later, want the last two", got)
	}
	h.set(1, &Definition{Database: "plant", Table: "sensors", Retention: years})
	h.restart()
	h.shows("a@-259200=3 a@0=4")
}

// The files of a dropped table stay as long as a snapshot reads them.
func TestDrop(t *testing.T) {
	h := newHouse(t, Options{Every: time.Millisecond})
	h.write(row("a", at(0), 1, 1))
	h.flush()
	snapshot := h.hot.Snapshot()
	before := h.rowsOf(snapshot)
	h.set(1, nil)
	h.hot.Drop(1)
	h.mover.Drop(1)
	view := snapshot.View(h.hot.Table(1)) // of an empty table of that number
	if len(view.Schema().Columns) != 0 {
		t.Error("the dropped table has columns")
	}
	if err := h.mover.Flush(t.Context(), 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Flush of a dropped table: %v, want NotFound", err)
	}
	if n := h.onDisk(); n != 1 || before == "" {
		t.Errorf("%d files while a snapshot is open, want 1", n)
	}
	snapshot.Close()
	h.soon("the deletion", func() bool { return h.onDisk() == 0 })
}

// A table that was deleted while the program did not run leaves no file.
func TestOpenRemovesDropped(t *testing.T) {
	h := newHouse(t, Options{})
	h.write(row("a", at(0), 1, 1))
	h.flush()
	h.stop()
	h.set(1, nil)
	h.start()
	if n := h.onDisk(); n != 0 {
		t.Errorf("%d files of a table that is not defined, want 0", n)
	}
}

// Work that fails changes nothing, leaves no file, is tried again ever more slowly, and
// makes the mover unhealthy after a while; then it succeeds.
func TestFailures(t *testing.T) {
	var free atomic.Uint64
	free.Store(100 << 20)
	h := newHouse(t, Options{Every: time.Millisecond, Free: func() (uint64, error) { return free.Load(), nil }})
	h.write(row("a", at(0), 1, 1))
	err := h.mover.Flush(t.Context(), 1)
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "104857600 bytes") {
		t.Fatalf("Flush on a full disk: %v, want Unavailable with the free bytes", err)
	}
	h.shows("a@0=1")
	if err := h.mover.Health(); err != nil {
		t.Errorf("unhealthy at once: %v", err)
	}
	h.advance(2 * time.Minute)
	if err := h.mover.Health(); err == nil || !strings.Contains(err.Error(), "plant.sensors") {
		t.Errorf("health after two minutes: %v, want the table's error", err)
	}
	if n := h.onDisk(); n != 0 {
		t.Errorf("%d files after a failed flush, want 0", n)
	}
	h.write(row("a", at(0), 2, 2)) // into an overlay
	h.shows("a@0=2")
	free.Store(1 << 40)
	h.advance(retryMost)
	h.soon("the next try", func() bool { return len(h.hot.Table(1).Files()) == 1 })
	h.soon("health", func() bool { return h.mover.Health() == nil })
	h.flush()
	h.shows("a@0=2")
}

// A file that cannot be written, and one that cannot be read, name themselves.
func TestBrokenFiles(t *testing.T) {
	h := newHouse(t, Options{})
	h.write(row("a", at(0), 1, 1))
	h.flush()
	path := h.hot.Table(1).Files()[0].Path
	whole, err := os.ReadFile(path)
	h.must(err)
	h.write(row("a", at(0), 2, 2), row("a", at(time.Second), 3, 1))
	h.must(os.WriteFile(path, whole[:len(whole)-9], 0o644))
	if err := h.mover.Flush(t.Context(), 1); err == nil || !strings.Contains(err.Error(), filepath.Base(path)) {
		t.Fatalf("Flush over a torn file: %v, want an error that names it", err)
	}
	h.must(os.WriteFile(path, whole, 0o644))
	h.flush()
	h.shows("a@0=2 a@1=3")

	folder := filepath.Dir(h.hot.Table(1).Files()[0].Path)
	next := filepath.Join(filepath.Dir(folder), "day=2026-03-02")
	h.must(os.WriteFile(next, nil, 0o644)) // where the next day's folder belongs
	h.write(row("a", at(day), 4, 1))
	if err := h.mover.Flush(t.Context(), 1); err == nil {
		t.Fatal("Flush wrote below a file")
	}
	h.shows("a@0=2 a@1=3 a@86400=4")
	h.must(os.Remove(next))
	h.flush()
	h.shows("a@0=2 a@1=3 a@86400=4")
	h.noFileTooMany()
}

// A torn file holds up neither new rows of its day nor the merges of other days.
func TestTornFileHoldsNothingUp(t *testing.T) {
	h := newHouse(t, Options{Every: time.Millisecond, Policy: Policy{Quiet: time.Minute}})
	older, newer := at(-3*day), at(-2*day)
	h.write(row("a", older, 1, 1), row("a", newer, 2, 1))
	h.flush()
	path := h.hot.Table(1).Files()[0].Path
	whole, err := os.ReadFile(path)
	h.must(err)
	h.must(os.WriteFile(path, whole[:len(whole)-9], 0o644))
	h.write(row("b", older, 3, 1), row("b", older+1e9, 4, 1), row("b", newer, 5, 1), row("b", newer+1e9, 6, 1))
	if err := h.mover.Flush(t.Context(), 1); err == nil || !strings.Contains(err.Error(), filepath.Base(path)) {
		t.Fatalf("Flush with a torn file: %v, want an error that names it", err)
	}
	h.flush() // without it
	if got := h.days(); got != "-2:1 -2:2 -3:1 -3:2" {
		t.Fatalf("files %s, want two of each day", got)
	}
	h.advance(time.Hour)
	h.soon("the merge of the other day", func() bool { h.advance(lookEvery); return h.days() == "-2:3 -3:1 -3:2" })
	h.must(os.WriteFile(path, whole, 0o644))
	h.soon("the merge of the day", func() bool { h.advance(lookEvery); return h.days() == "-2:3 -3:3" })
	h.shows("a@-259200=1 a@-172800=2 b@-259200=3 b@-259199=4 b@-172800=5 b@-172799=6")
}

// Work that is under way when Run ends is given up, and done after the next start.
func TestStopDuringWork(t *testing.T) {
	reached, goOn := make(chan struct{}), make(chan struct{})
	var h *house
	h = newHouse(t, Options{At: func(s Step) {
		if s == StepWritten && reached != nil {
			close(reached)
			<-goOn
			reached = nil
		}
	}})
	for i := range 5 {
		h.write(row("a", at(time.Duration(i)*day), float64(i), 1))
	}
	answer := make(chan error, 1)
	go func() { answer <- h.mover.Flush(context.Background(), 1) }()
	<-reached
	stopped := make(chan struct{})
	stop := h.stop
	go func() { stop(); close(stopped) }()
	<-h.mover.stopped
	close(goOn)
	<-stopped
	if err := <-answer; !errors.Is(err, errStopped) && err != nil {
		t.Errorf("Flush while stopping: %v, want %v", err, errStopped)
	}
	h.start()
	h.shows("a@0=0 a@86400=1 a@172800=2 a@259200=3 a@345600=4")
	h.noFileTooMany()
	h.flush()
	if got := h.days(); got != "0:1 1:1 2:1 3:1 4:1" {
		t.Errorf("files %s", got)
	}
}

// A statement that is interrupted while it writes leaves no half file behind.
func TestStopWhileAFileIsWritten(t *testing.T) {
	h := newHouse(t, Options{})
	f := newFleet(200, hot.Double, false)
	const steps = 400
	for range steps {
		h.write(f.next()...)
	}
	answer := make(chan error, 1)
	go func() { answer <- h.mover.Flush(context.Background(), 1) }()
	h.soon("a file that is being written", func() bool { return h.onDisk() > 0 })
	h.stop()
	<-answer
	if n := h.onDisk(); n > len(h.hot.Table(1).Files()) {
		t.Errorf("%d files on disk, %d in the table", n, len(h.hot.Table(1).Files()))
	}
	h.start()
	h.noFileTooMany()
	h.flush()
	if got := strings.Count(h.rows(), "@"); got != 200*steps {
		t.Errorf("%d rows, want %d", got, 200*steps)
	}
}

// Many days in one flush: late data of years.
func TestFlushOfManyDays(t *testing.T) {
	h := newHouse(t, Options{})
	const days = 400
	var rows []hot.Row
	for i := range days {
		rows = append(rows, row("a", at(-time.Duration(days-i)*day), float64(i), 1))
	}
	h.write(rows...)
	began := time.Now()
	h.flush()
	t.Logf("%d days in %v", days, time.Since(began))
	if got := len(h.hot.Table(1).Files()); got != days {
		t.Errorf("%d files, want %d", got, days)
	}
	if got := strings.Count(h.rows(), "@"); got != days {
		t.Errorf("%d rows, want %d", got, days)
	}
}

// The partition key, or the measure name, keeps series together, and a day that is too
// large for one file is split between series.
func TestOrderInFiles(t *testing.T) {
	h := newHouse(t, Options{Policy: Policy{Rows: 20}})
	h.set(1, &Definition{Database: "plant", Table: "sensors", Retention: years, PartitionKey: "area"})
	for i := range 10 {
		for k, area := range []string{"north", "south", "", "east"} {
			r := row(fmt.Sprint("h", k), at(time.Duration(i)*time.Second), float64(i), 1)
			if area != "" {
				r.Dims = append([]hot.Dim{{Name: "area", Value: area}}, r.Dims...)
			}
			h.write(r)
		}
	}
	h.flush()
	if got := h.days(); got != "0:20 0:20" {
		t.Fatalf("files %s, want two of 20 rows", got)
	}
	orders := map[string]bool{}
	for _, f := range h.hot.Table(1).Files() {
		var got []string
		for _, r := range h.query("SELECT coalesce(area, '-') || ts_series || '@' || (epoch_ns(time) // 1000000000 % 10) FROM read_parquet('" + f.Path + "', file_row_number = true) ORDER BY file_row_number") {
			got = append(got, r[0].(string))
		}
		orders[strings.Join(got, " ")] = true
	}
	series := func(name string) string {
		var list []string
		for i := range 10 {
			list = append(list, fmt.Sprint(name, "@", i))
		}
		return strings.Join(list, " ")
	}
	for _, want := range []string{series("-2") + " " + series("east3"), series("north0") + " " + series("south1")} {
		if !orders[want] {
			t.Errorf("no file has the rows %s, but %v", want, orders)
		}
	}
}
