package native

import (
	"fmt"
	"math"
)

// A method draws a curve through samples of distinct, ascending times. The function
// that it returns gives the value at a time and the index of the last sample that is
// not after it; both samples around the time exist.
type method struct {
	name string
	draw func(curve) (func(t int64, i int) float64, error)
}

var (
	linear = method{"interpolate_linear", straight}
	spline = method{"interpolate_spline_cubic", natural}
)

// interpolate computes the value at each of a list of times; NULL outside of the samples.
func interpolate(m method) func(*Batch) error {
	return func(b *Batch) error {
		asked, err := b.onto(1, m.name)
		if err != nil {
			return err
		}
		var r sampler
		return b.Each(func(row int) error {
			c, err := r.distinctCurve(&b.Args[0], row, m.name)
			if err != nil {
				return err
			}
			return m.along(c, asked[row], b.Result.Value)
		})
	}
}

// along writes the values at the times of a request.
func (m method) along(c curve, asked request, into *Column) error {
	value, err := m.draw(c)
	if err != nil {
		return err
	}
	where, last := cursor{times: c.times}, len(c.times)-1
	values := into.Float64s[asked.first:]
	for k, t := range asked.times {
		switch i := where.find(t); {
		case i < 0 || i == last && t != c.times[i]:
			values[k] = 0
			into.SetNull(asked.first + k)
		case t == c.times[i]:
			values[k] = c.values[i]
		default:
			values[k] = value(t, i)
		}
	}
	return nil
}

// interpolateAt computes the value at one time.
func interpolateAt(m method) func(*Batch) error {
	return func(b *Batch) error {
		var r sampler
		return b.Each(func(row int) error {
			c, err := r.distinctCurve(&b.Args[0], row, m.name)
			if err != nil {
				return err
			}
			return m.along(c, request{b.Args[1].Int64s[row : row+1], row}, &b.Result)
		})
	}
}

// straight draws lines from sample to sample.
func straight(c curve) (func(int64, int) float64, error) {
	return func(t int64, i int) float64 {
		from, to := c.values[i], c.values[i+1]
		part := apart(c.times[i], t) / apart(c.times[i], c.times[i+1])
		if rise := to - from; !math.IsInf(rise, 0) {
			return from + rise*part
		}
		return from*(1-part) + to*part // the difference alone would be too large
	}, nil
}

// minKnots is how many samples a cubic spline needs.
const minKnots = 3

// natural draws a cubic spline whose second derivative is 0 at both ends. The second
// derivatives at the other samples solve a tridiagonal system of equations, forwards
// and then backwards; times count in seconds (Press and others, "Numerical Recipes",
// cubic spline interpolation).
func natural(k curve) (func(int64, int) float64, error) {
	n := len(k.times) - 1
	if n+1 < minKnots {
		return nil, fmt.Errorf("interpolate_spline_cubic: the time series must have at least %d points, got %d", minKnots, n+1)
	}
	width := func(i int) float64 { return apart(k.times[i], k.times[i+1]) / 1e9 }
	slope := func(i int) float64 { return (k.values[i+1] - k.values[i]) / width(i) }
	bend, share := make([]float64, n+1), make([]float64, n+1)
	for i := 1; i < n; i++ {
		before, after := width(i-1), width(i)
		g := 2*(before+after) - before*share[i-1]
		share[i] = after / g
		bend[i] = (6*(slope(i)-slope(i-1)) - before*bend[i-1]) / g
	}
	for i := n - 1; i > 0; i-- {
		bend[i] -= share[i] * bend[i+1]
	}
	return func(t int64, i int) float64 {
		h := width(i)
		b := apart(k.times[i], t) / 1e9 / h
		a := 1 - b
		return a*k.values[i] + b*k.values[i+1] + ((a*a*a-a)*bend[i]+(b*b*b-b)*bend[i+1])*h*h/6
	}, nil
}
