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

// piece is the polynomial y + q·(b + q·(c + q·d)) of the seconds q after a sample.
type piece struct{ b, c, d float64 }

// natural draws a cubic spline whose second derivative is 0 at both ends. Its
// coefficients come from a tridiagonal system of equations, solved forwards and then
// backwards (Burden and Faires, "Numerical Analysis", natural cubic spline).
func natural(k curve) (func(int64, int) float64, error) {
	n := len(k.times) - 1
	if n+1 < minKnots {
		return nil, fmt.Errorf("interpolate_spline_cubic: the time series must have at least %d points, got %d", minKnots, n+1)
	}
	pieces := make([]piece, n+1)
	sweep := make([]struct{ h, mu, z float64 }, n+1)
	for i := range n {
		sweep[i].h = apart(k.times[i], k.times[i+1]) / 1e9
	}
	for i := 1; i < n; i++ {
		before, after := &sweep[i-1], &sweep[i]
		bend := 3 * ((k.values[i+1]-k.values[i])/after.h - (k.values[i]-k.values[i-1])/before.h)
		g := 2*(before.h+after.h) - before.h*before.mu
		after.mu = after.h / g
		after.z = (bend - before.h*before.z) / g
	}
	for j := n - 1; j >= 0; j-- {
		p, next, s := &pieces[j], pieces[j+1].c, &sweep[j]
		p.c = s.z - s.mu*next
		p.b = (k.values[j+1]-k.values[j])/s.h - s.h*(next+2*p.c)/3
		p.d = (next - p.c) / (3 * s.h)
	}
	return func(t int64, i int) float64 {
		p, q := &pieces[i], apart(k.times[i], t)/1e9
		return k.values[i] + q*(p.b+q*(p.c+q*p.d))
	}, nil
}
