package duckdbtest

import (
	"testing"

	"tidemark/sql/types"
)

// The values are those of the developer guide where it prints one, else counted by hand.
func TestDateFunctions(t *testing.T) {
	guide := ts("2022-06-17 17:44:43.771000678")
	before := ts("1969-12-31 23:59:59.999999999")
	run(t, []functionCase{
		f("2022-06-17 17:44:43.771000678", "now"),
		f("2022-06-17", "current_date"),
		f("17:44:43.771000678", "current_time"),
		f("UTC", "current_timezone"),
		f("2022-06-17 16:44:43.771000678", "ago", iv("1h")),
		f("2020-06-17 17:44:43.771000678", "ago", iv("2y")),

		f("2022-06-17 10:15:00.000000000", "bin", ts("2022-06-17 10:15:20"), iv("5m")),
		f("2022-06-17 00:00:00.000000000", "bin", ts("2022-06-17 10:15:20"), iv("1d")),
		f("2022-06-17 00:00:00.000000000", "bin", ts("2022-06-17 10:15:20"), iv("10day")),
		f("2022-05-28 00:00:00.000000000", "bin", ts("2022-06-17 10:15:20"), iv("30day")),
		f("2021-11-14 00:00:00.000000000", "bin", str("2021-11-15 11:18:42"), iv("3d")),
		f("1969-12-31 23:55:00.000000000", "bin", ts("1969-12-31 23:58"), iv("5m")),
		f("error: interval must be positive", "bin", ts("2022-06-17"), iv("0s")),
		f("NULL", "bin", null(types.Timestamp), iv("5m")),

		f("2022-06-17 17:44:43.771000728", "+", guide, iv("50ns")),
		f("2020-02-29 10:00:00.123456789", "+", ts("2020-01-31 10:00:00.123456789"), iv("1month")),
		f("2019-02-28 00:00:00.000000000", "-", ts("2020-02-29"), iv("1year")),
		f("1970-01-31 23:59:59.999999999", "+", before, iv("1month")),
		f("0 00:00:00.000000078", "-", ts("2022-06-17 00:00:00.000000078"), ts("2022-06-17")),
		f("-1 00:00:00.000000000", "-", date("2022-06-17"), date("2022-06-18")),
		f("2020-02-29", "+", date("2020-01-31"), iv("1month")),
		f("2020-02-01", "+", iv("1d"), date("2020-01-31")),
		f("error: Cannot add hour, minutes or seconds to a date", "+", date("2020-01-31"), iv("1h")),
		f("01:00:00.000000000", "+", tod("23:00"), iv("2h")),
		f("23:00:00.000000000", "-", tod("01:00"), iv("2h")),
		f("0 07:30:00.000000000", "*", iv("5m"), num(90)),
		f("0 00:07:30.000000000", "*", iv("5m"), dbl(1.5)),
		f("0 00:02:30.000000000", "/", iv("5m"), num(2)),
		f("-0 00:05:00.000000000", "-", iv("5m")),
		f("2-6", "*", iv("6month"), num(5)),

		f("2022-06-17 17:44:00.000000000", "date_trunc", str("minute"), guide),
		f("2022-06-17 17:44:43.771000000", "date_trunc", str("millisecond"), guide),
		f("2022-06-13 00:00:00.000000000", "date_trunc", str("week"), guide),
		f("2022-04-01 00:00:00.000000000", "date_trunc", str("quarter"), guide),
		f("2022-01-01 00:00:00.000000000", "date_trunc", str("YEAR"), guide),
		f("1969-12-01 00:00:00.000000000", "date_trunc", str("month"), before),
		f("1969-12-31 23:59:59.000000000", "date_trunc", str("second"), before),
		f("1969-12-29 00:00:00.000000000", "date_trunc", str("week"), before),
		f("2022-06-13", "date_trunc", str("week"), date("2022-06-17")),

		f("2022-06-17 17:44:52.771000678", "date_add", str("second"), num(9), guide),
		f("2020-02-29 00:00:00.000000000", "date_add", str("quarter"), num(1), ts("2019-11-30")),
		f("2020-02-29", "date_add", str("month"), num(1), date("2020-01-31")),
		f("2020-02-14", "date_add", str("week"), num(2), date("2020-01-31")),
		f("00:30:00.000000000", "date_add", str("minute"), num(45), tod("23:45")),
		f("0", "date_diff", str("hour"), ts("2020-03-01 00:59"), ts("2020-03-01 01:01")),
		f("0", "date_diff", str("day"), ts("2020-03-02 10:00"), ts("2020-03-01 11:00")),
		f("-3", "date_diff", str("minute"), ts("2020-03-01 00:03:30"), ts("2020-03-01 00:00")),
		f("1", "date_diff", str("month"), ts("2020-01-31"), ts("2020-02-29")),
		f("1", "date_diff", str("quarter"), ts("2020-01-31"), ts("2020-07-30")),
		f("-1", "date_diff", str("year"), ts("2021-03-01"), ts("2020-02-29")),
		f("9", "date_diff", str("day"), date("2020-02-25"), date("2020-03-05")),
		f("1", "date_diff", str("week"), date("2020-02-25"), date("2020-03-05")),
		f("90", "date_diff", str("minute"), tod("01:00"), tod("02:30")),

		f("2022-06-17", "date", guide),
		f("1969-12-31", "date", before),
		f("2022-06-17", "date", str("2022-06-17 17:44")),
		f("2022-07-31", "last_day_of_month", ts("2022-07-04 10:00")),
		f("2020-02-29", "last_day_of_month", date("2020-02-03")),
		f("0 21:00:00.000000000", "parse_duration", str("21hour")),
		f("0 00:00:00.042800000", "parse_duration", str("42.8 ms")),
		f("error: Unknown time unit: weeks", "parse_duration", str("3 weeks")),
	})
}

