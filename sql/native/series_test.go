package native

import (
	"math"
	"slices"
	"strings"
	"testing"
)

const second = int64(1e9)

// seriesOf is a series of values at whole seconds.
func seriesOf(pairs ...any) []any {
	var points []any
	for i := 0; i < len(pairs); i += 2 {
		points = append(points, []any{int64(pairs[i].(int)) * second, pairs[i+1]})
	}
	return points
}

func seconds(at ...float64) []any {
	list := make([]any, len(at))
	for i, t := range at {
		list[i] = int64(t * 1e9)
	}
	return list
}

func apply(t *testing.T, name string, args ...any) any {
	t.Helper()
	for _, f := range Funcs() {
		if f.Name == name {
			v, err := f.Apply(args)
			if err != nil {
				return err.Error()
			}
			return v
		}
	}
	t.Fatalf("no function %s", name)
	return nil
}

// valuesOf are the values of a series, NaN for NULL.
func valuesOf(v any) []float64 {
	var out []float64
	for _, p := range v.([]any) {
		x, ok := p.([]any)[1].(float64)
		if !ok {
			x = math.NaN()
		}
		out = append(out, x)
	}
	return out
}

func near(got, want float64) bool {
	return got == want || math.IsNaN(got) && math.IsNaN(want) || math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))
}

// The values of splines are those of scipy.interpolate.CubicSpline with bc_type
// 'natural', scipy 1.17; the straight ones those of numpy.interp.
func TestInterpolateValues(t *testing.T) {
	regular := seriesOf(0, 1.0, 2, 3.0, 4, 2.0, 6, 5.0, 8, 4.0)
	irregular := seriesOf(0, -1.0, 1, 2.0, 4, 2.0, 5, -3.0, 9, 7.0, 10, 0.5)
	none := math.NaN()
	for _, tt := range []struct {
		function string
		series   []any
		at       []any
		want     []float64
	}{
		{"tm_linear_double", regular, seconds(0.5, 3.5, 7.25), []float64{1.5, 2.25, 4.375}},
		{"tm_spline_double", regular, seconds(0, 1, 2, 3, 4, 5, 6, 7, 8), []float64{1, 2.435267857142857, 3, 2.319196428571429, 2, 3.412946428571429, 5, 5.029017857142857, 4}},
		{"tm_spline_double", regular, seconds(7.75, 0.5, 9, -1), []float64{4.298583984375001, 1.7720424107142856, none, none}},
		{"tm_spline_double", irregular, seconds(0.25, 2.5, 4.5, 6, 8.75, 9.999), []float64{-0.2297115914096916, 4.888078193832599, -0.7414372246696037, -2.423733480176211, 7.628919156112339, 0.5079651967726824}},
		{"tm_spline_double", seriesOf(0, 0.0, 1, 1.0, 2, 0.0, 3, 1.0), seconds(0, 0.5, 1, 1.5, 2, 2.5, 3), []float64{0, 0.75, 1, 0.5, 0, 0.25, 1}},
		{"tm_spline_integer", seriesOf(0, int32(0), 1, int32(1), 2, int32(0), 3, int32(1)), seconds(0.5), []float64{0.75}},
		{"tm_spline_bigint", seriesOf(3, int64(1), 2, int64(0), 1, int64(1), 0, int64(0)), seconds(0.5), []float64{0.75}}, // in any order
	} {
		got := valuesOf(apply(t, tt.function, tt.series, tt.at))
		if !slices.EqualFunc(got, tt.want, near) {
			t.Errorf("%s(%v, %v) = %v, want %v", tt.function, tt.series, tt.at, got, tt.want)
		}
	}
}

// A spline through the points of a straight line is that line, however far apart and
// close together they lie.
func TestSplineOfLine(t *testing.T) {
	series := []any{}
	for _, at := range []int64{-9e18, -5e18, -7, 0, 1, 4e18, 9e18} {
		series = append(series, []any{at, float64(at) / 1e18})
	}
	for _, at := range []int64{-8e18, -6e18, -1e18, 2e18, 8e18} {
		if got := apply(t, "tm_spline_double_at", series, at).(float64); math.Abs(got-float64(at)/1e18) > 1e-9 {
			t.Errorf("at %d: %v", at, got)
		}
		if got := apply(t, "tm_linear_double_at", series, at).(float64); math.Abs(got-float64(at)/1e18) > 1e-9 {
			t.Errorf("linear at %d: %v", at, got)
		}
	}
}

