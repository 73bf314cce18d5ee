package value

import (
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// digits is the precision of numbers (AWS page "Data types": 34 significant digits).
const digits = 34

// maxExponent is the largest decimal exponent of a number's first digit.
const maxExponent = 999

// context does the arithmetic that does not fit 64 bits.
var context = apd.Context{Precision: digits, Rounding: apd.RoundHalfEven, MaxExponent: maxExponent, MinExponent: -maxExponent}

// undefinedIf are the conditions after which there is no number.
const undefinedIf = apd.Overflow | apd.InvalidOperation | apd.DivisionByZero | apd.DivisionUndefined |
	apd.DivisionImpossible | apd.SystemOverflow | apd.SystemUnderflow

// pow10 holds the powers of ten that fit an int64.
var pow10 = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// Integer returns an Int.
func Integer(n int64) Value { return Value{kind: Int, n: n} }

// Number returns the Decimal n × 10^exp. A Decimal without an exponent of its
// own gets one fraction digit, so that its text still shows a Decimal: 15 is 15.0.
func Number(n int64, exp int32) Value {
	if exp != 0 {
		return Value{kind: Decimal, n: n, exp: exp}
	}
	if p, ok := mul64(n, 10); ok {
		return Value{kind: Decimal, n: p, exp: -1}
	}
	return fromBig(apd.New(n, 0), false)
}

// Float returns a double-precision result as a Decimal of the shortest digits
// that read back as f, plain from 0.001 to 10^7 with at least one digit behind
// the point, else with an exponent. NaN and the infinities are Undefined.
func Float(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	format := byte('e')
	if abs := math.Abs(f); abs == 0 || abs >= 1e-3 && abs < 1e7 {
		format = 'f'
	}
	v, _ := ParseNumber(strconv.FormatFloat(f, format, -1, 64))
	v.kind = Decimal
	if v.node == nil && v.exp == 0 {
		return Number(v.n, 0)
	}
	return v
}

// ParseNumber reads a number in JSON's grammar, with leading zeros allowed and
// the plus sign of an exponent too. Text with a point or an exponent is a
// Decimal, everything else an Int. ok is false for other text and for a
// magnitude outside the range of numbers.
func ParseNumber(text string) (v Value, ok bool) {
	n := scanNumber(text)
	if n.length == 0 || n.length != len(text) {
		return Value{}, false
	}
	return n.value(text)
}

// number is what scanNumber saw of a number's text.
type number struct {
	length    int   // bytes; 0 when there is no number
	coef      int64 // the digits, when there are at most 18
	count     int   // digits
	frac      int32 // digits behind the point
	exponent  int32
	isDecimal bool // has a point or an exponent
	negative  bool
	zeros     bool // begins with a zero that another digit follows
}

// scanNumber reads -?digits(.digits)?([eE][+-]?digits)? at the start of s.
func scanNumber(s string) number {
	var n number
	i := 0
	if i < len(s) && s[i] == '-' {
		n.negative = true
		i++
	}
	start := i
	i = n.digits(s, i)
	if i == start {
		return number{}
	}
	n.zeros = s[start] == '0' && i > start+1
	if i+1 < len(s) && s[i] == '.' && isDigit(s[i+1]) {
		point := i + 1
		i = n.digits(s, point)
		n.frac = int32(i - point)
		n.isDecimal = true
	}
	if e, end := scanExponent(s, i); end > i {
		n.exponent, n.isDecimal, i = e, true, end
	}
	n.length = i
	return n
}

func (n *number) digits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		if n.count < 18 {
			n.coef = n.coef*10 + int64(s[i]-'0')
		}
		n.count++
		i++
	}
	return i
}

func isDigit(c byte) bool { return c-'0' <= 9 }

// scanExponent reads an exponent at s[i:] and returns its end, or i when there is none.
func scanExponent(s string, i int) (e int32, end int) {
	if i >= len(s) || s[i]|0x20 != 'e' {
		return 0, i
	}
	j := i + 1
	negative := j < len(s) && s[j] == '-'
	if j < len(s) && (s[j] == '-' || s[j] == '+') {
		j++
	}
	start := j
	for ; j < len(s) && isDigit(s[j]); j++ {
		e = min(e*10+int32(s[j]-'0'), 100_000_000)
	}
	if j == start {
		return 0, i
	}
	if negative {
		e = -e
	}
	return e, j
}

