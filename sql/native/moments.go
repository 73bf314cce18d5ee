package native

import "math"

// moments measure the shape of a distribution from all of its values. DuckDB's own
// functions sum powers of the values, which leaves no digits where they are far from 0.
var moments = []Func{
	{Name: "tm_skewness", Args: []Kind{ListOf(Double)}, Result: Double, Batch: shape(3, skewness)},
	{Name: "tm_kurtosis", Args: []Kind{ListOf(Double)}, Result: Double, Batch: shape(4, kurtosis)},
}

// shape measures lists of at least so many values; those that are NULL do not count.
func shape(least int, measure func(n, m2, m3, m4 float64) float64) func(*Batch) error {
	return func(b *Batch) error {
		return b.Each(func(row int) error {
			n, m2, m3, m4 := centralMoments(b.Args[0].Elem, b.Args[0].Spans[row])
			if n < float64(least) {
				b.Result.SetNull(row)
				return nil
			}
			b.Result.Float64s[row] = measure(n, m2, m3, m4)
			return nil
		})
	}
}

// centralMoments sums the powers of the distances from the mean.
func centralMoments(c *Column, s Span) (n, m2, m3, m4 float64) {
	sum := 0.0
	for i := s.Offset; i < s.Offset+s.Length; i++ {
		if !c.IsNull(int(i)) {
			n, sum = n+1, sum+c.Float64s[i]
		}
	}
	mean := sum / n
	for i := s.Offset; i < s.Offset+s.Length; i++ {
		if !c.IsNull(int(i)) {
			d := c.Float64s[i] - mean
			m2, m3, m4 = m2+d*d, m3+d*d*d, m4+d*d*d*d
		}
	}
	return n, m2, m3, m4
}

// skewness is that of the population; of a constant it is NaN.
func skewness(n, m2, m3, _ float64) float64 { return math.Sqrt(n) * m3 / (m2 * math.Sqrt(m2)) }

// kurtosis is the excess kurtosis of the sample; of a constant it is NaN.
func kurtosis(n, m2, _, m4 float64) float64 {
	below := (n - 2) * (n - 3)
	return (n-1)*n*(n+1)/below*m4/(m2*m2) - 3*(n-1)*(n-1)/below
}
