package hot

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/internal/duckdb"
)

// mover is a running store beside a directory of files.
type mover struct {
	t      *testing.T
	dir    string
	engine *duckdb.Engine
	store  *Store
	table  *Table
	conn   *duckdb.Conn
	files  []File
	fields map[string]int
	last   uint32        // the newest segment in files
	idle   time.Duration // of the store; 0: as it is
	stop   func()
}

const dayLength = 86_400_000_000_000

func newMover(t *testing.T) *mover {
	t.Helper()
	m := &mover{t: t, dir: t.TempDir(), fields: map[string]int{}}
	m.start()
	t.Cleanup(func() { m.stop() })
	return m
}

func (m *mover) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *mover) start() {
	m.t.Helper()
	ctx := context.Background()
	var err error
	dirs := []string{m.dir}
	for _, f := range m.files {
		dirs = append(dirs, filepath.Dir(f.Path))
	}
	m.engine, err = duckdb.Open(ctx, duckdb.Options{Path: filepath.Join(m.dir, "hot.duckdb"), AllowedDirs: dirs})
	m.must(err)
	m.store, err = Open(ctx, Options{Engine: m.engine, IdleAfter: m.idle})
	m.must(err)
	m.table = m.store.Table(1)
	m.must(m.table.SetFiles(m.files, m.fields, m.last))
	m.conn, err = m.engine.Connect(ctx)
	m.must(err)
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- m.store.Run(ctx) }()
	m.stop = func() {
		cancel()
		m.must(<-ended)
		m.must(m.store.Close())
		m.must(m.engine.Close())
		m.stop = func() {}
	}
}

// write stores one value of a host and returns the refusal's reason.
func (m *mover) write(host string, at int64, value, version int64) Reason {
	m.t.Helper()
	cell := Cell{Name: "v", Type: Bigint, Bits: uint64(value)}
	rows := []Row{{Dims: []Dim{{"host", host}}, Measure: "m", Kind: Multi, Cells: []Cell{cell}, Time: at, Version: version}}
	type answer struct {
		refused []Refusal
		err     error
	}
	answers := make(chan answer, 1)
	m.must(m.table.Submit(m.t.Context(), rows, func(refused []Refusal, err error) { answers <- answer{refused, err} }))
	a := <-answers
	m.must(a.err)
	if len(a.refused) > 0 {
		return a.refused[0].Reason
	}
	return 0
}

func (m *mover) freeze() {
	m.t.Helper()
	m.must(m.table.Freeze(m.t.Context()))
}

// begin starts to move what is frozen.
func (m *mover) begin() *Moving {
	m.t.Helper()
	moving, err := m.table.Move(m.t.Context())
	m.must(err)
	if moving == nil {
		m.t.Fatal("nothing to move")
	}
	return moving
}

// finish writes the files of a move and publishes them; a day that has a file already
// gets a new one with the rows of both.
func (m *mover) finish(moving *Moving) {
	m.t.Helper()
	days, err := moving.Days(m.t.Context(), m.conn)
	m.must(err)
	for _, name := range []string{SeriesColumn, TimeColumn, VersionColumn} {
		m.field(name)
	}
	for _, c := range moving.Schema().Columns {
		m.field(c.Name)
	}
	var add, remove []File
	for _, day := range days {
		old := slices.DeleteFunc(slices.Clone(m.files), func(f File) bool { return f.Day != day.Day })
		remove = append(remove, old...)
		add = append(add, m.copy(moving, day.Day, old))
	}
	m.must(moving.Publish(m.t.Context(), add, remove, m.fields))
	m.files, m.last = m.table.Files(), moving.Through()
}

func (m *mover) field(name string) {
	if _, ok := m.fields[name]; !ok {
		m.fields[name] = len(m.fields) + 1
	}
}