// value returns the number that n describes in text.
func (n number) value(text string) (Value, bool) {
	if n.count > 18 || n.exponent > maxExponent || n.exponent < -maxExponent {
		return n.large(text)
	}
	coef := n.coef
	if n.negative {
		coef = -coef
	}
	if !n.isDecimal {
		return Integer(coef), true
	}
	exp := n.exponent - n.frac
	if exp > maxExponent-18 || exp < 18-maxExponent {
		return n.large(text)
	}
	return Number(coef, exp), true
}

// large reads a number that does not fit 64 bits or comes near the range's end.
func (n number) large(text string) (Value, bool) {
	if strings.Trim(text[:n.length], "-0.") == "" {
		return zero(n.isDecimal), true
	}
	if int(n.exponent)+n.count > 3*maxExponent || int(n.exponent) < -3*maxExponent-n.count {
		return Value{}, false
	}
	d, cond, err := context.NewFromString(text[:n.length])
	if err != nil || cond&undefinedIf != 0 {
		return Value{}, false
	}
	return fromBig(d, !n.isDecimal), true
}

func zero(isDecimal bool) Value {
	if isDecimal {
		return Number(0, 0)
	}
	return Integer(0)
}

// fromBig returns d as an Int, when whole says so and d has no exponent, or as a Decimal.
func fromBig(d *apd.Decimal, whole bool) Value {
	if d.Form != apd.Finite {
		return Value{}
	}
	v := Value{kind: Decimal, exp: d.Exponent}
	if whole && d.Exponent == 0 {
		v.kind = Int
	} else if d.Exponent == 0 {
		d = addFraction(d)
		v.exp = d.Exponent
	}
	if d.Coeff.IsInt64() {
		v.n = d.Coeff.Int64()
		if d.Negative {
			v.n = -v.n
		}
		return v
	}
	v.node = &node{big: d}
	return v
}

// addFraction rewrites 15 as 15.0; see Number.
func addFraction(d *apd.Decimal) *apd.Decimal {
	wide := new(apd.Decimal).Set(d)
	wide.Coeff.Mul(&wide.Coeff, apd.NewBigInt(10))
	wide.Exponent--
	return wide
}

// big returns a number as apd knows it. The caller must not change it.
func (v Value) big() *apd.Decimal {
	if v.node != nil {
		return v.node.big
	}
	return apd.New(v.n, v.exp)
}

// Whole returns an integral number below 10^34 as an Int and everything else
// unchanged. SQL version 2016-03-23 sees all its numbers this way: 10.0 is 10.
func (v Value) Whole() Value {
	if v.kind != Decimal {
		return v
	}
	if v.node != nil {
		return wholeBig(v)
	}
	n, exp := v.n, v.exp
	for ; exp < 0 && n%10 == 0 && n != 0; exp++ {
		n /= 10
	}
	switch {
	case n == 0:
		return Integer(0)
	case exp < 0:
		return v
	case exp < int32(len(pow10)):
		if p, ok := mul64(n, pow10[exp]); ok {
			return Integer(p)
		}
	}
	return wholeBig(v)
}

func wholeBig(v Value) Value {
	var d apd.Decimal
	d.Reduce(v.big())
	if d.Exponent < 0 || int64(d.Exponent)+d.NumDigits() > digits {
		return v
	}
	if d.Exponent > 0 {
		scale := new(apd.BigInt).Exp(apd.NewBigInt(10), apd.NewBigInt(int64(d.Exponent)), nil)
		d.Coeff.Mul(&d.Coeff, scale)
		d.Exponent = 0
	}
	return fromBig(&d, true)
}

// AsDecimal returns a number as a Decimal with the same digits: the Int 5
// becomes a Decimal without a fraction (AWS page "Data types", conversions).
func (v Value) AsDecimal() Value {
	if v.kind == Int {
		v.kind = Decimal
	}
	return v
}

// Float64 returns the double nearest to a number; its magnitude may be infinite.
func (v Value) Float64() float64 {
	const exact = 1 << 53
	if v.node == nil && v.n <= exact && v.n >= -exact {
		switch {
		case v.exp == 0:
			return float64(v.n)
		case v.exp < 0 && v.exp >= -18: // both operands are exact, so the quotient is correctly rounded
			return float64(v.n) / float64(pow10[-v.exp])
		}
	}
	f, _ := strconv.ParseFloat(string(appendNumber(nil, v)), 64)
	return f
}

// Int64 returns an Int that fits 64 bits.
func (v Value) Int64() (n int64, ok bool) { return v.n, v.kind == Int && v.node == nil }

// HasPoint reports whether the text of a number shows a decimal point or an exponent.
func (v Value) HasPoint() bool {
	if v.node != nil {
		return v.node.big.Exponent != 0
	}
	return v.exp != 0
}
