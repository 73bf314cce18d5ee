package types

import (
	"fmt"
	"math"
	"strings"
)

// ErrRange is the error of a result that does not fit its type.
type ErrRange struct{ What string }

// Error names what is out of range, with the first letter in capitals.
func (e *ErrRange) Error() string {
	return strings.ToUpper(e.What[:1]) + e.What[1:] + " is out of range"
}

// Civil returns the date of a day counted from 1970-01-01, in the proleptic
// Gregorian calendar. Years are counted from March, so that the leap day is the last.
func Civil(days int64) (year, month, day int64) {
	days += 719468 // from 0000-03-01
	era := FloorDiv(days, 146097)
	doe := days - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	year, month, day = yoe+era*400, mp+3, doy-(153*mp+2)/5+1
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
}

// DaysOf returns the days from 1970-01-01 to a date; the day may lie outside its month.
func DaysOf(year, month, day int64) int64 {
	if month <= 2 {
		year, month = year-1, month+12
	}
	era := FloorDiv(year, 400)
	yoe := year - era*400
	doy := (153*(month-3)+2)/5 + day - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// monthLengths are those of a year that is no leap year, January first.
var monthLengths = [12]int64{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// MonthLength returns the number of days of a month.
func MonthLength(year, month int64) int64 {
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return monthLengths[month-1]
}

// AddMonths moves a day by calendar months; a day that the new month lacks becomes its last.
func AddMonths(days int64, months int64) int64 {
	year, month, day := Civil(days)
	total := year*12 + month - 1 + months
	year, month = FloorDiv(total, 12), total-FloorDiv(total, 12)*12+1
	return DaysOf(year, month, min(day, MonthLength(year, month)))
}

// MinTimestamp is 1677-09-21 00:12:44, before which there are no timestamps
// (developer guide, "Supported data types"); the last is the largest int64.
const MinTimestamp int64 = -9223372036 * Second

// TimestampOf joins a day and a time of that day.
func TimestampOf(days, clock int64) (int64, error) {
	const last, first = math.MaxInt64 / Day, MinTimestamp/Day - 1
	if days > last || days < first {
		return 0, &ErrRange{"timestamp"}
	}
	if days == first { // days*Day alone would not fit
		days, clock = days+1, clock-Day
	}
	ns, err := AddInt64(days*Day, clock, "timestamp")
	if err == nil && ns < MinTimestamp {
		err = &ErrRange{"timestamp"}
	}
	return ns, err
}

// DayOf returns the day of a timestamp, counted from 1970-01-01.
func DayOf(ns int64) int64 { return FloorDiv(ns, Day) }

// AddInt64 adds two numbers; an overflow is an error that names what.
func AddInt64(a, b int64, what string) (int64, error) {
	sum := a + b
	if (b >= 0) != (sum >= a) {
		return 0, &ErrRange{what}
	}
	return sum, nil
}

// MultiplyInt64 multiplies two numbers; an overflow is an error that names what.
func MultiplyInt64(a, b int64, what string) (int64, error) {
	if a == 0 || b == 0 {
		return 0, nil
	}
	p := a * b
	if p/b != a || a == -1 && b == math.MinInt64 || b == -1 && a == math.MinInt64 {
		return 0, &ErrRange{what}
	}
	return p, nil
}

// FloorDiv divides rounding down; d is positive.
func FloorDiv(n, d int64) int64 {
	q := n / d
	if n%d < 0 {
		q--
	}
	return q
}

// badText is the error of a text that does not have the form of a type.
func badText(text string, kind Kind) error {
	return fmt.Errorf("'%s' is not a valid %s", text, kind)
}
