package types

import (
	"math/bits"
	"strconv"
	"strings"
)

// ParseIntervalText reads an interval in the form that Text prints: [-]D HH:MM:SS.nnnnnnnnn
// for days to seconds, [-]Y-M for years to months. The value is an int64 of nanoseconds
// or an int32 of months; ok is false for any other text or kind.
func ParseIntervalText(k Kind, text string) (v any, ok bool) {
	body, negative := strings.CutPrefix(text, "-")
	switch k {
	case IntervalDayToSecond:
		ns, ok := daySecondText(body)
		if negative {
			ns = -ns
		}
		return int64(ns), ok
	case IntervalYearToMonth:
		years, months, ok := strings.Cut(body, "-")
		y, err := strconv.ParseUint(years, 10, 31)
		m, merr := strconv.ParseUint(months, 10, 4)
		if negative {
			return int32(-int64(y*12 + m)), ok && err == nil && merr == nil && m < 12
		}
		return int32(y*12 + m), ok && err == nil && merr == nil && m < 12
	}
	return nil, false
}

// daySecondText returns the nanoseconds of D HH:MM:SS.nnnnnnnnn.
func daySecondText(text string) (uint64, bool) {
	days, clock, ok := strings.Cut(text, " ")
	d, err := strconv.ParseUint(days, 10, 64)
	if !ok || err != nil {
		return 0, false
	}
	of, err := ParseTime(clock)
	if err != nil {
		return 0, false
	}
	hi, lo := bits.Mul64(d, 24*3600*1e9)
	sum, carry := bits.Add64(lo, uint64(of), 0)
	return sum, hi == 0 && carry == 0
}
