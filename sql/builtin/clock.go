package builtin

import "tidemark/sql/calendar"

// clockFunctions read the instant of the query, which is one for the whole query
// (developer guide, "Date / time functions", general functions).
var clockFunctions = []entry{
	{Sig: "now() timestamp", Clock: true, SQL: "{1}", Fold: foldSame, Doc: "The instant of the query to the millisecond, the same in all of it."},
	{Sig: "current_timestamp() timestamp", Clock: true, SQL: "{1}", Fold: foldSame, Doc: "The instant of the query; written without parentheses."},
	{Sig: "localtimestamp() timestamp", Clock: true, SQL: "{1}", Fold: foldSame, Doc: "The instant of the query in UTC; written without parentheses."},
	{Sig: "current_date() date", Clock: true, SQL: "tm_date({1})", Fold: sure1(calendar.DateOf), Doc: "The UTC date of the query; written without parentheses."},
	{Sig: "current_time() time", Clock: true, SQL: "tm_time({1})", Fold: sure1(calendar.TimeOf), Doc: "The UTC time of day of the query; written without parentheses."},
	{Sig: "localtime() time", Clock: true, SQL: "tm_time({1})", Fold: sure1(calendar.TimeOf), Doc: "The UTC time of day of the query; written without parentheses."},
	{Sig: "current_timezone() varchar", SQL: "'UTC'", Fold: foldConst("UTC"), Doc: "Always UTC."},
	{Sig: "ago(interval day to second) timestamp", Clock: true, SQL: "tm_timestamp_subtract({2}, {1})", Fold: swapped(fold2(calendar.SubtractNanos)), Doc: "The instant of the query minus the interval."},
	{Sig: "ago(interval year to month) timestamp", Clock: true, SQL: "tm_add_months({2}, -CAST({1} AS BIGINT))", Fold: swapped(fold2(calendar.SubtractInterval)), Doc: "The instant of the query minus calendar months."},
}

// binning (developer guide, "Date / time functions", interval functions).
var binning = []entry{
	{Sig: "bin(timestamp, interval day to second) timestamp", SQL: "tm_bin({1}, {2})", Fold: fold2(calendar.Bin), Doc: "The timestamp rounded down to a multiple of the interval, counted from 1970-01-01; the interval must be positive."},
	// The analyser gives a call with a literal the value and type of types.ParseDuration,
	// which may also be a year to month interval.
	{Sig: "parse_duration(varchar) interval day to second", SQL: "tm_parse_duration({1})", Fold: fold1(calendar.ParseDuration), Doc: "The interval that a text such as 15m or 42.8ms names; years and months only as a constant."},
}
