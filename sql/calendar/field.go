package calendar

import "tidemark/sql/types"

// The fields of a timestamp. Weeks are those of ISO 8601: they begin on Monday, and
// the first of a year is the one with its first Thursday.

// Year returns the year.
func Year(ns int64) int64 { return YearOfDate(DateOf(ns)) }

// Quarter returns 1 to 4.
func Quarter(ns int64) int64 { return QuarterOfDate(DateOf(ns)) }

// Month returns 1 to 12.
func Month(ns int64) int64 { return MonthOfDate(DateOf(ns)) }

// Week returns the ISO week, 1 to 53.
func Week(ns int64) int64 { return WeekOfDate(DateOf(ns)) }

// WeekYear returns the year of the ISO week.
func WeekYear(ns int64) int64 { return WeekYearOfDate(DateOf(ns)) }

// Day returns the day of the month.
func Day(ns int64) int64 { return DayOfDate(DateOf(ns)) }

// Weekday returns Monday 1 to Sunday 7.
func Weekday(ns int64) int64 { return WeekdayOfDate(DateOf(ns)) }

// YearDay returns the day of the year, 1 to 366.
func YearDay(ns int64) int64 { return YearDayOfDate(DateOf(ns)) }

// LastDay returns the last day of the month.
func LastDay(ns int64) int32 { return LastDayOfDate(DateOf(ns)) }

// Hour returns 0 to 23.
func Hour(ns int64) int64 { return TimeOf(ns) / types.Hour }

// Minute returns 0 to 59.
func Minute(ns int64) int64 { return floorMod(ns, types.Hour) / types.Minute }

// Second returns 0 to 59.
func Second(ns int64) int64 { return floorMod(ns, types.Minute) / types.Second }

// Millisecond returns the millisecond of the second.
func Millisecond(ns int64) int64 { return Nanosecond(ns) / types.Millisecond }

// Nanosecond returns the nanosecond of the second.
func Nanosecond(ns int64) int64 { return floorMod(ns, types.Second) }

// YearOfDate returns the year.
func YearOfDate(day int32) int64 { y, _, _ := types.Civil(int64(day)); return y }

// QuarterOfDate returns 1 to 4.
func QuarterOfDate(day int32) int64 { return (MonthOfDate(day)-1)/3 + 1 }

// MonthOfDate returns 1 to 12.
func MonthOfDate(day int32) int64 { _, m, _ := types.Civil(int64(day)); return m }

// DayOfDate returns the day of the month.
func DayOfDate(day int32) int64 { _, _, d := types.Civil(int64(day)); return d }

// WeekdayOfDate returns Monday 1 to Sunday 7.
func WeekdayOfDate(day int32) int64 { return floorMod(int64(day)+3, 7) + 1 }

// YearDayOfDate returns the day of the year, 1 to 366.
func YearDayOfDate(day int32) int64 { return int64(day) - types.DaysOf(YearOfDate(day), 1, 1) + 1 }

// WeekOfDate returns the ISO week, 1 to 53.
func WeekOfDate(day int32) int64 { return (YearDayOfDate(thursday(day))-1)/7 + 1 }

// WeekYearOfDate returns the year of the ISO week.
func WeekYearOfDate(day int32) int64 { return YearOfDate(thursday(day)) }

// thursday is the day that says to which year the week of a date belongs.
func thursday(day int32) int32 { return day - int32(WeekdayOfDate(day)) + 4 }

// LastDayOfDate returns the last day of the month.
func LastDayOfDate(day int32) int32 {
	y, m, d := types.Civil(int64(day))
	return day + int32(types.MonthLength(y, m)-d)
}

// monday returns the first day of a week of a week year.
func monday(weekYear, week int64) int64 {
	january4 := types.DaysOf(weekYear, 1, 4)
	return january4 - floorMod(january4+3, 7) + (week-1)*7
}

// weeks returns how many weeks a week year has, 52 or 53.
func weeks(weekYear int64) int64 { return (monday(weekYear+1, 1) - monday(weekYear, 1)) / 7 }
