package native

import (
	"errors"
	"math"
)

// distributions are functions of probability that Timestream's ancestor has.
var distributions = []Func{
	{Name: "tm_normal_cdf", Args: []Kind{Double, Double, Double}, Result: Double, Call: normalCDF},
	{Name: "tm_inverse_normal_cdf", Args: []Kind{Double, Double, Double}, Result: Double, Call: inverseNormalCDF},
	{Name: "tm_beta_cdf", Args: []Kind{Double, Double, Double}, Result: Double, Call: betaCDF},
	{Name: "tm_inverse_beta_cdf", Args: []Kind{Double, Double, Double}, Result: Double, Call: inverseBetaCDF},
	{Name: "tm_wilson", Args: []Kind{Bigint, Bigint, Double, Double}, Result: Double, Call: wilson},
}

func normalCDF(a []any) (any, error) {
	mean, deviation, x := a[0].(float64), a[1].(float64), a[2].(float64)
	if !(deviation > 0) {
		return nil, errors.New("standardDeviation must be > 0")
	}
	return 0.5 * (1 + math.Erf((x-mean)/(deviation*math.Sqrt2))), nil
}

func inverseNormalCDF(a []any) (any, error) {
	mean, deviation, p := a[0].(float64), a[1].(float64), a[2].(float64)
	switch {
	case !(p > 0 && p < 1):
		return nil, errors.New("p must be 0 > p > 1")
	case !(deviation > 0):
		return nil, errors.New("sd must be > 0")
	}
	return mean + deviation*math.Sqrt2*math.Erfinv(2*p-1), nil
}

func betaCDF(a []any) (any, error) {
	alpha, beta, x := a[0].(float64), a[1].(float64), a[2].(float64)
	switch {
	case !(x >= 0 && x <= 1):
		return nil, errors.New("value must be 0 >= v >= 1")
	case !(alpha > 0 && beta > 0):
		return nil, errBetaShape
	}
	return incompleteBeta(alpha, beta, x), nil
}

var errBetaShape = errors.New("a, b must be > 0")

// inverseBetaCDF halves the interval in which the value lies until it is a number wide.
func inverseBetaCDF(a []any) (any, error) {
	alpha, beta, p := a[0].(float64), a[1].(float64), a[2].(float64)
	switch {
	case !(p >= 0 && p <= 1):
		return nil, errors.New("p must be 0 >= p >= 1")
	case !(alpha > 0 && beta > 0):
		return nil, errBetaShape
	case p == 0 || p == 1:
		return p, nil
	}
	low, high := 0.0, 1.0
	for {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			return middle, nil
		}
		if incompleteBeta(alpha, beta, middle) < p {
			low = middle
		} else {
			high = middle
		}
	}
}

// incompleteBeta is the regularised incomplete beta function by its continued
// fraction (Abramowitz and Stegun, 26.5.8), which converges fast left of the mean;
// right of it the symmetry of both arguments is used.
func incompleteBeta(a, b, x float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - incompleteBeta(b, a, 1-x)
	}
	logA, _ := math.Lgamma(a)
	logB, _ := math.Lgamma(b)
	logAB, _ := math.Lgamma(a + b)
	front := math.Exp(logAB - logA - logB + a*math.Log(x) + b*math.Log1p(-x))
	return front / a / betaFraction(a, b, x)
}

// betaFraction computes 1 + d1/(1 + d2/(1 + ...)) by Lentz's method.
func betaFraction(a, b, x float64) float64 {
	const tiny, steps = 1e-300, 10_000
	value, c, d := 1.0, 1.0, 0.0
	for n := 1; n <= steps; n++ {
		m := float64(n / 2)
		term := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		if n%2 == 1 {
			term = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		d = 1 / awayFromZero(1+term*d, tiny)
		c = awayFromZero(1+term/c, tiny)
		value *= c * d
		if math.Abs(c*d-1) < 1e-16 {
			break
		}
	}
	return value
}

func awayFromZero(x, tiny float64) float64 {
	if math.Abs(x) < tiny {
		return tiny
	}
	return x
}

// wilson is a bound of Wilson's score interval; the last argument is -1 for the lower
// and 1 for the upper one.
func wilson(a []any) (any, error) {
	successes, trials, z, side := a[0].(int64), a[1].(int64), a[2].(float64), a[3].(float64)
	switch {
	case successes < 0:
		return nil, errors.New("number of successes must not be negative")
	case trials <= 0:
		return nil, errors.New("number of trials must be positive")
	case successes > trials:
		return nil, errors.New("number of successes must not be larger than number of trials")
	case z < 0:
		return nil, errors.New("z-score must not be negative")
	}
	n := float64(trials)
	p, square := float64(successes)/n, z*z
	return (p + square/(2*n) + side*z*math.Sqrt(p*(1-p)/n+square/(4*n*n))) / (1 + square/n), nil
}
