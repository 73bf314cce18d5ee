package duckdbtest

import "tidemark/sql/types"

// The values are those of the guide, or of date +%G-%V and cal.
func extractionCases() []functionCase {
	guide := ts("2019-10-12 23:10:34.162123456") // a Saturday in week 41
	before := ts("1969-12-31 23:59:59.999999999")
	return []functionCase{
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
		f("1970", "yow", ts("1969-12-31")), f("53", "week", ts("2020-12-31")), f("1", "week", ts("2018-12-31")), f("52", "week", date("2023-01-01")), f("2022", "yow", date("2023-01-01")),
		f("366", "doy", ts("2020-12-31")), f("60", "doy", date("2020-02-29")), f("61", "day_of_year", date("2020-03-01")), f("3", "day_of_week", before), f("365", "doy", before),
		f("1678", "year", ts("1678-02-28 00:12:44")), f("59", "doy", ts("1678-02-28 00:12:44")), f("1", "dow", ts("1678-02-28 00:12:44")), f("12", "minute", ts("1678-02-28 00:12:44")),
		f("2262", "year", ts("2262-04-11 23:47:16.854775806")), f("5", "day_of_week", ts("2262-04-11 23:47:16.854775806")), f("15", "week", ts("2262-04-11 23:47:16.854775806")),
		f("4", "quarter", date("1969-12-31")), f("12", "month", date("1969-12-31")), f("31", "day", date("1969-12-31")), f("31", "day_of_month", date("1969-12-31")), f("7", "day_of_week", date("2022-06-19")),
		f("1", "week_of_year", ts("2024-12-30")), f("2025", "year_of_week", date("2024-12-30")), f("31", "day_of_month", ts("1969-12-31")),
		f("-2", "year", lit(types.IntervalYearToMonth, int32(-31))), f("-7", "month", lit(types.IntervalYearToMonth, int32(-31))),
		f("-1", "day", neg("26h")), f("-1", "day_of_month", neg("26h")), f("-2", "hour", neg("26h")), f("-30", "minute", neg("90m")), f("-1", "second", neg("1500ms")), f("-500", "millisecond", neg("1500ms")), f("-1", "nanosecond", neg("1ns")),
		f("123", "millisecond", tod("12:42:13.123456789")), f("23", "hour", tod("23:59:59.999999999")), f("2019", "year", str("2019-10-12")), f("23", "hour", str("2019-10-12 23:10")), f("41", "week", str("2019-10-12")),
	}
}
