package builtin

import (
	"strings"

	"tidemark/sql/calendar"
	"tidemark/sql/types"
)

// extraction (developer guide, "Date / time functions", extraction functions). All
// return bigint. A day of the week counts from Monday, 1; weeks are those of ISO 8601.
// The fields of an interval have its sign.
var extraction = joined(
	dateField("The year.", "tm_year({1})", calendar.Year, "year({1})", calendar.YearOfDate, "year"),
	dateField("The quarter, 1 to 4.", "tm_quarter({1})", calendar.Quarter, "quarter({1})", calendar.QuarterOfDate, "quarter"),
	dateField("The month, 1 to 12.", "tm_month({1})", calendar.Month, "month({1})", calendar.MonthOfDate, "month"),
	dateField("The ISO week, 1 to 53.", "tm_week({1})", calendar.Week, "week({1})", calendar.WeekOfDate, "week", "week_of_year"),
	dateField("The year of the ISO week.", "tm_week_year({1})", calendar.WeekYear, "isoyear({1})", calendar.WeekYearOfDate, "year_of_week", "yow"),
	dateField("The day of the month.", "tm_day({1})", calendar.Day, "day({1})", calendar.DayOfDate, "day", "day_of_month"),
	dateField("The day of the week, Monday 1 to Sunday 7.", "tm_weekday({1})", calendar.Weekday, "isodow({1})", calendar.WeekdayOfDate, "day_of_week", "dow"),
	dateField("The day of the year, 1 to 366.", "tm_year_day({1})", calendar.YearDay, "dayofyear({1})", calendar.YearDayOfDate, "day_of_year", "doy"),
	clockField("The hour of the day.", "tm_hour({1})", calendar.Hour, "hour", "({1} // 3600000000000)", func(t int64) int64 { return t / types.Hour }),
	clockField("The minute of the hour.", "tm_minute({1})", calendar.Minute, "minute", "({1} % 3600000000000 // 60000000000)", func(t int64) int64 { return t % types.Hour / types.Minute }),
	clockField("The second of the minute.", "tm_second({1})", calendar.Second, "second", "({1} % 60000000000 // 1000000000)", func(t int64) int64 { return t % types.Minute / types.Second }),
	clockField("The millisecond of the second.", "tm_millisecond({1})", calendar.Millisecond, "millisecond", "({1} % 1000000000 // 1000000)", func(t int64) int64 { return t % types.Second / types.Millisecond }),
	clockField("The nanoseconds within the second.", "tm_nanosecond({1})", calendar.Nanosecond, "nanosecond", "({1} % 1000000000)", func(t int64) int64 { return t % types.Second }),
	intervalFields,
)

// intervalFields are those that mean something else in an interval than in a time.
var intervalFields = []entry{
	{Sig: "year(interval year to month) bigint", SQL: "CAST({1} // 12 AS BIGINT)", Fold: sure1(func(m int32) int64 { return int64(m / 12) }), Doc: "The whole years."},
	{Sig: "month(interval year to month) bigint", SQL: "CAST({1} % 12 AS BIGINT)", Fold: sure1(func(m int32) int64 { return int64(m % 12) }), Doc: "The months beyond whole years."},
	{Sig: "day(interval day to second) bigint", SQL: "({1} // 86400000000000)", Fold: sure1(wholeDays), Doc: "The whole days."},
	{Sig: "day_of_month(interval day to second) bigint", SQL: "({1} // 86400000000000)", Fold: sure1(wholeDays), Doc: "The whole days."},
	{Sig: "hour(interval day to second) bigint", SQL: "({1} % 86400000000000 // 3600000000000)", Fold: sure1(func(n int64) int64 { return n % types.Day / types.Hour }), Doc: "The whole hours beyond days."},
}

func wholeDays(n int64) int64 { return n / types.Day }

// dateField is a field of a timestamp and of a date under its names.
func dateField(doc, ofTimestamp string, foldTimestamp func(int64) int64, ofDate string, foldDate func(int32) int64, names ...string) []entry {
	var all []entry
	for _, n := range names {
		all = append(all,
			entry{Sig: n + "(timestamp) bigint", SQL: ofTimestamp, Fold: sure1(foldTimestamp), Doc: doc},
			entry{Sig: n + "(date) bigint", SQL: ofDate, Fold: sure1(foldDate), Doc: doc})
	}
	return all
}

// clockField is a field of a timestamp, of a time of day and, but for the hour, of an interval.
func clockField(doc, ofTimestamp string, foldTimestamp func(int64) int64, name, ofTime string, foldTime func(int64) int64) []entry {
	all := []entry{
		{Sig: name + "(timestamp) bigint", SQL: ofTimestamp, Fold: sure1(foldTimestamp), Doc: doc},
		{Sig: name + "(time) bigint", SQL: ofTime, Fold: sure1(foldTime), Doc: doc},
	}
	if name == "hour" {
		return all
	}
	return append(all, entry{Sig: name + "(interval day to second) bigint", SQL: ofTime, Fold: sure1(foldTime), Doc: doc})
}

func joined(lists ...[]entry) (all []entry) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// extractable are the fields of EXTRACT; each is a function of the same name.
var extractable = map[string]bool{
	"year": true, "quarter": true, "month": true, "week": true, "day": true, "day_of_month": true, "day_of_week": true, "dow": true,
	"day_of_year": true, "doy": true, "year_of_week": true, "yow": true, "hour": true, "minute": true, "second": true,
}

// ExtractField returns the function that EXTRACT(field FROM v) calls.
func ExtractField(field string) (function string, ok bool) {
	name := strings.ToLower(field)
	return name, extractable[name]
}
