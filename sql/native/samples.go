package native

import (
	"fmt"
	"slices"

	"tidemark/sql/types"
)

// samples are the points of one series that have a value, in the order of their times.
type samples struct {
	times []int64
	rows  []int // of the values in their column; nil: from first on, without gaps
	first int
}

// row is where the value of a sample lies.
func (s *samples) row(i int) int {
	if s.rows == nil {
		return s.first + i
	}
	return s.rows[i]
}

// sampler reads one series after the other and reuses its memory.
type sampler struct {
	times  []int64
	rows   []int
	values []float64
}

// read returns the samples of a row. Usually all points have a value and are in
// order, and then nothing is copied.
func (r *sampler) read(c *Column, row int) samples {
	span := c.Spans[row]
	from, to := int(span.Offset), int(span.Offset+span.Length)
	if c.Value.Valid == nil && c.Time.Valid == nil && slices.IsSorted(c.Time.Int64s[from:to]) {
		return samples{times: c.Time.Int64s[from:to], first: from}
	}
	r.times, r.rows = r.times[:0], r.rows[:0]
	for i := from; i < to; i++ {
		if !c.Time.IsNull(i) && !c.Value.IsNull(i) {
			r.rows = append(r.rows, i)
		}
	}
	slices.SortStableFunc(r.rows, func(a, b int) int { return compare(c.Time.Int64s[a], c.Time.Int64s[b]) })
	for _, i := range r.rows {
		r.times = append(r.times, c.Time.Int64s[i])
	}
	return samples{times: r.times, rows: r.rows}
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// distinct refuses two samples of one time, between which nothing can be drawn.
func (s *samples) distinct(function string) error {
	for i := 1; i < len(s.times); i++ {
		if s.times[i] == s.times[i-1] {
			return fmt.Errorf("%s: the time series has two points at %s", function, types.Text(types.Of(types.Timestamp), s.times[i]))
		}
	}
	return nil
}

// curve is a series of numbers.
type curve struct {
	times  []int64
	values []float64
}

// curve returns the samples of a row as numbers.
func (r *sampler) curve(c *Column, row int) curve {
	s := r.read(c, row)
	if s.rows == nil && c.Value.Float64s != nil {
		return curve{s.times, c.Value.Float64s[s.first : s.first+len(s.times)]}
	}
	r.values = r.values[:0]
	for i := range s.times {
		r.values = append(r.values, c.Value.number(s.row(i)))
	}
	return curve{s.times, r.values}
}

// distinctCurve is a curve of which every time has one value.
func (r *sampler) distinctCurve(c *Column, row int, function string) (curve, error) {
	v := r.curve(c, row)
	s := samples{times: v.times}
	return v, s.distinct(function)
}

// number returns a row of a column of numbers.
func (c *Column) number(row int) float64 {
	switch {
	case c.Float64s != nil:
		return c.Float64s[row]
	case c.Int64s != nil:
		return float64(c.Int64s[row])
	}
	return float64(c.Int32s[row])
}

// apart returns how far b lies after a, in nanoseconds; b is not before a. The
// difference of two timestamps needs 64 bits without a sign.
func apart(a, b int64) float64 { return float64(uint64(b) - uint64(a)) }
