package timestream

import (
	"math"
	"strconv"
	"strings"
)

// nanoseconds converts decimal units since 1970; false is not an integer or beyond
// what 64 bits of nanoseconds hold.
func nanoseconds(b given, unit int64) (int64, bool) {
	n, ok := parseBigint(b)
	if !ok || n > math.MaxInt64/unit || n < math.MinInt64/unit {
		return 0, false
	}
	return n * unit, true
}

// parseBigint reads a decimal integer of 64 bits.
func parseBigint(b given) (int64, bool) {
	if n, ok := shortInteger(b); ok {
		return n, true
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	return n, err == nil
}

// shortInteger reads what fits whatever the digits are, and has no sign but a minus.
func shortInteger(b given) (int64, bool) {
	digits := b
	if len(b) > 0 && b[0] == '-' {
		digits = b[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	n := int64(0)
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) < len(b) {
		n = -n
	}
	return n, true
}

// parseDouble reads a finite decimal number, an exponent allowed. Timestream refuses
// negative zero.
func parseDouble(b given) (float64, bool) {
	if f, ok := shortDouble(b); ok {
		return f, true
	}
	if !isDecimal(b) {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(b), 64)
	return f, err == nil && (f != 0 || !math.Signbit(f))
}

// shortDouble reads what most devices send: up to 15 digits, a point perhaps, and no
// exponent. Both the digits and the power of ten are exact doubles then, so that the
// one division rounds correctly (BenchmarkDecodeRecords).
func shortDouble(b given) (float64, bool) {
	digits := b
	if len(b) > 0 && b[0] == '-' {
		digits = b[1:]
	}
	if len(digits) == 0 || len(digits) > 16 {
		return 0, false
	}
	n, count, point := int64(0), 0, -1
	for i, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
			count++
		case c == '.' && point < 0:
			point = i
		default:
			return 0, false
		}
	}
	if count == 0 || count > 15 || n == 0 {
		return 0, false
	}
	if len(digits) < len(b) {
		n = -n
	}
	if point < 0 {
		return float64(n), true
	}
	return float64(n) / powersOfTen[len(digits)-1-point], true
}

var powersOfTen = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// isDecimal keeps out what strconv takes beyond decimals: infinities, hexadecimal
// forms, underscores.
func isDecimal(b given) bool {
	digits := false
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digits = true
		case c != '+' && c != '-' && c != '.' && c != 'e' && c != 'E':
			return false
		}
	}
	return digits
}

// cut keeps a value from filling a message.
func cut(b given) string {
	const most = 100
	if len(b) > most {
		return strings.ToValidUTF8(string(b[:most]), "") + "..."
	}
	return string(b)
}