func (m *mover) copy(moving *Moving, day int32, old []File) File {
	m.t.Helper()
	columns := []string{"sid::INTEGER AS ts_series", "time", "version AS ts_version"}
	ids := []string{fmt.Sprintf("ts_series: %d, time: %d, ts_version: %d", m.fields[SeriesColumn], m.fields[TimeColumn], m.fields[VersionColumn])}
	for i, c := range moving.Schema().Columns {
		columns = append(columns, fmt.Sprintf("v%d AS %s", i, duckdb.Ident(c.Name)))
		ids = append(ids, fmt.Sprintf("%s: %d", duckdb.Ident(c.Name), m.fields[c.Name]))
	}
	entries, err := os.ReadDir(m.dir)
	m.must(err)
	f := File{Path: filepath.Join(m.dir, fmt.Sprintf("%d-%d.parquet", day, len(entries))), Day: day, Applied: moving.Applied()}
	_, err = m.conn.Exec(m.t.Context(), "COPY (SELECT "+strings.Join(columns, ", ")+" FROM "+moving.Rows(day, old)+" ORDER BY sid, time) TO "+
		duckdb.Quote(f.Path)+" (FORMAT parquet, COMPRESSION zstd, FIELD_IDS {"+strings.Join(ids, ", ")+"})")
	m.must(err)
	stats, err := collect(m.t.Context(), m.conn, "SELECT count(*), min(epoch_ns(time)), max(epoch_ns(time)), min(ts_series), max(ts_series) FROM read_parquet("+duckdb.Quote(f.Path)+")")
	m.must(err)
	f.Rows, f.MinTime, f.MaxTime = stats[0][0].(int64), stats[0][1].(int64), stats[0][2].(int64)
	f.MinSeries, f.MaxSeries = uint32(stats[0][3].(int32)), uint32(stats[0][4].(int32))
	return f
}

