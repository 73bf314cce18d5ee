package native

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

// fuzzed are the functions that take a series of doubles first.
var fuzzed = []string{
	"tm_linear_double", "tm_spline_double", "tm_locf_double", "tm_fill_double", "tm_derivative_double", "tm_rise_double",
	"tm_integral_double", "tm_pearson_double", "tm_spearman_double", "tm_locf_positions",
}

// words cuts bytes into numbers.
func words(data []byte) []int64 {
	var out []int64
	for ; len(data) >= 8; data = data[8:] {
		out = append(out, int64(binary.LittleEndian.Uint64(data)))
	}
	return out
}

// strange are values that break arithmetic; nil is NULL.
var strange = []any{nil, math.NaN(), math.Inf(1), math.Inf(-1), 0.0, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64}

func fuzzValue(i int, w int64) any {
	if w%5 == 0 {
		return strange[i%len(strange)]
	}
	return math.Float64frombits(uint64(w))
}

// Whatever the times and the values, the functions answer with a point per time, or
// an error; a sample's own time gives its own value.
func FuzzSeries(f *testing.F) {
	long := make([]byte, 0, 400)
	for _, w := range []int64{0, 1, 2, 3, math.MinInt64, math.MaxInt64, math.MinInt64 + 1, math.MaxInt64 - 1, -1, 1e18, -1e18, 5, 10} {
		long = binary.LittleEndian.AppendUint64(long, uint64(w))
	}
	f.Add([]byte{}, []byte{}, int64(1))
	f.Add(long, long, int64(math.MaxInt64))
	f.Add(long[:24], long[16:80], int64(-1))
	functions := map[string]*Func{}
	for _, fn := range Funcs() {
		functions[fn.Name] = &fn
	}
	f.Fuzz(func(t *testing.T, series, times []byte, n int64) {
		var points, stamps, asked []any
		for i, w := range words(series) {
			points, stamps = append(points, []any{w, fuzzValue(i, w)}), append(stamps, w)
		}
		for _, w := range words(times) {
			asked = append(asked, w)
		}
		for _, name := range fuzzed {
			fn := functions[name]
			args := []any{points, asked, n}
			switch {
			case name == "tm_locf_positions":
				args[0] = stamps
			case fn.Args[1] == Bigint:
				args[1] = n
			case fn.Args[1].IsSeries():
				args[1] = points
			}
			if len(fn.Args) > 2 {
				args[2] = float64(n)
			}
			got, err := fn.Apply(args[:len(fn.Args)])
			if list, ok := got.([]any); ok && fn.Args[1].IsList() && len(list) != len(asked) {
				t.Errorf("%s answers %d times with %d points", name, len(asked), len(list))
			}
			if name == "tm_linear_double" && err == nil {
				checkSamples(t, points, got.([]any))
			}
		}
	})
}

// checkSamples holds the points at times of samples against them.
func checkSamples(t *testing.T, samples, got []any) {
	t.Helper()
	for _, p := range got {
		at, value := p.([]any)[0], p.([]any)[1]
		i := slices.IndexFunc(samples, func(s any) bool { return s.([]any)[0] == at && s.([]any)[1] != nil })
		if i < 0 {
			continue
		}
		want := samples[i].([]any)[1].(float64)
		if v, ok := value.(float64); !ok || v != want && !math.IsNaN(want) {
			t.Errorf("at %v: %v, want %v", at, value, want)
		}
	}
}
