// Package calendar computes with timestamps, dates, times of day and intervals, and
// reads and prints them by patterns.
//
// A timestamp is an int64 of nanoseconds since 1970-01-01 00:00:00 UTC, a date an
// int32 of days since then, a time of day an int64 of nanoseconds since midnight, an
// interval an int64 of nanoseconds or an int32 of months: the Go forms of package
// types. The functions are what the query language promises for every value, so that
// a constant folded by the compiler and a column computed by the engine agree. Errors
// are what the client reads. All functions are safe to call at once.
// Source: Timestream developer guide, "Date / time functions" and "Supported data types".
package calendar

import (
	"errors"
	"math"

	"tidemark/sql/types"
)

// The range of timestamps (developer guide, "Supported data types").
const (
	MinTimestamp = types.MinTimestamp   // 1677-09-21 00:12:44
	MaxTimestamp = int64(math.MaxInt64) // 2262-04-11 23:47:16.854775807
)

// The range of dates that results may have: years of four digits.
const (
	minDate = -719162 // 0001-01-01
	maxDate = 2932896 // 9999-12-31
)

var (
	errTimestamp = errors.New("Timestamp is out of range")
	errDate      = errors.New("Date is out of range")
	errInterval  = errors.New("Interval is out of range")
	errStep      = errors.New("interval must be positive")
	errPartOfDay = errors.New("Cannot add hour, minutes or seconds to a date")
	errTakenPart = errors.New("Cannot subtract hour, minutes or seconds from a date")
)

// split returns the day of a timestamp and the time of that day.
func split(ns int64) (days, clock int64) {
	days = types.FloorDiv(ns, types.Day)
	return days, ns - days*types.Day // the product may wrap, the difference is right
}

// join is the opposite of split; clock may lie outside of the day.
func join(days, clock int64) (int64, error) {
	days, clock = days+types.FloorDiv(clock, types.Day), clock-types.FloorDiv(clock, types.Day)*types.Day
	const first, last = MinTimestamp/types.Day - 1, MaxTimestamp / types.Day
	if days < first || days > last {
		return 0, errTimestamp
	}
	if days < 0 { // days*Day alone may not fit
		return AddNanos((days+1)*types.Day, clock-types.Day)
	}
	return AddNanos(days*types.Day, clock)
}

// dateOf checks a number of days.
func dateOf(days int64) (int32, error) {
	if days < minDate || days > maxDate {
		return 0, errDate
	}
	return int32(days), nil
}

// FromNanos returns the timestamp so many nanoseconds after 1970.
func FromNanos(ns int64) (int64, error) {
	if ns < MinTimestamp {
		return 0, errTimestamp
	}
	return ns, nil
}

// AddNanos adds an interval to a timestamp.
func AddNanos(ns, interval int64) (int64, error) {
	sum := ns + interval
	if (interval >= 0) != (sum >= ns) || sum < MinTimestamp {
		return 0, errTimestamp
	}
	return sum, nil
}

// SubtractNanos subtracts an interval from a timestamp.
func SubtractNanos(ns, interval int64) (int64, error) {
	difference := ns - interval
	if (interval >= 0) != (difference <= ns) || difference < MinTimestamp {
		return 0, errTimestamp
	}
	return difference, nil
}

// Between returns the interval from b to a.
func Between(a, b int64) (int64, error) {
	difference := a - b
	if (b >= 0) != (difference <= a) {
		return 0, errInterval
	}
	return difference, nil
}

// AddMonths moves a timestamp in the calendar; a day that the new month lacks becomes its last.
func AddMonths(ns, months int64) (int64, error) {
	if months > maxMonths || months < -maxMonths {
		return 0, errTimestamp
	}
	days, clock := split(ns)
	return join(types.AddMonths(days, months), clock)
}

// maxMonths is more than any range holds.
const maxMonths = 12 * 20_000

// AddInterval moves a timestamp by a year to month interval.
func AddInterval(ns int64, months int32) (int64, error) { return AddMonths(ns, int64(months)) }

// SubtractInterval moves it back.
func SubtractInterval(ns int64, months int32) (int64, error) { return AddMonths(ns, -int64(months)) }

// AddDateMonths moves a date in the calendar.
func AddDateMonths(day int32, months int64) (int32, error) {
	if months > maxMonths || months < -maxMonths {
		return 0, errDate
	}
	return dateOf(types.AddMonths(int64(day), months))
}

// AddDateInterval moves a date by a year to month interval.
func AddDateInterval(day, months int32) (int32, error) { return AddDateMonths(day, int64(months)) }

// SubtractDateInterval moves it back.
func SubtractDateInterval(day, months int32) (int32, error) {
	return AddDateMonths(day, -int64(months))
}

// AddDateNanos adds an interval of whole days to a date.
func AddDateNanos(day int32, interval int64) (int32, error) {
	if interval%types.Day != 0 {
		return 0, errPartOfDay
	}
	return dateOf(int64(day) + interval/types.Day)
}

// SubtractDateNanos subtracts an interval of whole days from a date.
func SubtractDateNanos(day int32, interval int64) (int32, error) {
	if interval%types.Day != 0 {
		return 0, errTakenPart
	}
	return dateOf(int64(day) - interval/types.Day)
}

// BetweenDates returns the interval from b to a.
func BetweenDates(a, b int32) (int64, error) {
	days := int64(a) - int64(b)
	if days > math.MaxInt64/types.Day || days < math.MinInt64/types.Day {
		return 0, errInterval
	}
	return days * types.Day, nil
}

// AddToTime adds an interval to a time of day, around midnight.
func AddToTime(clock, interval int64) int64 {
	return floorMod(clock+interval%types.Day, types.Day)
}

// SubtractFromTime subtracts an interval from a time of day, around midnight.
func SubtractFromTime(clock, interval int64) int64 {
	return floorMod(clock-interval%types.Day, types.Day)
}

// Bin rounds a timestamp down to a multiple of step, counted from 1970.
func Bin(ns, step int64) (int64, error) {
	if step <= 0 {
		return 0, errStep
	}
	return SubtractNanos(ns, floorMod(ns, step))
}

// RoundTimestamp rounds a timestamp to a multiple of a unit counted from 1970, half a
// unit up, also before 1970.
func RoundTimestamp(ns, unit int64) (int64, error) {
	over := floorMod(ns, unit)
	if over < unit-over {
		return SubtractNanos(ns, over)
	}
	return AddNanos(ns, unit-over)
}

// RoundTime rounds a time of day to a multiple of a unit, half a unit up, around midnight.
func RoundTime(clock, unit int64) int64 {
	return floorMod((clock+unit/2)/unit*unit, types.Day)
}

// Midnight returns the first instant of a date.
func Midnight(day int32) (int64, error) { return join(int64(day), 0) }

// DateOf returns the date of a timestamp.
func DateOf(ns int64) int32 { return int32(types.FloorDiv(ns, types.Day)) }

// TimeOf returns the time of day of a timestamp.
func TimeOf(ns int64) int64 { return floorMod(ns, types.Day) }

// floorMod is the remainder that is never negative; d is positive.
func floorMod(n, d int64) int64 {
	m := n % d
	if m < 0 {
		m += d
	}
	return m
}
