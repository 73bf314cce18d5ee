package hot

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Stragglers and the rest are told apart as if all series had been sorted.
func TestOldest(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for name, c := range map[string]struct {
		n    int
		time func(i int) int64
	}{
		"few":         {maxStragglers, func(int) int64 { return rng.Int64N(10) }},
		"one more":    {maxStragglers + 1, func(int) int64 { return rng.Int64N(1000) }},
		"alike":       {5000, func(int) int64 { return 7 }},
		"two times":   {5000, func(i int) int64 { return int64(i / 40 % 100 / 99) }},
		"rising":      {5000, func(i int) int64 { return int64(i) }},
		"falling":     {5000, func(i int) int64 { return int64(-i) }},
		"random":      {5000, func(int) int64 { return rng.Int64N(1 << 40) }},
		"just enough": {4 * maxStragglers, func(int) int64 { return rng.Int64N(50) }},
	} {
		t.Run(name, func(t *testing.T) {
			o := oldest{limit: math.MaxInt64}
			times := make([]int64, c.n)
			for i := range times {
				times[i] = c.time(i)
				o.add(latest{uint32(i), times[i]})
			}
			o.trim()
			sorted := slices.Sorted(slices.Values(times))
			windows := split(o.list, selection{})
			if windows[0].min != sorted[0] || windows[len(windows)-1].max != math.MaxInt64 {
				t.Errorf("windows %+v, the oldest row is of %d", windows, sorted[0])
			}
			last := windows[len(windows)-1]
			if c.n <= maxStragglers {
				if len(windows) != 1 || len(last.series.series) != c.n {
					t.Errorf("windows %+v, want one of %d series", windows, c.n)
				}
				return
			}
			if want := sorted[maxStragglers]; last.min != want || last.series.listed {
				t.Errorf("the last window begins at %d, want %d and all series", last.min, want)
			}
			var want []uint32 // those before the cut
			for i, at := range times {
				if at < sorted[maxStragglers] {
					want = append(want, uint32(i))
				}
			}
			if len(windows) == 1 && len(want) > 0 {
				t.Fatalf("stragglers %v have no window", want)
			}
			if len(windows) == 2 && !slices.Equal(slices.Sorted(slices.Values(windows[0].series.series)), want) {
				t.Errorf("stragglers %v, want %v", windows[0].series.series, want)
			}
		})
	}
}
