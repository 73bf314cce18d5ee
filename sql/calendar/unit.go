package calendar

import (
	"fmt"

	"math/bits"
	"strings"

	"tidemark/sql/types"
)

// Unit is a unit of date_trunc, date_add and date_diff: above zero so many
// nanoseconds, below so many months.
type Unit = int64

const (
	month   Unit = -1
	quarter Unit = -3
	year    Unit = -12
	week    Unit = 7 * types.Day
)

// units by name. Those below a millisecond are this server's own.
var units = map[string]Unit{
	"nanosecond": 1, "microsecond": types.Microsecond, "millisecond": types.Millisecond, "second": types.Second,
	"minute": types.Minute, "hour": types.Hour, "day": types.Day, "week": week, "month": month, "quarter": quarter, "year": year,
}

// TimestampUnit returns the unit of a name in any letter case.
func TimestampUnit(name string) (Unit, error) {
	return unitOf(name, "TIMESTAMP", func(Unit) bool { return true })
}

// DateUnit returns a unit of at least a day.
func DateUnit(name string) (Unit, error) {
	return unitOf(name, "DATE", func(u Unit) bool { return u < 0 || u >= types.Day })
}

// TimeUnit returns a unit of less than a day.
func TimeUnit(name string) (Unit, error) {
	return unitOf(name, "TIME", func(u Unit) bool { return u > 0 && u < types.Day })
}

func unitOf(name, of string, has func(Unit) bool) (Unit, error) {
	name = strings.ToLower(name)
	u, ok := units[name]
	if !ok || !has(u) {
		return 0, fmt.Errorf("'%s' is not a valid %s field", name, of)
	}
	return u, nil
}

// Truncate rounds a timestamp down to a unit; weeks begin on Monday.
func Truncate(u Unit, ns int64) (int64, error) {
	switch {
	case u < 0:
		day, err := TruncateDate(u, DateOf(ns))
		if err != nil {
			return 0, err
		}
		return Midnight(day)
	case u == week:
		return SubtractNanos(ns, floorMod(ns-firstMonday, week))
	}
	return Bin(ns, u)
}

// firstMonday is the first after 1970-01-01, a Thursday.
const firstMonday = 4 * types.Day

// TruncateDate rounds a date down to a unit of DateUnit.
func TruncateDate(u Unit, day int32) (int32, error) {
	if u > 0 {
		return dateOf(int64(day) - floorMod(int64(day)-firstMonday/types.Day, u/types.Day))
	}
	y, m, _ := types.Civil(int64(day))
	return dateOf(types.DaysOf(y, m-(m-1)%-u, 1))
}

// TruncateTime rounds a time of day down to a unit of TimeUnit.
func TruncateTime(u Unit, clock int64) (int64, error) { return clock - clock%u, nil }

// Add adds so many units to a timestamp.
func Add(u Unit, n, ns int64) (int64, error) {
	amount, ok := multiply(n, max(u, -u))
	switch {
	case !ok:
		return 0, errTimestamp
	case u < 0:
		return AddMonths(ns, amount)
	}
	return AddNanos(ns, amount)
}

// AddToDate adds so many units of DateUnit to a date.
func AddToDate(u Unit, n int64, day int32) (int32, error) {
	if n > maxMonths*31 || n < -maxMonths*31 {
		return 0, errDate
	}
	if u < 0 {
		return AddDateMonths(day, n*-u)
	}
	return dateOf(int64(day) + n*(u/types.Day))
}

// AddUnitsToTime adds so many units of TimeUnit to a time of day, around midnight.
func AddUnitsToTime(u Unit, n, clock int64) (int64, error) {
	return AddToTime(clock, n%(types.Day/u)*u), nil
}

func multiply(a, b int64) (int64, bool) {
	p, err := types.MultiplyInt64(a, b, "interval")
	return p, err == nil
}

// Difference counts the complete units from timestamp a to b, truncated toward zero.
func Difference(u Unit, a, b int64) (int64, error) {
	if u > 0 {
		return complete(u, a, b)
	}
	dayA, clockA := split(a)
	dayB, clockB := split(b)
	return months(dayA, clockA, dayB, clockB) / -u, nil
}

// complete divides the distance, which may need all 64 bits.
func complete(u Unit, a, b int64) (int64, error) {
	sign, distance := int64(1), uint64(b)-uint64(a)
	if b < a {
		sign, distance = -1, -distance
	}
	n := distance / uint64(u)
	if bits.Len64(n) > 63 {
		return 0, errInterval
	}
	return sign * int64(n), nil
}

// months counts the complete months between two instants. A day that the later
// month lacks counts as its last: from January 31 to February 28 is a month.
func months(dayA, clockA, dayB, clockB int64) int64 {
	if dayB < dayA || dayB == dayA && clockB < clockA {
		return -months(dayB, clockB, dayA, clockA)
	}
	yearA, monthA, a := types.Civil(dayA)
	yearB, monthB, b := types.Civil(dayB)
	if b == types.MonthLength(yearB, monthB) {
		a = min(a, b)
	}
	n := (yearB-yearA)*12 + monthB - monthA
	if b < a || b == a && clockB < clockA {
		n--
	}
	return n
}

// DifferenceOfDates counts the complete units of DateUnit from a to b.
func DifferenceOfDates(u Unit, a, b int32) (int64, error) {
	if u < 0 {
		return months(int64(a), 0, int64(b), 0) / -u, nil
	}
	return (int64(b) - int64(a)) / (u / types.Day), nil
}

// DifferenceOfTimes counts the complete units of TimeUnit from a to b.
func DifferenceOfTimes(u Unit, a, b int64) (int64, error) { return (b - a) / u, nil }
