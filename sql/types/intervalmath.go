package types

import (
	"errors"
	"math"
	"math/big"
)

// IntervalMath computes with the counts of one family of intervals: nanoseconds or
// months. A result that the family does not hold is an error.
type IntervalMath struct {
	least, most int64
	round       func(n int64, by float64, op func(z, x, y *big.Float) *big.Float) *big.Float
}

// DaysToSeconds is the arithmetic of intervals day to second, YearsToMonths that of
// intervals year to month.
var (
	DaysToSeconds = IntervalMath{math.MinInt64, math.MaxInt64, toNearest}
	YearsToMonths = IntervalMath{math.MinInt32, math.MaxInt32, asDoubles}
)

var errInterval = errors.New("Interval is out of range")

func (m IntervalMath) within(n int64, err error) (int64, error) {
	if err != nil || n < m.least || n > m.most {
		return 0, errInterval
	}
	return n, nil
}

// Add returns a + b.
func (m IntervalMath) Add(a, b int64) (int64, error) { return m.within(AddInt64(a, b, "interval")) }

// Subtract returns a - b.
func (m IntervalMath) Subtract(a, b int64) (int64, error) {
	if difference := a - b; (a < b) == (difference < 0) {
		return m.within(difference, nil)
	}
	return 0, errInterval
}

// Multiply returns n times by.
func (m IntervalMath) Multiply(n, by int64) (int64, error) {
	return m.within(MultiplyInt64(n, by, "interval"))
}

// Divide returns n divided by by, truncated.
func (m IntervalMath) Divide(n, by int64) (int64, error) {
	switch by {
	case 0:
		return 0, errors.New("Division by zero")
	case -1:
		return m.Subtract(0, n)
	}
	return n / by, nil
}

// Scale returns n times by: nanoseconds to the nearest, ties away from zero, months
// without the part of a month, as Trino does.
func (m IntervalMath) Scale(n int64, by float64) (int64, error) {
	if math.IsNaN(by) {
		return 0, errors.New("Cannot multiply by double NaN")
	}
	return m.scaled(n, by, (*big.Float).Mul)
}

// Part returns n divided by by, with the rounding of Scale.
func (m IntervalMath) Part(n int64, by float64) (int64, error) {
	switch {
	case math.IsNaN(by):
		return 0, errors.New("Cannot divide by double NaN")
	case by == 0:
		return 0, errors.New("Division by zero")
	case math.IsInf(by, 0):
		return 0, nil
	}
	return m.scaled(n, by, (*big.Float).Quo)
}

func (m IntervalMath) scaled(n int64, by float64, op func(z, x, y *big.Float) *big.Float) (int64, error) {
	if math.IsInf(by, 0) {
		return 0, errInterval
	}
	whole, _ := m.round(n, by, op).Int(nil)
	if !whole.IsInt64() {
		return 0, errInterval
	}
	return m.within(whole.Int64(), nil)
}

// toNearest keeps every nanosecond of long intervals, which a double does not.
func toNearest(n int64, by float64, op func(z, x, y *big.Float) *big.Float) *big.Float {
	x := op(new(big.Float).SetPrec(128), new(big.Float).SetPrec(128).SetInt64(n), new(big.Float).SetFloat64(by))
	half := big.NewFloat(0.5)
	if x.Signbit() {
		half.Neg(half)
	}
	return x.Add(x, half)
}

// asDoubles has the precision of a double, so that ten times 0.3 is 3 and not a little less.
func asDoubles(n int64, by float64, op func(z, x, y *big.Float) *big.Float) *big.Float {
	return op(new(big.Float).SetPrec(53), new(big.Float).SetInt64(n), new(big.Float).SetFloat64(by))
}
