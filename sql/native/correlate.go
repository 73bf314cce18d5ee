package native

import (
	"errors"
	"math"
	"slices"
)

// correlate compares the values of two series at the same times. A time at which one
// of them has no value does not count.
func correlate(function string, coefficient func(x, y []float64) float64) func(*Batch) error {
	return func(b *Batch) error {
		var x, y []float64
		return b.Each(func(row int) error {
			one, two := &b.Args[0], &b.Args[1]
			if !sameTimes(one, two, row) {
				return errors.New(function + ": the time series must have the same timestamps")
			}
			x, y = x[:0], y[:0]
			for i := range one.Len(row) {
				v, w := int(one.Spans[row].Offset)+i, int(two.Spans[row].Offset)+i
				if !one.Value.IsNull(v) && !two.Value.IsNull(w) {
					x, y = append(x, one.Value.number(v)), append(y, two.Value.number(w))
				}
			}
			if len(x) == 0 {
				b.Result.SetNull(row)
				return nil
			}
			b.Result.Float64s[row] = coefficient(x, y)
			return nil
		})
	}
}

func sameTimes(a, b *Column, row int) bool {
	return slices.Equal(a.timesOf(row), b.timesOf(row))
}

// timesOf returns the times of the points of a row.
func (c *Column) timesOf(row int) []int64 {
	s := c.Spans[row]
	return c.Time.Int64s[s.Offset : s.Offset+s.Length]
}

// pearson is the coefficient of linear correlation; NaN when a side is constant.
func pearson(x, y []float64) float64 {
	dx, dy := deviations(x), deviations(y)
	var xy, xx, yy float64
	for i := range dx {
		xy, xx, yy = xy+dx[i]*dy[i], xx+dx[i]*dx[i], yy+dy[i]*dy[i]
	}
	if xx == 0 || yy == 0 {
		return math.NaN()
	}
	r := xy / math.Sqrt(xx*yy)
	if r > 1 || r < -1 { // a rounding error
		return math.Copysign(1, r)
	}
	return r
}

// deviations returns how far the values lie from their mean, scaled by a power of two
// so that their squares neither overflow nor vanish. A constant has none at all.
func deviations(v []float64) []float64 {
	out := make([]float64, len(v))
	if slices.Min(v) == slices.Max(v) {
		return out
	}
	scaled, sum := scale(v), 0.0
	for _, x := range scaled {
		sum += x
	}
	mean := sum / float64(len(v))
	for i, x := range scaled {
		out[i] = x - mean
	}
	return scale(out)
}

// scale multiplies by the power of two that brings the largest value near to 1.
func scale(v []float64) []float64 {
	largest := 0.0
	for _, x := range v {
		largest = max(largest, math.Abs(x))
	}
	_, exponent := math.Frexp(largest)
	if largest == 0 || math.IsInf(largest, 0) || math.IsNaN(largest) {
		exponent = 0
	}
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = math.Ldexp(x, -exponent)
	}
	return out
}

// spearman is the linear correlation of the ranks.
func spearman(x, y []float64) float64 {
	for i := range x {
		if math.IsNaN(x[i]) || math.IsNaN(y[i]) {
			return math.NaN() // it has no rank
		}
	}
	return pearson(ranks(x), ranks(y))
}

// ranks numbers values in ascending order; equal ones share the mean of their numbers.
func ranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case v[a] < v[b]:
			return -1
		case v[a] > v[b]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(v))
	for from := 0; from < len(v); {
		to := from + 1
		for to < len(v) && v[order[to]] == v[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			out[i] = float64(from+to+1) / 2
		}
		from = to
	}
	return out
}
