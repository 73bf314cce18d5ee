package tier

import (
	"testing"
	"time"

	"tidemark/tsdb/hot"
)

const day = 24 * time.Hour

// Rows move day by day; what they replace in files goes with them; a restart shows the same.
func TestFlush(t *testing.T) {
	h := newHouse(t, Options{})
	h.write(row("b", at(0), 1, 1), row("a", at(0), 2, 1), row("a", at(-day), 3, 1))
	h.flush()
	const first = "a@-86400=3 a@0=2 b@0=1"
	h.shows(first)
	if got := h.days(); got != "-1:1 0:2" {
		t.Fatalf("files %s, want a row in the day before and two in the day", got)
	}
	if n := h.hot.Table(1).Waiting(); n != 0 {
		t.Errorf("%d rows wait after a flush", n)
	}
	h.restart()
	h.shows(first)

	h.write(row("a", at(0), 20, 2), row("c", at(day), 4, 1))
	h.shows("a@-86400=3 a@0=20 b@0=1 c@86400=4")
	h.flush()
	h.shows("a@-86400=3 a@0=20 b@0=1 c@86400=4")
	if got := h.days(); got != "-1:1 0:2 1:1" {
		t.Errorf("files %s: the file with the replaced row is written again, the day before is not", got)
	}
	h.restart()
	h.shows("a@-86400=3 a@0=20 b@0=1 c@86400=4")
	h.flush() // nothing to do
}

// A row of an overlay that stands for a row of the open segment leaves files of the day alone.
func TestFlushLeavesFilesAlone(t *testing.T) {
	h := newHouse(t, Options{})
	for i := range 40 {
		h.write(row("a", at(time.Duration(i)*time.Second), float64(i), 1))
	}
	h.flush()
	before := h.hot.Table(1).Files()[0].Path
	h.write(row("a", at(time.Hour), 1, 1))
	h.must(h.hot.Table(1).Freeze(t.Context()))
	h.write(row("a", at(time.Hour), 2, 2))
	h.flush()
	if got := h.days(); got != "0:1 0:40" {
		t.Errorf("files %s, want the old one and one of the replaced row", got)
	}
	found := false
	for _, f := range h.hot.Table(1).Files() {
		found = found || f.Path == before
	}
	if !found {
		t.Error("a file was written again that no overlay row concerns")
	}
}

// Columns that differ only in case, and new ones that come later, are apart in files.
func TestFlushColumns(t *testing.T) {
	h := newHouse(t, Options{})
	cells := func(names ...string) []hot.Cell {
		var list []hot.Cell
		for i, n := range names {
			list = append(list, hot.Cell{Name: n, Type: hot.Bigint, Bits: uint64(i + 1)})
		}
		return list
	}
	dims := []hot.Dim{{Name: "Host", Value: "A"}, {Name: "host", Value: "a"}, {Name: `it's "odd"`, Value: "x'y"}}
	h.write(hot.Row{Dims: dims, Measure: "m", Kind: hot.Multi, Time: at(0), Version: 1, Cells: cells("Cpu", "cpu", "CPU", "Time", "TS_series")})
	h.flush()
	h.write(hot.Row{Dims: dims[:1], Measure: "m", Kind: hot.Multi, Time: at(time.Second), Version: 1, Cells: cells("cpu", "later")})
	h.flush()
	h.compact()
	if got := h.days(); got != "0:2" {
		t.Fatalf("files %s, want one", got)
	}
	sn := h.hot.Snapshot()
	defer sn.Close()
	view := sn.View(h.hot.Table(1))
	scan := hot.Scan{Min: -1 << 63, Max: 1<<63 - 1, Fields: []hot.Field{{Role: hot.TimeField, As: "t"}}}
	for i := range view.Schema().Dimensions {
		scan.Fields = append(scan.Fields, hot.Field{Role: hot.DimensionField, Ordinal: i, As: "d" + string(rune('0'+i))})
	}
	for i := range view.Schema().Columns {
		scan.Fields = append(scan.Fields, hot.Field{Role: hot.ValueField, Ordinal: i, As: "v" + string(rune('0'+i))})
	}
	got := h.query("SELECT d0, d1, d2, v0, v1, v2, v3, v4, v5 FROM " + view.Relation(scan) + " ORDER BY t")
	want := [][]any{
		{"A", "a", "x'y", int64(1), int64(2), int64(3), int64(4), int64(5), nil},
		{"A", nil, nil, nil, int64(1), nil, nil, nil, int64(2)},
	}
	for i := range want {
		for k := range want[i] {
			if got[i][k] != want[i][k] {
				t.Errorf("row %d column %d: %v, want %v", i, k, got[i][k], want[i][k])
			}
		}
	}
}

// There is nothing to do for a table without rows, and that is no error.
func TestEmptyTable(t *testing.T) {
	h := newHouse(t, Options{})
	h.compact()
	h.flush()
	h.must(h.mover.ask(t.Context(), 1, h.mover.tend))
	h.compact()
	if n := h.onDisk(); n != 0 {
		t.Errorf("%d files of a table without rows", n)
	}
}
