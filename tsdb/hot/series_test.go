package hot

import (
	"strings"
	"testing"
)

func row(measure string, dims ...string) *Row {
	r := &Row{Measure: measure}
	for _, d := range dims {
		name, value, _ := strings.Cut(d, "=")
		r.Dims = append(r.Dims, Dim{name, value})
	}
	return r
}

// Series with the same hash, as an attacker might find them, stay apart.
func TestSeriesOfOneHash(t *testing.T) {
	st, sc := newSeriesTable(), newSchema()
	for _, name := range []string{"a", "b"} {
		sc.addDim(name)
	}
	rows := []*Row{
		row("m", "a=1"), row("m", "a=2"), row("m", "b=1"), row("n", "a=1"), row("m", "a=1", "b=1"), row("m"),
		row("m", "a=1b"), row("ma", "b=1"),
	}
	for _, r := range rows {
		r.hash = 7
	}
	for i, r := range rows {
		if got := st.find(r); got != noSeries {
			t.Errorf("series %d is found as %d before it was added", i, got)
		}
		if got := st.add(r, sc); got != uint32(i) {
			t.Errorf("add = %d, want %d", got, i)
		}
	}
	for i, r := range rows {
		if got := st.find(r); got != uint32(i) {
			t.Errorf("find(%v) = %d, want %d", r, got, i)
		}
	}
}

// The parts of an identity must not run together in its hash.
func TestHashSeparatesParts(t *testing.T) {
	st := newSeriesTable()
	rows := []*Row{
		row("m", "a=b", "c=d"), row("m", "a=bc", "d="), row("ma", "b=", "c=d"), row("m", "ab=", "c=d"), row("m", "c=d", "a=b"),
	}
	seen := map[uint64]int{}
	for i, r := range rows {
		h := st.hash(r)
		if j, twice := seen[h]; twice {
			t.Errorf("rows %d and %d have one hash", j, i)
		}
		seen[h] = i
	}
}

// A version rule for every combination of version and value.
func TestApply(t *testing.T) {
	one, two := []Cell{{Bits: 1}}, []Cell{{Bits: 2}}
	cases := []struct {
		version int64
		cells   []Cell
		want    Reason
		writes  bool
	}{
		{6, two, 0, true}, {6, one, 0, true}, {5, one, 0, false}, {5, two, SameVersion, false}, {4, one, 0, false}, {4, two, LowerVersion, false},
	}
	for _, c := range cases {
		st := state{exists: true, version: 5, cells: one}
		got := st.apply(&Row{Version: c.version, Cells: c.cells}, false)
		if got.Reason != c.want || (st.row != nil) != c.writes || got.Reason != 0 && got.Version != 5 {
			t.Errorf("version %d, values %v: %+v, writes %v, want reason %d, writes %v", c.version, c.cells, got, st.row != nil, c.want, c.writes)
		}
	}
}
