package hot

import (
	"math/rand/v2"
	"testing"
)

// A filter never denies a row that it has, and rarely suspects one that it has not:
// a wrong suspicion costs a look-up.
func TestFilter(t *testing.T) {
	const rows, series = 300_000, 1000
	var f filter
	rng := rand.New(rand.NewPCG(1, 2))
	key := func(i int) key { return key{uint32(i % series), int64(i/series) * 1_000_000_000} }
	for _, i := range rng.Perm(rows) {
		f.add(key(i))
	}
	for i := range rows {
		if !f.has(key(i)) {
			t.Fatalf("the filter denies row %d, which it has", i)
		}
	}
	wrong := 0
	for i := range rows {
		k := key(i)
		k.time += 500_000_000
		if f.has(k) {
			wrong++
		}
	}
	// Up to six layers cover any time here, at about one in 2000 each.
	if wrong > rows/200 {
		t.Errorf("the filter suspects %d of %d absent rows, want at most one in 200", wrong, rows)
	}
	t.Logf("%d of %d absent rows suspected, %d layers", wrong, rows, len(f.layers))
}

func TestFilterKnowsItsTimes(t *testing.T) {
	var f filter
	for i := range int64(100) {
		f.add(key{1, 1000 + i})
	}
	for _, time := range []int64{999, 1100, -1 << 63, 1<<63 - 1} {
		if f.has(key{1, time}) {
			t.Errorf("has(time %d) = true, but all rows are at 1000 to 1099", time)
		}
	}
}

func BenchmarkFilter(b *testing.B) {
	var f filter
	for i := range 1_000_000 {
		f.add(key{uint32(i % 4000), int64(i / 4000)})
	}
	i := 0
	for b.Loop() {
		f.has(key{uint32(i % 4000), int64(i/4000) % 250})
		i++
	}
}
