package builtin

import "strings"

// extraction (developer guide, "Date / time functions", extraction functions). All
// return bigint. A day of the week counts from Monday, 1; weeks are those of ISO 8601.
var extraction = []entry{
	{Sig: "year(timestamp) bigint", SQL: "year(tm_us({1}))", Doc: "The year."},
	{Sig: "year(date) bigint", SQL: "year({1})", Doc: "The year."},
	{Sig: "year(interval year to month) bigint", SQL: "CAST({1} // 12 AS BIGINT)", Doc: "The whole years."},
	{Sig: "quarter(timestamp) bigint", SQL: "quarter(tm_us({1}))", Doc: "The quarter, 1 to 4."},
	{Sig: "quarter(date) bigint", SQL: "quarter({1})", Doc: "The quarter, 1 to 4."},
	{Sig: "month(timestamp) bigint", SQL: "month(tm_us({1}))", Doc: "The month, 1 to 12."},
	{Sig: "month(date) bigint", SQL: "month({1})", Doc: "The month, 1 to 12."},
	{Sig: "month(interval year to month) bigint", SQL: "CAST({1} % 12 AS BIGINT)", Doc: "The months beyond whole years."},
	{Sig: "week(timestamp) bigint", SQL: "week(tm_us({1}))", Doc: "The ISO week, 1 to 53."},
	{Sig: "week(date) bigint", SQL: "week({1})", Doc: "The ISO week, 1 to 53."},
	{Sig: "week_of_year(timestamp) bigint", SQL: "week(tm_us({1}))", Doc: "The ISO week, 1 to 53."},
	{Sig: "week_of_year(date) bigint", SQL: "week({1})", Doc: "The ISO week, 1 to 53."},
	{Sig: "year_of_week(timestamp) bigint", SQL: "isoyear(tm_us({1}))", Doc: "The year of the ISO week."},
	{Sig: "year_of_week(date) bigint", SQL: "isoyear({1})", Doc: "The year of the ISO week."},
	{Sig: "yow(timestamp) bigint", SQL: "isoyear(tm_us({1}))", Doc: "The year of the ISO week."},
	{Sig: "yow(date) bigint", SQL: "isoyear({1})", Doc: "The year of the ISO week."},
	{Sig: "day(timestamp) bigint", SQL: "day(tm_us({1}))", Doc: "The day of the month."},
	{Sig: "day(date) bigint", SQL: "day({1})", Doc: "The day of the month."},
	{Sig: "day(interval day to second) bigint", SQL: "({1} // 86400000000000)", Doc: "The whole days."},
	{Sig: "day_of_month(timestamp) bigint", SQL: "day(tm_us({1}))", Doc: "The day of the month."},
	{Sig: "day_of_month(date) bigint", SQL: "day({1})", Doc: "The day of the month."},
	{Sig: "day_of_month(interval day to second) bigint", SQL: "({1} // 86400000000000)", Doc: "The whole days."},
	{Sig: "day_of_week(timestamp) bigint", SQL: "isodow(tm_us({1}))", Doc: "The day of the week, Monday 1 to Sunday 7."},
	{Sig: "day_of_week(date) bigint", SQL: "isodow({1})", Doc: "The day of the week, Monday 1 to Sunday 7."},
	{Sig: "dow(timestamp) bigint", SQL: "isodow(tm_us({1}))", Doc: "The day of the week, Monday 1 to Sunday 7."},
	{Sig: "dow(date) bigint", SQL: "isodow({1})", Doc: "The day of the week, Monday 1 to Sunday 7."},
	{Sig: "day_of_year(timestamp) bigint", SQL: "dayofyear(tm_us({1}))", Doc: "The day of the year, 1 to 366."},
	{Sig: "day_of_year(date) bigint", SQL: "dayofyear({1})", Doc: "The day of the year, 1 to 366."},
	{Sig: "doy(timestamp) bigint", SQL: "dayofyear(tm_us({1}))", Doc: "The day of the year, 1 to 366."},
	{Sig: "doy(date) bigint", SQL: "dayofyear({1})", Doc: "The day of the year, 1 to 366."},
	{Sig: "hour(timestamp) bigint", SQL: "(tm_fmod(epoch_ns({1}), 86400000000000) // 3600000000000)", Doc: "The hour of the day."},
	{Sig: "hour(time) bigint", SQL: "({1} // 3600000000000)", Doc: "The hour of the day."},
	{Sig: "hour(interval day to second) bigint", SQL: "({1} % 86400000000000 // 3600000000000)", Doc: "The whole hours beyond days."},
	{Sig: "minute(timestamp) bigint", SQL: "(tm_fmod(epoch_ns({1}), 3600000000000) // 60000000000)", Doc: "The minute of the hour."},
	{Sig: "minute(time) bigint", SQL: "({1} % 3600000000000 // 60000000000)", Doc: "The minute of the hour."},
	{Sig: "minute(interval day to second) bigint", SQL: "({1} % 3600000000000 // 60000000000)", Doc: "The whole minutes beyond hours."},
	{Sig: "second(timestamp) bigint", SQL: "(tm_fmod(epoch_ns({1}), 60000000000) // 1000000000)", Doc: "The second of the minute."},
	{Sig: "second(time) bigint", SQL: "({1} % 60000000000 // 1000000000)", Doc: "The second of the minute."},
	{Sig: "second(interval day to second) bigint", SQL: "({1} % 60000000000 // 1000000000)", Doc: "The whole seconds beyond minutes."},
	{Sig: "millisecond(timestamp) bigint", SQL: "(tm_fmod(epoch_ns({1}), 1000000000) // 1000000)", Doc: "The millisecond of the second."},
	{Sig: "millisecond(time) bigint", SQL: "({1} % 1000000000 // 1000000)", Doc: "The millisecond of the second."},
	{Sig: "millisecond(interval day to second) bigint", SQL: "({1} % 1000000000 // 1000000)", Doc: "The whole milliseconds beyond seconds."},
	{Sig: "nanosecond(timestamp) bigint", SQL: "tm_fmod(epoch_ns({1}), 1000000000)", Doc: "The nanoseconds within the second."},
	{Sig: "nanosecond(time) bigint", SQL: "({1} % 1000000000)", Doc: "The nanoseconds within the second."},
	{Sig: "nanosecond(interval day to second) bigint", SQL: "({1} % 1000000000)", Doc: "The nanoseconds beyond seconds."},
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
