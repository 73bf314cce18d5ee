package builtin

import "tidemark/sql/types"

// epoch converts between timestamps and numbers or ISO 8601 texts (developer guide,
// "Date / time functions", general functions and conversion).
var epoch = []entry{
	{Sig: "from_milliseconds(bigint) timestamp", SQL: "make_timestamp_ns({1} * 1000000)", Fold: foldFromMillis, Doc: "The timestamp so many milliseconds after 1970-01-01."},
	{Sig: "from_nanoseconds(bigint) timestamp", SQL: "make_timestamp_ns({1})", Fold: foldSame, Doc: "The timestamp so many nanoseconds after 1970-01-01."},
	{Sig: "from_unixtime(double) timestamp", SQL: "make_timestamp_ns(CAST(round({1} * 1e9) AS BIGINT))", Doc: "The timestamp so many seconds after 1970-01-01, to the nearest nanosecond."},
	{Sig: "to_milliseconds(timestamp) bigint", SQL: "tm_fdiv(epoch_ns({1}), 1000000)", Doc: "Milliseconds since 1970-01-01, rounded down."},
	{Sig: "to_milliseconds(interval day to second) bigint", SQL: "({1} // 1000000)", Doc: "The whole milliseconds."},
	{Sig: "to_nanoseconds(timestamp) bigint", SQL: "epoch_ns({1})", Fold: foldSame, Doc: "Nanoseconds since 1970-01-01."},
	{Sig: "to_nanoseconds(interval day to second) bigint", SQL: "{1}", Fold: foldSame, Doc: "The nanoseconds."},
	{Sig: "to_unixtime(timestamp) double", SQL: "(CAST(epoch_ns({1}) AS DOUBLE) / 1e9)", Doc: "Seconds since 1970-01-01 with their fraction."},
	{Sig: "from_iso8601_timestamp(varchar) timestamp", SQL: "make_timestamp_ns(tm_parse_iso_timestamp({1}))", Doc: "The instant of an ISO 8601 text; without an offset it is in UTC."},
	{Sig: "from_iso8601_date(varchar) date", SQL: "(DATE '1970-01-01' + tm_parse_iso_date({1}))", Doc: "The date of an ISO 8601 text: calendar, week or ordinal."},
	{Sig: "to_iso8601(timestamp) varchar", SQL: "strftime({1}, '%Y-%m-%dT%H:%M:%S.%n')", Doc: "The ISO 8601 text with nine digits of a second and no zone."},
	{Sig: "to_iso8601(date) varchar", SQL: "CAST({1} AS VARCHAR)", Doc: "The ISO 8601 text."},
}

func foldFromMillis(args []any) (any, error) {
	return types.MultiplyInt64(args[0].(int64), types.Millisecond, "timestamp")
}

// formatting (developer guide, "Date / time functions", formatting and parsing).
var formatting = []entry{
	{Sig: "date_format(timestamp, varchar) varchar", SQL: "tm_date_format(epoch_ns({1}), {2})", Doc: "The timestamp by MySQL specifiers such as %Y-%m-%d."},
	{Sig: "date_parse(varchar, varchar) timestamp", SQL: "make_timestamp_ns(tm_date_parse({1}, {2}))", Doc: "The timestamp that a text gives by MySQL specifiers; a text that does not match is an error."},
	{Sig: "format_datetime(timestamp, varchar) varchar", SQL: "tm_format_datetime(epoch_ns({1}), {2})", Doc: "The timestamp by a Joda-Time pattern such as yyyy-MM-dd."},
	{Sig: "parse_datetime(varchar, varchar) timestamp", SQL: "make_timestamp_ns(tm_parse_datetime({1}, {2}))", Doc: "The instant that a text gives by a Joda-Time pattern; a zone in it is applied."},
}
