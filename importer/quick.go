package importer

import (
	"math"
	"strconv"
)

const (
	quickDigits      = 18 // of whole numbers, which no 64 bits are too few for
	quickFloatDigits = 15 // which a DOUBLE holds exactly
)

// digits reads digits on to a number, at most so many.
func digits(text []byte, n int64, most int) (int64, int) {
	i := 0
	for ; i < len(text) && i <= most; i++ {
		c := text[i] - '0'
		if c > 9 {
			break
		}
		n = 10*n + int64(c)
	}
	return n, i
}

// quickInteger reads a whole number; its size is 0 if it is none, or a long one.
func quickInteger(text []byte) (n int64, size int) {
	sign := 0
	if len(text) > 0 && text[0] == '-' {
		sign = 1
	}
	n, size = digits(text[sign:], 0, quickDigits)
	if size == 0 || size > quickDigits {
		return 0, 0
	}
	if sign == 1 {
		n = -n
	}
	return n, size + sign
}

// tens are powers of ten, which a DOUBLE holds exactly.
var tens = [quickFloatDigits + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// quickFloat reads a number with few digits and no exponent. It is the quotient of two
// numbers that a DOUBLE holds exactly, and so rounded as it should be.
func quickFloat(text []byte) (v float64, size int) {
	sign := 0
	if len(text) > 0 && text[0] == '-' {
		sign = 1
	}
	n, whole := digits(text[sign:], 0, quickFloatDigits)
	if whole == 0 || whole > quickFloatDigits {
		return 0, 0
	}
	fraction := 0
	if size = sign + whole; size < len(text) && text[size] == '.' {
		n, fraction = digits(text[size+1:], n, quickFloatDigits-whole)
		if whole+fraction > quickFloatDigits {
			return 0, 0
		}
		size += 1 + fraction
	}
	v = float64(n) / tens[fraction]
	if sign == 1 {
		v = math.Copysign(v, -1)
	}
	return v, size
}

// quickDecimal reads a number in the forms that DuckDB knows too: with digits on both
// sides of the point, and perhaps an exponent.
func quickDecimal(text []byte) (v float64, size int) {
	v, size = quickFloat(text)
	if size > 0 && text[size-1] != '.' && (size == len(text) || text[size] != 'e' && text[size] != 'E' && text[size]-'0' > 9) {
		return v, size
	}
	if size = decimalSize(text); size == 0 {
		return 0, 0
	}
	v, err := strconv.ParseFloat(string(text[:size]), 64)
	if abs := math.Abs(v); err != nil || abs < 1e-300 {
		return 0, 0
	}
	return v, size
}

// decimalSize is the length of a number with digits, and perhaps a fraction and an exponent.
func decimalSize(text []byte) int {
	at := 0
	if len(text) > 0 && text[0] == '-' {
		at = 1
	}
	run := func() bool {
		from := at
		for at < len(text) && text[at]-'0' <= 9 {
			at++
		}
		return at > from
	}
	if !run() {
		return 0
	}
	if at < len(text) && text[at] == '.' {
		if at++; !run() {
			return 0
		}
	}
	if at < len(text) && (text[at] == 'e' || text[at] == 'E') {
		if at++; at < len(text) && (text[at] == '-' || text[at] == '+') {
			at++
		}
		if !run() {
			return 0
		}
	}
	return at
}

const (
	firstYear, lastYear = 1970, 2261 // within what nanoseconds reach
	dateSize, clockSize = len("2006-01-02"), len("2006-01-02 15:04:05")
)

// quickTime reads a time as ISO 8601 and SQL have them, in nanoseconds: a date, or a date
// and a time of day with a fraction of up to nine digits and Z or an offset; without, it
// is UTC.
func quickTime(text []byte) (int64, bool) {
	if len(text) < dateSize {
		return 0, false
	}
	seconds, ok := quickDate(text[:dateSize])
	if len(text) == dateSize || !ok {
		return seconds * 1e9, ok
	}
	if len(text) < clockSize || text[dateSize] != ' ' && text[dateSize] != 'T' {
		return 0, false
	}
	clock, ok := quickClock(text[dateSize+1 : clockSize])
	if !ok {
		return 0, false
	}
	fraction, size := quickFraction(text[clockSize:])
	offset, ok := quickOffset(text[clockSize+size:])
	return (seconds+clock-offset)*1e9 + fraction, ok && size >= 0
}

// pair reads two digits.
func pair(text []byte) (int64, bool) {
	tens, ones := text[0]-'0', text[1]-'0'
	return int64(tens)*10 + int64(ones), tens <= 9 && ones <= 9
}

// quickDate reads a date, in seconds since 1970.
func quickDate(text []byte) (int64, bool) {
	century, a := pair(text)
	rest, b := pair(text[2:])
	month, c := pair(text[5:])
	day, d := pair(text[8:])
	year := century*100 + rest
	if !a || !b || !c || !d || text[4] != '-' || text[7] != '-' || year < firstYear || year > lastYear || month < 1 || month > 12 || day < 1 || day > daysOf(year, month) {
		return 0, false
	}
	if month <= 2 { // the year begins with March: its length comes last
		year, month = year-1, month+12
	}
	days := 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468
	return days * 86400, true
}

func daysOf(year, month int64) int64 {
	switch {
	case month != 2:
		return 30 + (month+month/8)%2
	case year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	default:
		return 28
	}
}

// quickClock reads hours, minutes and seconds, in seconds.
func quickClock(text []byte) (int64, bool) {
	hour, a := pair(text)
	minute, b := pair(text[3:])
	second, c := pair(text[6:])
	return hour*3600 + minute*60 + second, a && b && c && text[2] == ':' && text[5] == ':' && hour < 24 && minute < 60 && second < 60
}

// quickFraction reads a fraction of a second, in nanoseconds; its size is 0 where there
// is none, and -1 where it is not usual.
func quickFraction(text []byte) (n int64, size int) {
	if len(text) == 0 || text[0] != '.' {
		return 0, 0
	}
	n, size = digits(text[1:], 0, 9)
	if size == 0 || size > 9 {
		return 0, -1
	}
	for range 9 - size {
		n *= 10
	}
	return n, size + 1
}

// quickOffset reads what stands after a time: nothing, Z or an offset, in seconds.
func quickOffset(text []byte) (int64, bool) {
	if len(text) == 0 || len(text) == 1 && text[0] == 'Z' {
		return 0, true
	}
	if len(text) != len("+00:00") || text[3] != ':' || text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	hour, a := pair(text[1:])
	minute, b := pair(text[4:])
	offset := hour*3600 + minute*60
	if text[0] == '-' {
		offset = -offset
	}
	return offset, a && b && hour < 15 && minute < 60
}
