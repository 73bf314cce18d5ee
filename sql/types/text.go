package types

import (
	"math"
	"slices"
	"strconv"
)

// Nanoseconds in the units of a day-to-second interval.
const (
	Microsecond int64 = 1000
	Millisecond       = 1000 * Microsecond
	Second            = 1000 * Millisecond
	Minute            = 60 * Second
	Hour              = 60 * Minute
	Day               = 24 * Hour
)

// Text returns the wire text of a scalar value that is not NULL. v has the Go form
// of t (package documentation); anything else is a broken invariant and panics.
func Text(t Type, v any) string { return string(AppendText(nil, t, v)) }

// AppendText appends what Text returns.
func AppendText(b []byte, t Type, v any) []byte {
	switch t.Kind {
	case Boolean:
		return strconv.AppendBool(b, v.(bool))
	case Integer:
		return strconv.AppendInt(b, int64(v.(int32)), 10)
	case Bigint:
		return strconv.AppendInt(b, v.(int64), 10)
	case Double:
		return AppendDouble(b, v.(float64))
	case Varchar:
		return append(b, v.(string)...)
	case Timestamp:
		return AppendTimestamp(b, v.(int64))
	case Date:
		return appendDate(b, int64(v.(int32)))
	case Time:
		return appendClock(b, v.(int64))
	case IntervalDayToSecond:
		return appendDayToSecond(b, v.(int64))
	case IntervalYearToMonth:
		return appendYearToMonth(b, v.(int32))
	}
	panic("no text for a value of type " + t.String())
}

// AppendDouble appends a double as Java prints it: the shortest digits that read
// back as the same number, with a point, plain from 1e-3 up to 1e7 and else as
// d.dddEn; NaN, Infinity and -Infinity by name.
func AppendDouble(b []byte, x float64) []byte {
	switch abs := math.Abs(x); {
	case math.IsNaN(x):
		return append(b, "NaN"...)
	case math.IsInf(x, 1):
		return append(b, "Infinity"...)
	case math.IsInf(x, -1):
		return append(b, "-Infinity"...)
	case abs == 0 || abs >= 1e-3 && abs < 1e7:
		return withPoint(strconv.AppendFloat(b, x, 'f', -1, 64), len(b))
	}
	return javaExponent(b, scientific(x))
}

// scientific returns the shortest digits of a number, but of those with two digits the
// nearest where one would do: 4.9e-324 and not 5e-324.
func scientific(x float64) []byte {
	text := strconv.AppendFloat(nil, x, 'e', -1, 64)
	if slices.Contains(text, '.') {
		return text
	}
	two := strconv.AppendFloat(nil, x, 'e', 1, 64)
	if back, err := strconv.ParseFloat(string(two), 64); err == nil && back == x {
		return two
	}
	return text
}

// withPoint appends .0 when the number that starts at from has no point.
func withPoint(b []byte, from int) []byte {
	for _, c := range b[from:] {
		if c == '.' {
			return b
		}
	}
	return append(b, ".0"...)
}

// javaExponent appends a number such as 1e+20 or 1.5e-07 as 1.0E20 or 1.5E-7.
func javaExponent(b, text []byte) []byte {
	from := len(b)
	for i, c := range text {
		if c != 'e' {
			b = append(b, c)
			continue
		}
		exponent, _ := strconv.Atoi(string(text[i+1:]))
		return strconv.AppendInt(append(withPoint(b, from), 'E'), int64(exponent), 10)
	}
	return b
}

// AppendTimestamp appends YYYY-MM-DD HH:MM:SS with nine digits of a second.
func AppendTimestamp(b []byte, ns int64) []byte {
	days := FloorDiv(ns, Day)
	b = append(appendDate(b, days), ' ')
	return appendClock(b, ns-days*Day) // the product may wrap, the difference is right
}

func appendDate(b []byte, days int64) []byte {
	year, month, day := Civil(days)
	b = appendPadded(b, year, 4)
	b = appendPadded(append(b, '-'), month, 2)
	return appendPadded(append(b, '-'), day, 2)
}

func appendClock(b []byte, ns int64) []byte {
	b = appendPadded(b, ns/Hour, 2)
	b = appendPadded(append(b, ':'), ns/Minute%60, 2)
	b = appendPadded(append(b, ':'), ns/Second%60, 2)
	return appendPadded(append(b, '.'), ns%Second, 9)
}

// appendDayToSecond appends [-]D HH:MM:SS.nnnnnnnnn.
func appendDayToSecond(b []byte, ns int64) []byte {
	abs := uint64(ns)
	if ns < 0 {
		b, abs = append(b, '-'), -abs
	}
	b = strconv.AppendUint(b, abs/uint64(Day), 10)
	return appendClock(append(b, ' '), int64(abs%uint64(Day)))
}

// appendYearToMonth appends [-]Y-M.
func appendYearToMonth(b []byte, months int32) []byte {
	abs := int64(months)
	if abs < 0 {
		b, abs = append(b, '-'), -abs
	}
	b = strconv.AppendInt(b, abs/12, 10)
	return strconv.AppendInt(append(b, '-'), abs%12, 10)
}

// appendPadded appends n with at least width digits.
func appendPadded(b []byte, n int64, width int) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	var digits [20]byte
	i := len(digits)
	for ; n > 0 || width > 0; width-- {
		i--
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return append(b, digits[i:]...)
}