// want compares what a snapshot shows, host@time=value in the order of series and time.
func (m *mover) want(sn *Snapshot, scan Scan, want string) {
	m.t.Helper()
	v := sn.View(m.table)
	scan.Fields = []Field{{MeasureField, 0, "m"}, {DimensionField, 0, "h"}, {TimeField, 0, "t"}, {ValueField, 0, "v"}}
	if scan.Min == 0 && scan.Max == 0 {
		scan.Min, scan.Max = -1<<63, 1<<63-1
	}
	text := "SELECT h, epoch_ns(t), v FROM " + v.Relation(scan) + " ORDER BY h, t, v"
	if scan.Newest {
		text = "SELECT h, max(epoch_ns(t)), max_by(v, t) FROM " + v.Relation(scan) + " GROUP BY h ORDER BY h"
	}
	rows, err := collect(m.t.Context(), m.conn, text)
	if err != nil {
		m.t.Fatalf("%s: %v", text, err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%v@%v=%v", r[0], r[1].(int64)/1000, r[2]))
	}
	if s := strings.Join(got, " "); s != want {
		m.t.Errorf("rows %s, want %s\n%s", s, want, text)
	}
}

func (m *mover) shows(want string) {
	m.t.Helper()
	sn := m.store.Snapshot()
	defer sn.Close()
	m.want(sn, Scan{}, want)
}

func (m *mover) newest(want string) {
	m.t.Helper()
	sn := m.store.Snapshot()
	defer sn.Close()
	m.want(sn, Scan{Newest: true}, want)
}

// The upsert rules hold whether the stored row is in an open or frozen segment, on its
// way, in a file, or in an overlay of any of them, and across restarts.
func TestRowsMove(t *testing.T) {
	m := newMover(t)
	m.write("a", 1000, 1, 1)
	m.write("b", 1000, 2, 1)
	m.write("a", 2000, 3, 1)
	m.freeze()
	m.shows("a@1=1 a@2=3 b@1=2")

	before := m.store.Snapshot()
	m.want(before, Scan{}, "a@1=1 a@2=3 b@1=2")
	if r := m.write("a", 1000, 10, 2); r != 0 {
		t.Fatalf("a higher version of a row in a frozen segment is refused: %d", r)
	}
	if r := m.write("a", 1000, 11, 2); r != SameVersion {
		t.Fatalf("the same version of a row in an overlay: reason %d, want %d", r, SameVersion)
	}
	if r := m.write("b", 1000, 9, 1); r != SameVersion {
		t.Fatalf("the same version of a row in a frozen segment: reason %d, want %d", r, SameVersion)
	}
	m.want(before, Scan{}, "a@1=1 a@2=3 b@1=2")
	m.shows("a@1=10 a@2=3 b@1=2")

	moving := m.begin()
	m.write("a", 1000, 12, 3) // the overlay is on its way too
	m.write("b", 5000, 20, 1) // a new row
	m.write("a", 2000, 30, 2) // the newest row of its series
	m.newest("a@2=30 b@5=20")
	m.finish(moving)
	m.want(before, Scan{}, "a@1=1 a@2=3 b@1=2")
	before.Close()
	want := "a@1=12 a@2=30 b@1=2 b@5=20"
	m.shows(want)
	m.newest("a@2=30 b@5=20")

	m.stop()
	m.start()
	m.shows(want)
	m.newest("a@2=30 b@5=20")
	if r := m.write("b", 1000, 7, 1); r != SameVersion {
		t.Fatalf("the same version of a row in a file: reason %d, want %d", r, SameVersion)
	}
	if r := m.write("b", 1000, 2, 1); r != 0 {
		t.Fatalf("the same row again: reason %d", r)
	}
	m.write("b", 1000, 8, 4)
	m.write("a", 3*dayLength, 5, 1)
	m.write("b", 500, 6, 1)
	m.freeze()
	m.finish(m.begin())
	want = fmt.Sprintf("a@1=12 a@2=30 a@%d=5 b@0=6 b@1=8 b@5=20", 3*dayLength/1000)
	m.shows(want)
	m.stop()
	m.start()
	m.shows(want)
	m.newest(fmt.Sprintf("a@%d=5 b@5=20", 3*dayLength/1000))
	if len(m.files) != 2 {
		t.Errorf("%d files, want one for each of two days", len(m.files))
	}
}

// delete removes rows of the hosts in a range of times and returns how many there were.
func (m *mover) delete(from, to int64, hosts ...string) int64 {
	m.t.Helper()
	r := Range{From: from, To: to}
	if len(hosts) > 0 {
		r.In = []In{{DimensionField, 0, hosts}}
	}
	n, err := m.table.Delete(m.t.Context(), r)
	m.must(err)
	return n
}

func (m *mover) deletes(from, to, want int64, hosts ...string) {
	m.t.Helper()
	if got := m.delete(from, to, hosts...); got != want {
		m.t.Errorf("Delete of %v from %d to %d removed %d rows, want %d", hosts, from, to, got, want)
	}
}

// A delete takes rows wherever they are; what is written afterwards is new.
func TestDelete(t *testing.T) {
	m := newMover(t)
	for i := range int64(4) {
		m.write("a", i*1000, i, 5)
		m.write("b", i*1000, i, 5)
	}
	m.deletes(9000, 10000, 0)
	m.deletes(0, 9000, 0, "nobody")
	m.deletes(0, 0, 1, "a") // in the open segment
	m.freeze()
	m.finish(m.begin())
	m.shows("a@1=1 a@2=2 a@3=3 b@0=0 b@1=1 b@2=2 b@3=3")

	m.write("a", 2000, 20, 6) // in an overlay of the file
	m.deletes(2000, 9000, 2, "a")
	m.shows("a@1=1 b@0=0 b@1=1 b@2=2 b@3=3")
	m.newest("a@1=1 b@3=3")
	m.stop()
	m.start()
	m.shows("a@1=1 b@0=0 b@1=1 b@2=2 b@3=3")
	m.newest("a@1=1 b@3=3")
	if r := m.write("a", 1000, 7, 1); r != LowerVersion {
		t.Errorf("a lower version of the row that is newest after a delete: reason %d, want %d", r, LowerVersion)
	}
	if r := m.write("a", 3000, 30, 1); r != 0 {
		t.Errorf("a deleted row again, under a lower version: reason %d", r)
	}
	m.freeze()
	moving := m.begin()
	m.deletes(1000, 1000, 2) // while files are written
	m.finish(moving)
	m.shows("a@3=30 b@0=0 b@2=2 b@3=3")
	m.deletes(math.MinInt64, math.MaxInt64, 4)
	m.shows("")
	m.newest("")
	m.stop()
	m.start()
	m.shows("")
	m.write("a", 3000, 1, 1)
	m.shows("a@3=1")
	compact, err := m.table.Compact(t.Context())
	m.must(err)
	old := m.table.Files()
	if len(old) != 1 || !m.table.Lacks(old[0]) {
		t.Fatalf("files %v, want one that lacks deletes", old)
	}
	m.must(compact.Publish(t.Context(), nil, old, m.fields))
	m.shows("a@3=1")
	left, err := collect(t.Context(), m.conn, "SELECT (SELECT count(*) FROM hot_deletes), (SELECT count(*) FROM hot_deleted)")
	m.must(err)
	for i := 0; left[0][0] != int64(0) || left[0][1] != int64(0); i++ {
		if i == 1000 {
			t.Fatalf("%v deletes are kept although no file has to obey them", left[0])
		}
		m.write("z", int64(i), 1, 1)
		left, err = collect(t.Context(), m.conn, "SELECT (SELECT count(*) FROM hot_deletes), (SELECT count(*) FROM hot_deleted)")
		m.must(err)
	}
}

// In a table where the last write wins no version is refused.
func TestLastWriteWins(t *testing.T) {
	m := newMover(t)
	m.table.SetLastWriteWins(true)
	m.write("a", 1000, 1, 5)
	m.write("a", 1000, 2, 5)
	m.shows("a@1=2")
	m.freeze()
	m.write("a", 1000, 3, 1)
	m.shows("a@1=3")
}
