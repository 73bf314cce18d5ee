package native

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestPercentiles(t *testing.T) {
	i := func(ns ...int64) []any {
		out := make([]any, len(ns))
		for k, n := range ns {
			out[k] = n
		}
		return out
	}
	testApply(t, []applyCase{
		{"tm_percentiles_bigint", list(i(30, 10, 20), i(8, 1, 1), list(0.0, 0.1, 0.2, 0.21, 1.0)), any(i(10, 20, 30, 30, 30))},
		{"tm_percentiles_double", list(list(1.5), i(1), list(0.5)), any(list(1.5))}, {"tm_percentiles_double", list(list(math.Inf(1), 1.0), i(1, 1), list(1.0, 0.49)), any(list(math.Inf(1), 1.0))},
		{"tm_percentiles_bigint", list(i(1, 2), i(1, math.MaxInt64), list(0.5)), any(i(2))}, {"tm_percentiles_bigint", list(i(1), i(1), list()), []any{}},
		{"tm_percentiles_bigint", list(nil, i(1), list(0.5)), nil},
		{"tm_percentiles_bigint", list(i(1), i(0), list(0.5)), "error: Percentile weight must be > 0, was 0"}, {"tm_percentiles_bigint", list(i(1), i(1), list(1.1)), "error: Percentile must be between 0 and 1"},
		{"tm_percentiles_bigint", list(i(1), i(1), list(math.NaN())), "error: Percentile must be between 0 and 1"}, {"tm_percentiles_bigint", list(i(1), i(1), list(nil)), "error: Percentile cannot be null"},
	})
}

func TestMoments(t *testing.T) {
	testApply(t, []applyCase{
		{"tm_skewness", list(list(2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0)), 0.65625}, {"tm_skewness", list(list(1.0, 2.0, nil)), nil}, {"tm_skewness", list(list(1.0, 1.0, 1.0)), math.NaN()},
		{"tm_skewness", list(list(1e9, 1e9, 1e9+3)), 0.7071067811865476}, {"tm_skewness", list(nil), nil}, {"tm_skewness", list(list(1.0, math.Inf(1), 2.0)), math.NaN()},
		{"tm_kurtosis", list(list(2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0)), 0.940625}, {"tm_kurtosis", list(list(1.0, 2.0, 3.0)), nil}, {"tm_kurtosis", list(list(1.0, 2.0, 3.0, 4.0)), -1.2},
	})
}

func TestHistogram(t *testing.T) {
	testApply(t, []applyCase{
		{"tm_numeric_histogram", list(int64(2), list(11.0, 1.0, 12.0, 2.0, 10.0), list(1.0, 1.0, 1.0, 1.0, 1.0)), any(list(1.5, 2.0, 11.0, 3.0))},
		{"tm_numeric_histogram", list(int64(9), list(2.0, 1.0, 2.0), list(1.0, 0.5, 3.0)), any(list(1.0, 0.5, 2.0, 4.0))},
		{"tm_numeric_histogram", list(int64(2), list(1.0, 2.0, 9.0), list(3.0, 1.0, 1.0)), any(list(1.25, 4.0, 9.0, 1.0))},
		{"tm_numeric_histogram", list(int64(2), list(), list()), []any{}},
		{"tm_numeric_histogram", list(int64(1), list(1.0), list(1.0)), "error: numeric_histogram bucket count must be greater than one"},
		{"tm_numeric_histogram", list(int64(10001), list(1.0), list(1.0)), "error: numeric_histogram bucket count must be less than or equal to 10000, was 10001"},
	})
}

// The stages sort lists of every length: by the zero-one principle it is enough that
// they sort zeros and ones, here at random.
func TestSortStages(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range int64(130) {
		stages, err := sortStages(n)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			bits := make([]int, n)
			for i := range bits {
				bits[i] = rng.IntN(2)
			}
			for _, s := range stages {
				p, r, d := s&0xfffff, s>>20&0xfffff, s>>40
				for i := range n - d {
					if i&p == r && bits[i] > bits[i+d] {
						bits[i], bits[i+d] = bits[i+d], bits[i]
					}
				}
			}
			if !slices.IsSorted(bits) {
				t.Fatalf("the stages for %d elements leave %v", n, bits)
			}
		}
	}
	if _, err := sortStages(mostSorted + 1); err == nil {
		t.Errorf("sortStages(%d) = nil, want an error", mostSorted+1)
	}
}