// The coefficients are those of scipy.stats.pearsonr and spearmanr, scipy 1.17.
func TestCorrelate(t *testing.T) {
	x := []float64{1, 3, 2, 5, 4}
	big, small, shifted := []float64{}, []float64{}, []float64{}
	for _, v := range x {
		big, small, shifted = append(big, v*v*1e300), append(small, v*1e-300), append(shifted, v+1e9)
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, tt := range []struct {
		x, y              []float64
		pearson, spearman float64
	}{
		{x, []float64{1, 9, 4, 25, 16}, 0.981104910251593, 1},
		{small, big, 0.981104910251593, 1},
		{shifted, []float64{1, 9, 4, 25, 16}, 0.981104910251593, 1},
		{[]float64{1, 2, 3, 4, 5, 6}, []float64{2, 1, 4, 3, 7, 5}, 0.7917946548886295, 0.8285714285714287},
		{[]float64{10, 30, 20, 30}, []float64{4, 1, 1, 9}, 0.20751433915982243, 0.05555555555555556},
		{[]float64{1, 2, 3}, []float64{3, 2, 1}, -1, -1},
		{x, []float64{0.1, 0.1, 0.1, 0.1, 0.1}, nan, nan},
		{[]float64{1}, []float64{2}, nan, nan},
		{[]float64{1, 2, nan}, []float64{1, 2, 3}, nan, nan},
		{[]float64{1, 2, inf}, []float64{1, 2, 3}, nan, 1},
	} {
		if got := pearson(tt.x, tt.y); !near(got, tt.pearson) {
			t.Errorf("pearson(%v, %v) = %v, want %v", tt.x, tt.y, got, tt.pearson)
		}
		if got := spearman(tt.x, tt.y); !near(got, tt.spearman) {
			t.Errorf("spearman(%v, %v) = %v, want %v", tt.x, tt.y, got, tt.spearman)
		}
	}
	if got := ranks([]float64{10, 30, 20, 30}); !slices.Equal(got, []float64{1, 3.5, 2, 3.5}) {
		t.Errorf("ranks = %v", got)
	}
}

// The cursor answers like a search from scratch, in any order of the questions.
func TestCursor(t *testing.T) {
	times := []int64{-5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 50, 51, 900, math.MaxInt64}
	c := cursor{times: times}
	for _, q := range []int64{0, 9, 8, 49, 50, 899, 3, -6, math.MinInt64, math.MaxInt64, 900, -5, -4, 12, math.MaxInt64 - 1} {
		want := -1
		for i, at := range times {
			if at <= q {
				want = i
			}
		}
		if got := c.find(q); got != want {
			t.Errorf("find(%d) = %d, want %d", q, got, want)
		}
	}
	if got := (&cursor{}).find(0); got != -1 {
		t.Errorf("find in no times = %d, want -1", got)
	}
}

func TestNoKindIsForgotten(t *testing.T) {
	names := map[string]bool{}
	for _, f := range Funcs() {
		if names[f.Name] {
			t.Errorf("two functions are called %s", f.Name)
		}
		if names[f.Name] = true; (f.Call == nil) == (f.Batch == nil) {
			t.Errorf("%s has not exactly one of Call and Batch", f.Name)
		}
		if strings.HasSuffix(f.Name, "_") {
			t.Errorf("%s lacks the name of its kind", f.Name)
		}
	}
}

// A function ends soon after its statement was interrupted.
func TestHalted(t *testing.T) {
	rows := 0
	b := &Batch{Rows: 1000, Halted: func() bool { return rows > 100 }}
	err := b.Each(func(int) error { rows++; return nil })
	if err == nil || rows > 100+haltEvery {
		t.Errorf("%d rows, error %v", rows, err)
	}
}