func TestExtraction(t *testing.T) {
	guide := ts("2019-10-12 23:10:34.162123456") // a Saturday in week 41
	before := ts("1969-12-31 23:59:59.999999999")
	run(t, []functionCase{
		f("2019", "year", guide), f("4", "quarter", guide), f("10", "month", guide), f("41", "week", guide), f("12", "day", guide),
		f("6", "day_of_week", guide), f("7", "dow", date("2019-10-13")), f("1", "dow", date("2019-10-14")),
		f("285", "day_of_year", guide), f("23", "hour", guide), f("10", "minute", guide), f("34", "second", guide),
		f("162", "millisecond", guide), f("162123456", "nanosecond", guide),
		f("2020", "year_of_week", ts("2021-01-01")), f("53", "week_of_year", date("2021-01-01")), f("2021", "year", date("2021-01-01")),
		f("1969", "year", before), f("23", "hour", before), f("59", "second", before), f("999", "millisecond", before), f("999999999", "nanosecond", before),
		f("12", "day_of_month", str("2019-10-12")),
		f("2", "year", iv("31month")), f("7", "month", iv("31month")),
		f("3", "day", iv("75h")), f("3", "hour", iv("75h")), f("30", "minute", iv("90m")), f("1", "second", iv("61s")), f("500", "millisecond", iv("1500ms")),
		f("12", "hour", tod("12:42:13.5")), f("42", "minute", tod("12:42:13.5")), f("13", "second", tod("12:42:13.5")), f("500000000", "nanosecond", tod("12:42:13.5")),
	})
}

func TestEpoch(t *testing.T) {
	guide := ts("2022-06-17 17:44:43.771000678")
	run(t, []functionCase{
		f("2022-06-17 17:44:43.771000000", "from_milliseconds", num(1655487883771)),
		f("1970-01-01 00:00:00.300000001", "from_nanoseconds", num(300000001)),
		f("1970-01-01 00:00:01.500000000", "from_unixtime", dbl(1.5)),
		f("1970-01-01 00:00:02.000000000", "from_unixtime", integer(2)),
		f("1655487883771", "to_milliseconds", guide),
		f("-1", "to_milliseconds", ts("1969-12-31 23:59:59.999999999")),
		f("90000", "to_milliseconds", iv("90s")),
		f("1655487883771000678", "to_nanoseconds", guide),
		f("1.6554878837710001E9", "to_unixtime", ts("2022-06-17 17:44:43.771")),
		f("2022-06-17 12:44:43.771000678", "from_iso8601_timestamp", str("2022-06-17T17:44:43.771000678+05:00")),
		f("2022-06-17 00:00:00.000000000", "from_iso8601_timestamp", str("2022-06-17")),
		f("2022-06-17", "from_iso8601_date", str("2022-W24-5")),
		f("2022-06-17", "from_iso8601_date", str("2022-168")),
		f("2022-06-17T17:44:43.771000678", "to_iso8601", guide),
		f("2022-06-17", "to_iso8601", date("2022-06-17")),
		f("error: Value 13 for monthOfYear must be in the range [1,12]", "from_iso8601_date", str("2022-13-01")),
	})
}

func TestFormatting(t *testing.T) {
	sunday := ts("2019-10-20 09:08:07.123456789")
	run(t, []functionCase{
		f("Sun|Oct|10|20|20|123456|09|09|08|293|9|9|October|10|AM|07|42|Sunday|2019|19|%|2019", "date_format", sunday,
			str("%a|%b|%c|%d|%e|%f|%H|%I|%i|%j|%k|%l|%M|%m|%p|%S|%v|%W|%Y|%y|%%|%x")),
		f("09:08:07 AM 09:08:07 z", "date_format", sunday, str("%r %T %z")),
		f("error: %D not supported", "date_format", sunday, str("%D")),
		f("2019-10-20 21:08:07.500000000", "date_parse", str("20.10.2019 09:08:07.5 PM"), str("%d.%m.%Y %h:%i:%s.%f %p")),
		f("2019-10-20 00:00:00.000000000", "date_parse", str("October 20, 2019"), str("%M %e, %Y")),
		f("2019-10-20 00:00:00.000000000", "date_parse", str("2019 293"), str("%Y %j")),
		f("error: Invalid format", "date_parse", str("2019-10"), str("%Y-%m-%d")),
		f("2019-10-20 09:08:07.123", "format_datetime", sunday, str("yyyy-MM-dd HH:mm:ss.SSS")),
		f("Sun, 20 Oct 2019 9 o'clock AM UTC", "format_datetime", sunday, str("EEE, d MMM yyyy h 'o''clock' a z")),
		f("Sunday October 19 293 7 +0000", "format_datetime", sunday, str("EEEE MMMM yy D e Z")),
		f("2019-12-29 18:10:00.000000000", "parse_datetime", str("2019-12-29 10:10 PST"), str("uuuu-LL-dd HH:mm z")),
		f("2019-12-29 08:10:11.250000000", "parse_datetime", str("20191229T101011.25+0200"), str("yyyyMMdd'T'HHmmss.SSZ")),
		f("error: Illegal pattern component", "format_datetime", sunday, str("yyyy-bb")),
	})
}
