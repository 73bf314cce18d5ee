package builtin

import "tidemark/sql/calendar"

// dateArithmetic (developer guide, "Date / time functions", interval functions).
// Months move in the calendar, everything else in nanoseconds. A unit that is not a
// constant is read at run time.
var dateArithmetic = []entry{
	{Sig: "date_trunc(varchar, timestamp) timestamp", Emit: timestampUnit.emit("tm_timestamp_truncate"), Fold: unit2(timestampUnit, calendar.Truncate), Check: timestampUnit.check, Doc: "The timestamp rounded down to its millisecond, second, minute, hour, day, week (Monday), month, quarter or year."},
	{Sig: "date_trunc(varchar, date) date", Emit: dateUnit.emit("tm_date_truncate"), Fold: unit2(dateUnit, calendar.TruncateDate), Check: dateUnit.check, Doc: "The date rounded down to its day, week (Monday), month, quarter or year."},
	{Sig: "date_trunc(varchar, time) time", Emit: timeUnit.emit("tm_time_truncate"), Fold: unit2(timeUnit, calendar.TruncateTime), Check: timeUnit.check, Ext: true, Doc: "The time of day rounded down to its millisecond, second, minute or hour."},
	{Sig: "date_add(varchar, bigint, timestamp) timestamp", Emit: timestampUnit.emit("tm_timestamp_add_units"), Fold: unit3(timestampUnit, calendar.Add), Check: timestampUnit.check, Doc: "Adds so many units; a day that the new month lacks becomes its last."},
	{Sig: "date_add(varchar, bigint, date) date", Emit: dateUnit.emit("tm_date_add_units"), Fold: unit3(dateUnit, calendar.AddToDate), Check: dateUnit.check, Doc: "Adds so many days or larger units."},
	{Sig: "date_add(varchar, bigint, time) time", Emit: timeUnit.emit("tm_time_add_units"), Fold: unit3(timeUnit, calendar.AddUnitsToTime), Check: timeUnit.check, Doc: "Adds so many units smaller than a day and wraps at 24 hours."},
	{Sig: "date_diff(varchar, timestamp, timestamp) bigint", Emit: timestampUnit.emit("tm_timestamp_difference"), Fold: unit3(timestampUnit, calendar.Difference), Check: timestampUnit.check, Doc: "The complete units from the first to the second, truncated toward zero."},
	{Sig: "date_diff(varchar, date, date) bigint", Emit: dateUnit.emit("tm_date_difference"), Fold: unit3(dateUnit, calendar.DifferenceOfDates), Check: dateUnit.check, Doc: "The complete units from the first to the second, truncated toward zero."},
	{Sig: "date_diff(varchar, time, time) bigint", Emit: timeUnit.emit("tm_time_difference"), Fold: unit3(timeUnit, calendar.DifferenceOfTimes), Check: timeUnit.check, Doc: "The complete units from the first to the second, truncated toward zero."},
	{Sig: "date(timestamp) date", SQL: "tm_date({1})", Fold: sure1(calendar.DateOf), Doc: "The calendar date."},
	{Sig: "date(date) date", SQL: "{1}", Fold: foldSame, Doc: "The date itself."},
	{Sig: "last_day_of_month(timestamp) date", SQL: "tm_last_day({1})", Fold: sure1(calendar.LastDay), Doc: "The last day of the month."},
	{Sig: "last_day_of_month(date) date", SQL: "tm_date_last_day({1})", Fold: sure1(calendar.LastDayOfDate), Doc: "The last day of the month."},
}
