package hot

import (
	"errors"
	"path/filepath"
	"testing"
	"time"
)

// kill goes on with a copy of the engine's file as it is between two commits.
func (m *mover) kill() {
	m.t.Helper()
	was := m.engine.Path()
	m.dir = m.t.TempDir()
	m.must(m.store.ask(m.t.Context(), func() error {
		return errors.Join(copyFile(was, filepath.Join(m.dir, "hot.duckdb")), copyFile(was+".wal", filepath.Join(m.dir, "hot.duckdb.wal")))
	}))
	m.stop()
	m.start()
}

// What a delete takes stays away after a crash, also from segments that a snapshot kept
// in the engine's file while their rows were in files already.
func TestDeleteBeforeCrash(t *testing.T) {
	m := newMover(t)
	m.write("a", 1000, 1, 1)
	m.write("a", 2000, 2, 1)
	m.freeze()
	query := m.store.Snapshot()
	m.finish(m.begin())
	m.deletes(2000, 2000, 1)
	if got := m.table.mu.series.at(0).newest; got != 1000 {
		t.Fatalf("newest time %d after the delete, want 1000", got)
	}
	m.kill()
	if got := m.table.mu.series.at(0).newest; got != 1000 {
		t.Errorf("newest time %d after the crash, want 1000", got)
	}
	m.must(query.Close())
}

// Rows that come after the engine was opened anew do not go into segments that are on
// their way into files, because those are dropped soon.
func TestReviveWhileRowsMove(t *testing.T) {
	m := newMover(t)
	m.write("a", 1000, 1, 1)
	m.freeze()
	moving := m.begin()
	m.must(m.store.ask(t.Context(), func() error {
		m.store.writer.dead, m.store.writer.revived = true, time.Time{}
		return m.store.revive()
	}))
	var err error
	m.conn, err = m.engine.Connect(t.Context())
	m.must(err)
	days, err := moving.Days(t.Context(), m.conn)
	m.must(err)
	for _, name := range []string{SeriesColumn, TimeColumn, VersionColumn, "v"} {
		m.field(name)
	}
	add := []File{m.copy(moving, days[0].Day, nil)}
	m.write("a", 2000, 2, 1)
	m.write("a", 1000, 3, 2)
	m.must(moving.Publish(t.Context(), add, nil, m.fields))
	m.files, m.last = m.table.Files(), moving.Through()
	m.shows("a@1=3 a@2=2")
	m.newest("a@2=2")
}

// A snapshot never shows what a deleted row stood instead of, nor a row twice.
func TestSnapshotAfterDelete(t *testing.T) {
	m := newMover(t)
	m.write("a", 1000, 1, 1)
	m.write("b", 1000, 5, 1)
	m.freeze()
	m.finish(m.begin())
	m.write("a", 1000, 2, 2) // in an overlay
	m.write("b", 2000, 6, 1)
	query := m.store.Snapshot()
	m.want(query, Scan{}, "a@1=2 b@1=5 b@2=6")
	m.deletes(1000, 1000, 2)
	m.want(query, Scan{}, "b@2=6")
	m.write("b", 1000, 7, 1)
	m.want(query, Scan{}, "b@1=7 b@2=6")
	m.must(query.Close())
}

// A delete of rows that are newest, after a column has appeared.
func TestDeleteAfterNewColumn(t *testing.T) {
	m := newMover(t)
	m.write("a", 1000, 1, 1)
	m.write("a", 2000, 2, 1)
	m.freeze()
	m.finish(m.begin())
	m.settled()
	cell := Cell{Name: "w", Type: Double}
	done := make(chan error, 1)
	m.must(m.table.Submit(t.Context(), []Row{{Dims: []Dim{{"host", "b"}}, Measure: "m", Kind: Multi, Cells: []Cell{cell}, Time: 1000, Version: 1}},
		func(_ []Refusal, err error) { done <- err }))
	m.must(<-done)
	m.deletes(2000, 2000, 1)
	m.newest("a@1=1 b@1=<nil>")
	m.stop()
	m.start()
	m.newest("a@1=1 b@1=<nil>")
}

// A store opens again after a delete of newest rows, although it never had files.
func TestDeleteWithoutFiles(t *testing.T) {
	m := newMover(t)
	m.write("a", 1000, 1, 1)
	m.write("a", 2000, 2, 1)
	m.deletes(2000, 2000, 1)
	m.stop()
	m.start()
	m.shows("a@1=1")
	m.newest("a@1=1")
}

// Times of the first and last day that there are keep their day.
func TestFirstAndLastDay(t *testing.T) {
	m := newMover(t)
	const first, last = -1<<63 + 2_000, 1<<63 - 2_000
	m.write("a", first, 1, 1)
	m.write("a", last, 2, 1)
	m.write("a", -1, 3, 1)
	m.freeze()
	m.finish(m.begin())
	if len(m.files) != 3 {
		t.Errorf("%d files, want one for each of three days", len(m.files))
	}
	for i, want := range []int32{-106752, -1, 106751} {
		if got := m.files[i].Day; got != want || m.files[i].Rows != 1 {
			t.Errorf("file %d has %d rows of day %d, want 1 of day %d", i, m.files[i].Rows, got, want)
		}
	}
	m.newest("a@9223372036854773=2")
}

// A zero is the same whatever its sign, so that a record that is sent again is the same
// record after the engine has compressed a column that holds both.
func TestZeroHasNoSign(t *testing.T) {
	s := openHot(t)
	table := s.Table(1)
	write := func(at int64, bits uint64) []Refusal {
		cell := Cell{Name: "x", Type: Double, Bits: bits}
		sub := &submission{table: table, rows: []Row{{Dims: []Dim{{"host", "a"}}, Measure: "m", Kind: Multi, Cells: []Cell{cell}, Time: at, Version: 1}}}
		table.resolve(sub.rows)
		if err := s.commit([]*submission{sub}); err != nil {
			t.Fatal(err)
		}
		return sub.refused
	}
	write(1, 0)
	write(2, 1<<63)
	for at, bits := range map[int64]uint64{1: 1 << 63, 2: 0} {
		if refused := write(at, bits); len(refused) > 0 {
			t.Errorf("zero of another sign at %d: %v, want nothing", at, refused)
		}
	}
	found, err := collect(t.Context(), s.writer.conn, "SELECT count(*) FROM "+table.mu.segments[0].name+" WHERE signbit(v0)")
	if err != nil || found[0][0] != int64(0) {
		t.Errorf("%v rows with negative zero, %v, want none", found, err)
	}
}
