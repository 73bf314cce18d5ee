package value

import (
	"cmp"
	"math"
	"math/bits"

	"github.com/cockroachdb/apd/v3"
)

// The operators take numbers. Two Ints give an Int, anything else a Decimal,
// with 34 digits and half-even rounding; what has no answer is Undefined
// (AWS page "Operators").

// Add returns a + b.
func Add(a, b Value) Value {
	if x, y, exp, ok := align(a, b); ok {
		if sum := x + y; (sum > x) == (y > 0) {
			return small(a, b, sum, exp)
		}
	}
	return slow(a, b, context.Add)
}

// Sub returns a - b.
func Sub(a, b Value) Value {
	if x, y, exp, ok := align(a, b); ok {
		if diff := x - y; (diff < x) == (y > 0) {
			return small(a, b, diff, exp)
		}
	}
	return slow(a, b, context.Sub)
}

// Mul returns a × b.
func Mul(a, b Value) Value {
	if a.node == nil && b.node == nil {
		if p, ok := mul64(a.n, b.n); ok && inRange(a.exp) && inRange(b.exp) {
			return small(a, b, p, a.exp+b.exp)
		}
	}
	return slow(a, b, context.Mul)
}

// Div returns a ÷ b: truncated towards zero when both are Ints.
func Div(a, b Value) Value {
	if a.kind == Int && b.kind == Int {
		if a.node == nil && b.node == nil && b.n != 0 && b.n != -1 {
			return Integer(a.n / b.n)
		}
		return slow(a, b, context.QuoInteger)
	}
	return trimmed(slow(a, b, context.Quo))
}

// Rem returns the remainder of a ÷ b; its sign is that of a.
func Rem(a, b Value) Value {
	if x, y, exp, ok := align(a, b); ok && y != 0 && y != -1 {
		return small(a, b, x%y, exp)
	}
	return slow(a, b, context.Rem)
}

// Neg returns -a.
func Neg(a Value) Value {
	if a.node == nil && a.n != math.MinInt64 {
		a.n = -a.n
		return a
	}
	var d apd.Decimal
	d.Neg(a.big())
	return fromBig(&d, a.kind == Int)
}

// Sign returns -1, 0 or 1.
func Sign(a Value) int {
	if a.node != nil {
		return a.node.big.Sign()
	}
	return cmp.Compare(a.n, 0)
}

// Compare returns -1, 0 or 1 as the number a is below, equal to or above b.
func Compare(a, b Value) int {
	if x, y, _, ok := align(a, b); ok {
		return cmp.Compare(x, y)
	}
	return a.big().Cmp(b.big())
}

// align brings two numbers to one exponent, when both then fit 64 bits.
func align(a, b Value) (x, y int64, exp int32, ok bool) {
	if a.node != nil || b.node != nil {
		return 0, 0, 0, false
	}
	if a.exp == b.exp {
		return a.n, b.n, a.exp, true
	}
	if a.exp < b.exp {
		y, ok = scale(b.n, b.exp-a.exp)
		return a.n, y, a.exp, ok
	}
	x, ok = scale(a.n, a.exp-b.exp)
	return x, b.n, b.exp, ok
}

// scale returns n × 10^by.
func scale(n int64, by int32) (int64, bool) {
	if by >= int32(len(pow10)) {
		return 0, false
	}
	return mul64(n, pow10[by])
}

// mul64 multiplies without overflow.
func mul64(a, b int64) (int64, bool) {
	if a == math.MinInt64 || b == math.MinInt64 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(max(a, -a)), uint64(max(b, -b)))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

// inRange keeps exponents far from the limits, where the slow path must look.
func inRange(exp int32) bool { return exp > -400 && exp < 400 }

// small returns a result that fits 64 bits, with the type that its operands give.
func small(a, b Value, n int64, exp int32) Value {
	if a.kind == Int && b.kind == Int {
		return Integer(n)
	}
	return Number(n, exp)
}

// slow computes with any precision and rounds to 34 digits.
func slow(a, b Value, op func(d, x, y *apd.Decimal) (apd.Condition, error)) Value {
	var d apd.Decimal
	cond, err := op(&d, a.big(), b.big())
	if err != nil || cond&undefinedIf != 0 {
		return Value{}
	}
	return fromBig(&d, a.kind == Int && b.kind == Int)
}

// trimmed removes trailing zeros behind the point, all but one.
func trimmed(v Value) Value {
	if v.kind != Decimal {
		return v
	}
	var d apd.Decimal
	d.Reduce(v.big())
	if d.Exponent > 0 && int64(d.Exponent)+d.NumDigits() <= 18 {
		return Number(d.Coeff.Int64()*sign(d.Negative)*pow10[d.Exponent], 0)
	}
	return fromBig(&d, false)
}

func sign(negative bool) int64 {
	if negative {
		return -1
	}
	return 1
}
