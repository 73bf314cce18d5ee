package hot

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// What is known of an overlay is what was told, in whatever order and however often.
func TestTouched(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var memory keyMemory
		known := newTouched()
		want := map[key]bool{}
		for range r.IntN(40) {
			var keys []key
			for range r.IntN(30) {
				k := key{uint32(r.IntN(4)), r.Int64N(200) - 100}
				keys, want[k] = append(keys, k), true
			}
			known.add(&memory, keys)
		}
		from, to := r.Int64N(200)-100, r.Int64N(200)-100
		var rows touchedRows
		rows.take(known, from, to)
		for series := range uint32(5) {
			var expected spans
			for at := from; at <= to; at++ {
				if want[key{series, at}] {
					expected = append(expected, span{at, at})
				}
			}
			if got := rows.of(series, from, to, nil); !slices.Equal(got, expected) {
				t.Fatalf("rows of series %d from %d to %d: %v, want %v", series, from, to, got, expected)
			}
		}
		size := int64(0)
		for i, run := range known.mu.runs {
			if size += int64(run.len()) * keyBytes; i > 0 && known.mu.runs[i-1].len() < 2*run.len() {
				t.Errorf("run %d of %d keys comes after one of %d", i, run.len(), known.mu.runs[i-1].len())
			}
		}
		if memory.used.Load() != size {
			t.Errorf("%d bytes are counted for keys of %d", memory.used.Load(), size)
		}
	}
}

// Without room for keys any row in their time may be one.
func TestTouchedWithoutRoom(t *testing.T) {
	memory := keyMemory{most: 3 * keyBytes}
	small, large := newTouched(), newTouched()
	small.add(&memory, []key{{1, 10}})
	large.add(&memory, []key{{1, 20}, {2, 30}})
	large.add(&memory, []key{{3, 5}})
	if used := memory.used.Load(); used != keyBytes {
		t.Errorf("%d bytes are counted for keys of %d", used, keyBytes)
	}
	for _, c := range []struct {
		known    *touched
		series   uint32
		from, to int64
		want     spans
	}{
		{small, 1, 0, 40, spans{{10, 10}}},
		{small, 2, 0, 40, nil},
		{large, 7, 0, 40, spans{{5, 30}}},
		{large, 7, 31, 40, nil},
	} {
		var rows touchedRows
		rows.take(c.known, c.from, c.to)
		if got := rows.of(c.series, c.from, c.to, nil); !slices.Equal(got, c.want) {
			t.Errorf("rows of series %d from %d to %d: %v, want %v", c.series, c.from, c.to, got, c.want)
		}
	}
}

func TestSpans(t *testing.T) {
	const low, high = -1 << 63, 1<<63 - 1
	list := spans{{7, 9}, {low, 1}, {8, 12}, {3, 3}, {high, high}}.united()
	if want := (spans{{low, 1}, {3, 3}, {7, 12}, {high, high}}); !slices.Equal(list, want) {
		t.Fatalf("united spans are %v, want %v", list, want)
	}
	for _, c := range []struct {
		t, low, high int64
		in           bool
		from, to     int64
	}{
		{low, low, high, true, low, 1},
		{1, 0, 10, true, 0, 1},
		{2, low, high, false, 2, 2},
		{3, 0, 10, true, 3, 3},
		{5, low, high, false, 4, 6},
		{5, 5, 5, false, 5, 5},
		{10, 8, 11, true, 8, 11},
		{13, low, high, false, 13, high - 1},
		{high, low, high, true, high, high},
	} {
		if in, from, to := list.around(c.t, c.low, c.high); in != c.in || from != c.from || to != c.to {
			t.Errorf("around %d between %d and %d: %v from %d to %d, want %v from %d to %d", c.t, c.low, c.high, in, from, to, c.in, c.from, c.to)
		}
	}
	if in, from, to := (spans{}).around(5, low, high); in || from != low || to != high {
		t.Errorf("around 5 without spans: %v from %d to %d", in, from, to)
	}
}
