package hot

import (
	"fmt"
	"math/rand/v2"
	"slices"
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

// A table of random identities behaves as a map by their text does, and tells every
// series' parts again.
func TestSeriesTableIsAMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	st, sc := newSeriesTable(), newSchema()
	for i := range 12 {
		sc.addDim(fmt.Sprintf("d%02d", i))
	}
	known := map[string]uint32{}
	var rows []*Row
	for range 60_000 {
		r := randomRow(rng, sc)
		r.hash = st.hash(r)
		want, ok := known[fmt.Sprint(r.Measure, r.Dims)]
		if !ok {
			want = noSeries
		}
		if got := st.find(r); got != want {
			t.Fatalf("find(%v) = %d, want %d", r, got, want)
		}
		if !ok {
			n := st.add(r, sc)
			known[fmt.Sprint(r.Measure, r.Dims)] = n
			rows = append(rows, r)
		}
	}
	if st.len() != len(rows) || st.len() < 2*shardAbove/3 {
		t.Fatalf("%d series, want %d and many", st.len(), len(rows))
	}
	checkFindAll(t, &st, sc, known, rng)
	for n, r := range rows {
		if got := st.measureOf(uint32(n)); got != r.Measure {
			t.Fatalf("measure of series %d = %q, want %q", n, got, r.Measure)
		}
		for i, name := range sc.dims {
			got, ok := st.dimension(uint32(n), i)
			at := slices.IndexFunc(r.Dims, func(d Dim) bool { return d.Name == name })
			if ok != (at >= 0) || ok && got != r.Dims[at].Value {
				t.Fatalf("dimension %s of series %d = %q, %v, the row is %v", name, n, got, ok, r.Dims)
			}
		}
	}
}

// checkFindAll asks for known and unknown rows in submissions of all lengths.
func checkFindAll(t *testing.T, st *seriesTable, sc *schema, known map[string]uint32, rng *rand.Rand) {
	t.Helper()
	if st.len() <= cached {
		t.Errorf("%d series are too few to find them together", st.len())
	}
	for n := range 3*atOnce + 2 {
		rows := make([]Row, n)
		for i := range rows {
			rows[i] = *randomRow(rng, sc)
		}
		hashAll(st, rows)
		st.findAll(rows)
		for i := range rows {
			want, ok := known[fmt.Sprint(rows[i].Measure, rows[i].Dims)]
			if !ok {
				want = noSeries
			}
			if rows[i].series != want {
				t.Fatalf("findAll gives row %d of %d, %v, series %d, want %d", i, n, rows[i], rows[i].series, want)
			}
		}
	}
}

func TestDimensionsOfMeasures(t *testing.T) {
	st, sc := newSeriesTable(), newSchema()
	for _, name := range []string{"b", "a", "c"} {
		sc.addDim(name)
	}
	for _, r := range []*Row{row("m", "a=1"), row("n", "b=1"), row("m", "a=2", "c=1"), row("m", "a=3"), row("none")} {
		r.hash = st.hash(r)
		st.add(r, sc)
	}
	for measure, want := range map[string][]string{"m": {"a", "c"}, "n": {"b"}, "none": nil, "absent": nil} {
		if got := st.dimensionsOf(measure); !slices.Equal(got, want) {
			t.Errorf("dimensionsOf(%s) = %v, want %v", measure, got, want)
		}
	}
}

// randomRow has some of the schema's dimensions, most with few values.
func randomRow(rng *rand.Rand, sc *schema) *Row {
	r := &Row{Measure: fmt.Sprint("m", rng.IntN(5))}
	for i, name := range sc.dims {
		if rng.IntN(3) > 0 {
			continue
		}
		r.Dims = append(r.Dims, Dim{name, fmt.Sprint(rng.IntN(2 + i*i*i*i))})
	}
	return r
}
