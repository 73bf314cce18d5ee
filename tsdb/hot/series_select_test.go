package hot

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// tableOf is a table in memory with n random series.
func tableOf(n int) *Table {
	t := newTable(nil, 1)
	rng := rand.New(rand.NewPCG(9, 10))
	for i := range 10 {
		t.mu.schema.addDim(fmt.Sprintf("d%02d", i))
	}
	for t.mu.series.len() < n {
		r := randomRow(rng, t.mu.schema)
		if r.hash = t.mu.series.hash(r); t.mu.series.find(r) == noSeries {
			t.mu.series.add(r, t.mu.schema)
		}
	}
	return t
}

// naive selects by the texts of every series.
func naive(t *Table, list []In) []uint32 {
	var series []uint32
	for n := range uint32(t.mu.series.len()) {
		pass := true
		for _, in := range list {
			got, ok := t.mu.series.measureOf(n), true
			if in.Role == DimensionField {
				got, ok = t.mu.series.dimension(n, in.Ordinal)
			}
			pass = pass && ok && slices.Contains(in.Values, got)
		}
		if pass {
			series = append(series, n)
		}
	}
	return series
}

// Series are chosen by index just as by looking at each.
func TestChoose(t *testing.T) {
	table := tableOf(9_000)
	rng := rand.New(rand.NewPCG(11, 12))
	listed, all := 0, 0
	for range 250 {
		var list []In
		for range 1 + rng.IntN(3) {
			in := In{Role: DimensionField, Ordinal: rng.IntN(12)} // two of them no series has
			if rng.IntN(4) == 0 {
				in = In{Role: MeasureField}
			}
			most := []int{3, 20, 1500}[rng.IntN(3)]
			for range 1 + rng.IntN(4) {
				in.Values = append(in.Values, fmt.Sprint([2]string{"", "m"}[bit(in.Role == MeasureField)], rng.IntN(most)))
			}
			list = append(list, in)
		}
		want := naive(table, list)
		if got := table.matching(list); !slices.Equal(got, want) {
			t.Fatalf("matching(%v) = %d series, want %d", list, len(got), len(want))
		}
		sel := table.choose(list)
		if !sel.listed {
			all++
			continue
		}
		if listed++; !slices.Equal(sel.series, want) {
			t.Fatalf("choose(%v) = %v, want %v", list, sel.series, want)
		}
	}
	if listed < 15 || all < 15 {
		t.Errorf("%d selections were by index and %d were not, want many of both", listed, all)
	}
}

// A long list of values, in any order and with repetitions, means the same as a short one.
func TestChooseFromManyValues(t *testing.T) {
	table := tableOf(5_000)
	in := In{Role: DimensionField, Ordinal: 9}
	for i := range 50_000 {
		in.Values = append(in.Values, fmt.Sprint("absent-", i%30_000))
	}
	few := In{Role: DimensionField, Ordinal: 9, Values: []string{"3000", "12", "77", "12"}}
	in.Values = append(in.Values, few.Values...)
	want := naive(table, []In{few})
	if got := table.choose([]In{in}); !got.listed || !slices.Equal(got.series, want) {
		t.Errorf("choose = %v, want %v", got, want)
	}
	measures := In{Role: MeasureField, Values: []string{"m4", "m1", "m0", "m3", "m2"}}
	if got := table.choose([]In{measures, in}); !got.listed || !slices.Equal(got.series, want) {
		t.Errorf("choose with every measure = %v, want %v", got, want)
	}
	if in.Values[0] != "absent-0" || measures.Values[0] != "m4" {
		t.Error("choose changed the order of the caller's values")
	}
}

// BenchmarkChoose selects in a table of a million series: one, those of a value that a
// tenth has, the intersection of both, and by a hundred thousand values.
func BenchmarkChoose(b *testing.B) {
	t := newTable(nil, 1)
	s := shapes[0]
	s.fill(&t.mu.series, t.mu.schema, 1_000_000)
	host := In{Role: DimensionField, Ordinal: 2, Values: []string{"host_4711"}}
	rack := In{Role: DimensionField, Ordinal: 6, Values: []string{"11"}}
	many := In{Role: DimensionField, Ordinal: 2}
	for i := range 100_000 {
		many.Values = append(many.Values, fmt.Sprintf("absent_%d", i))
	}
	for _, c := range []struct {
		name string
		list []In
	}{{"one", []In{host}}, {"rack", []In{rack}}, {"both", []In{rack, host}}, {"100000 values", []In{many}}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				t.choose(c.list)
			}
		})
	}
	b.Run("all of a rack", func(b *testing.B) {
		for b.Loop() {
			t.matching([]In{rack})
		}
	})
}
