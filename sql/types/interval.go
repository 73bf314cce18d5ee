package types

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// durationUnits are the units of duration literals and parse_duration in
// nanoseconds (developer guide, "Date / time functions", duration literals).
var durationUnits = map[string]int64{
	"ns": 1, "nanosecond": 1, "us": Microsecond, "microsecond": Microsecond, "ms": Millisecond, "millisecond": Millisecond,
	"s": Second, "second": Second, "m": Minute, "minute": Minute, "h": Hour, "hour": Hour, "d": Day, "day": Day,
}

// monthUnits are those that count months.
var monthUnits = map[string]int64{"month": 1, "y": 12, "year": 12}

const maxDurationText = 64 // bytes; a longer number cannot be in range

// ParseDuration reads a number and a unit, blanks allowed between them, as 15m,
// 42.8ms or 1 day. The value is an int64 of nanoseconds with the type interval day
// to second, rounded to the nearest, or for y, year and month an int32 of months.
func ParseDuration(text string) (any, Type, error) {
	trimmed := strings.TrimSpace(text)
	end := 0
	for end < len(trimmed) && (trimmed[end] >= '0' && trimmed[end] <= '9' || trimmed[end] == '.') {
		end++
	}
	number, unit := trimmed[:end], strings.ToLower(strings.TrimSpace(trimmed[end:]))
	if len(trimmed) > maxDurationText || strings.Trim(number, ".") == "" || strings.Count(number, ".") > 1 {
		return nil, Type{}, fmt.Errorf("duration is not a valid data duration string: %s", text)
	}
	if ns, ok := durationUnits[unit]; ok {
		n, err := scaled(number, ns)
		return n, Of(IntervalDayToSecond), err
	}
	if months, ok := monthUnits[unit]; ok {
		n, err := wholeMonths(number, months)
		return n, Of(IntervalYearToMonth), err
	}
	return nil, Type{}, fmt.Errorf("Unknown time unit: %s", unit)
}

// scaled returns number times unit, rounded half away from zero.
func scaled(number string, unit int64) (int64, error) {
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, badText(number, IntervalDayToSecond)
	}
	r.Mul(r, new(big.Rat).SetInt64(unit))
	twice := new(big.Int).Mul(r.Num(), big.NewInt(2))
	twice.Add(twice, r.Denom())
	n := twice.Quo(twice, new(big.Int).Mul(r.Denom(), big.NewInt(2)))
	if !n.IsInt64() {
		return 0, &ErrRange{"interval"}
	}
	return n.Int64(), nil
}

func wholeMonths(number string, unit int64) (int32, error) {
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("an interval of years or months needs a whole number, not %s", number)
	}
	n *= unit
	if int64(int32(n)) != n {
		return 0, &ErrRange{"interval"}
	}
	return int32(n), nil
}

// literalUnits are the units of INTERVAL 'n' unit that count nanoseconds.
var literalUnits = map[string]int64{
	"second": Second, "minute": Minute, "hour": Hour, "day": Day, "week": 7 * Day,
}

// literalMonths are those that count months.
var literalMonths = map[string]int64{"month": 1, "year": 12}

// ParseInterval reads the text of INTERVAL 'text' unit: a whole number, signed or
// not, of seconds, minutes, hours, days, weeks, months or years. Seconds may have a
// fraction.
func ParseInterval(text, unit string) (any, Type, error) {
	unit = strings.ToLower(unit)
	if unit == "second" && strings.Contains(text, ".") {
		return fractionOfSeconds(text)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, Type{}, fmt.Errorf("'%s' is not a valid interval literal", text)
	}
	if ns, ok := literalUnits[unit]; ok {
		v, err := MultiplyInt64(n, ns, "interval")
		return v, Of(IntervalDayToSecond), err
	}
	months, ok := literalMonths[unit]
	if !ok {
		return nil, Type{}, fmt.Errorf("unknown interval unit: %s", unit)
	}
	n, err = MultiplyInt64(n, months, "interval")
	if err != nil || int64(int32(n)) != n {
		return nil, Type{}, &ErrRange{"interval"}
	}
	return int32(n), Of(IntervalYearToMonth), nil
}

// fractionOfSeconds reads [+|-]n.n with up to nine digits after the point.
func fractionOfSeconds(text string) (any, Type, error) {
	number, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(number, "+"), ".")
	if !digits(whole) || !digits(fraction) || len(fraction) > 9 {
		return nil, Type{}, fmt.Errorf("'%s' is not a valid interval literal", text)
	}
	ns, err := scaled(whole+"."+fraction, Second)
	if negative {
		ns = -ns
	}
	return ns, Of(IntervalDayToSecond), err
}

// digits reports a text of one digit or more and nothing else.
func digits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
