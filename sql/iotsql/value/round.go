package value

import "github.com/cockroachdb/apd/v3"

// Floor returns the largest Int not above a number.
func Floor(v Value) Value {
	t := Truncate(v)
	if t.IsNumber() && Compare(v, t) < 0 {
		return Sub(t, Integer(1))
	}
	return t
}

// Ceil returns the smallest Int not below a number.
func Ceil(v Value) Value {
	t := Truncate(v)
	if t.IsNumber() && Compare(v, t) > 0 {
		return Add(t, Integer(1))
	}
	return t
}

// Round returns the Int nearest to a number, halves away from zero.
func Round(v Value) Value {
	t := Truncate(v)
	if !t.IsNumber() || v.kind == Int {
		return t
	}
	half := Value{kind: Decimal, n: 5, exp: -1}
	if cut := Sub(v, t); Compare(cut, half) >= 0 {
		return Add(t, Integer(1))
	} else if Compare(Neg(cut), half) >= 0 {
		return Sub(t, Integer(1))
	}
	return t
}

// Truncate returns the Int that is left when a number's fraction is cut. An Int
// has at most 34 digits; beyond that the answer is Undefined.
func Truncate(v Value) Value {
	if v.kind == Int || !v.IsNumber() {
		return v.onlyNumber()
	}
	d, ok := quantize(v, 0)
	if !ok {
		return Value{}
	}
	return fromBig(d, true)
}

// TruncateTo cuts a number's fraction to at most places digits and removes
// trailing zeros (AWS page "Functions", trunc).
func TruncateTo(v Value, places int) Value {
	if v.kind == Int || !v.IsNumber() {
		return v.onlyNumber()
	}
	if v.node == nil && -v.exp <= int32(places) {
		return bare(v.big())
	}
	d, ok := quantize(v, -int32(places))
	if !ok { // more digits than numbers have: there is nothing behind places to cut
		d = v.big()
	}
	return bare(d)
}

// bare returns d without trailing zeros: 2.00 is the Int 2.
func bare(d *apd.Decimal) Value {
	var r apd.Decimal
	r.Reduce(d)
	return fromBig(&r, true).Whole()
}

// quantize cuts a number to the exponent exp.
func quantize(v Value, exp int32) (*apd.Decimal, bool) {
	ctx := context
	ctx.Rounding = apd.RoundDown
	var d apd.Decimal
	cond, err := ctx.Quantize(&d, v.big(), exp)
	return &d, err == nil && cond&undefinedIf == 0
}

func (v Value) onlyNumber() Value {
	if !v.IsNumber() {
		return Value{}
	}
	return v
}
