package builtin

import "tidemark/sql/calendar"

// epoch converts between timestamps and numbers or ISO 8601 texts (developer guide,
// "Date / time functions", general functions and conversion).
var epoch = []entry{
	{Sig: "from_milliseconds(bigint) timestamp", SQL: "tm_from_milliseconds({1})", Fold: fold1(calendar.FromMillis), Doc: "The timestamp so many milliseconds after 1970-01-01."},
	{Sig: "from_nanoseconds(bigint) timestamp", SQL: "tm_from_nanoseconds({1})", Fold: fold1(calendar.FromNanos), Doc: "The timestamp so many nanoseconds after 1970-01-01."},
	{Sig: "from_unixtime(double) timestamp", SQL: "tm_from_unixtime({1})", Fold: fold1(calendar.FromUnixTime), Doc: "The timestamp so many seconds after 1970-01-01, to the nearest nanosecond of the decimal number that the double prints as."},
	{Sig: "from_unixtime_nanos(bigint) timestamp", SQL: "tm_from_nanoseconds({1})", Fold: fold1(calendar.FromNanos), Ext: true, Doc: "The timestamp so many nanoseconds after 1970-01-01, as from_nanoseconds."},
	{Sig: "to_milliseconds(timestamp) bigint", SQL: "tm_to_milliseconds({1})", Fold: sure1(calendar.ToMillis), Doc: "Milliseconds since 1970-01-01, rounded down."},
	{Sig: "to_milliseconds(interval day to second) bigint", SQL: "({1} // 1000000)", Fold: sure1(calendar.IntervalMillis), Doc: "The whole milliseconds, truncated toward zero."},
	{Sig: "to_nanoseconds(timestamp) bigint", SQL: "tm_to_nanoseconds({1})", Fold: foldSame, Doc: "Nanoseconds since 1970-01-01."},
	{Sig: "to_nanoseconds(interval day to second) bigint", SQL: "{1}", Fold: foldSame, Doc: "The nanoseconds."},
	{Sig: "to_unixtime(timestamp) double", SQL: "tm_to_unixtime({1})", Fold: sure1(calendar.ToUnixTime), Doc: "Seconds since 1970-01-01 with their fraction."},
	{Sig: "from_iso8601_timestamp(varchar) timestamp", SQL: "tm_parse_iso_timestamp({1})", Fold: fold1(calendar.ParseISOTimestamp), Doc: "The instant of an ISO 8601 text: a calendar, week or ordinal date, a time after T, an offset; without one it is in UTC."},
	{Sig: "from_iso8601_timestamp_nanos(varchar) timestamp", SQL: "tm_parse_iso_timestamp({1})", Fold: fold1(calendar.ParseISOTimestamp), Ext: true, Doc: "The same as from_iso8601_timestamp, which keeps nanoseconds here."},
	{Sig: "from_iso8601_date(varchar) date", SQL: "tm_parse_iso_date({1})", Fold: fold1(calendar.ParseISODate), Doc: "The date of an ISO 8601 text: calendar, week or ordinal."},
	{Sig: "to_iso8601(timestamp) varchar", SQL: "tm_iso_timestamp_text({1})", Fold: print1(calendar.AppendISOTimestamp), Doc: "The ISO 8601 text with nine digits of a second and no zone."},
	{Sig: "to_iso8601(date) varchar", SQL: "tm_date_text({1})", Fold: print1(calendar.AppendDate), Doc: "The ISO 8601 text."},
	{Sig: "human_readable_seconds(double) varchar", SQL: "tm_readable_seconds({1})", Ext: true, Doc: "The seconds in words: 1 hour, 2 minutes, 42 seconds."},
}
