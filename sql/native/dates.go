package native

import "tidemark/sql/calendar"

// dates compute with timestamps, dates and times of day to the nanosecond, which
// DuckDB's own functions leave behind. A unit is a number of package calendar.
var dates = []Func{
	{Name: "tm_timestamp_unit", Args: []Kind{Varchar}, Result: Bigint, Batch: ofText(calendar.TimestampUnit)},
	{Name: "tm_date_unit", Args: []Kind{Varchar}, Result: Bigint, Batch: ofText(calendar.DateUnit)},
	{Name: "tm_time_unit", Args: []Kind{Varchar}, Result: Bigint, Batch: ofText(calendar.TimeUnit)},

	{Name: "tm_bin", Args: []Kind{Timestamp, Bigint}, Result: Timestamp, Batch: of2(calendar.Bin)},
	{Name: "tm_timestamp_round", Args: []Kind{Timestamp, Bigint}, Result: Timestamp, Batch: of2(calendar.RoundTimestamp)},
	{Name: "tm_time_round", Args: []Kind{Bigint, Bigint}, Result: Bigint, Batch: of2(sure2(calendar.RoundTime))},
	{Name: "tm_timestamp_truncate", Args: []Kind{Bigint, Timestamp}, Result: Timestamp, Batch: of2(calendar.Truncate)},
	{Name: "tm_date_truncate", Args: []Kind{Bigint, Date}, Result: Date, Batch: of2(calendar.TruncateDate)},
	{Name: "tm_time_truncate", Args: []Kind{Bigint, Bigint}, Result: Bigint, Batch: of2(calendar.TruncateTime)},
	{Name: "tm_timestamp_add_units", Args: []Kind{Bigint, Bigint, Timestamp}, Result: Timestamp, Batch: of3(calendar.Add)},
	{Name: "tm_date_add_units", Args: []Kind{Bigint, Bigint, Date}, Result: Date, Batch: of3(calendar.AddToDate)},
	{Name: "tm_time_add_units", Args: []Kind{Bigint, Bigint, Bigint}, Result: Bigint, Batch: of3(calendar.AddUnitsToTime)},
	{Name: "tm_timestamp_difference", Args: []Kind{Bigint, Timestamp, Timestamp}, Result: Bigint, Batch: of3(calendar.Difference)},
	{Name: "tm_date_difference", Args: []Kind{Bigint, Date, Date}, Result: Bigint, Batch: of3(calendar.DifferenceOfDates)},
	{Name: "tm_time_difference", Args: []Kind{Bigint, Bigint, Bigint}, Result: Bigint, Batch: of3(calendar.DifferenceOfTimes)},

	{Name: "tm_timestamp_add", Args: []Kind{Timestamp, Bigint}, Result: Timestamp, Batch: of2(calendar.AddNanos)},
	{Name: "tm_timestamp_subtract", Args: []Kind{Timestamp, Bigint}, Result: Timestamp, Batch: of2(calendar.SubtractNanos)},
	{Name: "tm_timestamp_between", Args: []Kind{Timestamp, Timestamp}, Result: Bigint, Batch: of2(calendar.Between)},
	{Name: "tm_add_months", Args: []Kind{Timestamp, Bigint}, Result: Timestamp, Batch: of2(calendar.AddMonths)},
	{Name: "tm_date_add", Args: []Kind{Date, Bigint}, Result: Date, Batch: of2(calendar.AddDateNanos)},
	{Name: "tm_date_subtract", Args: []Kind{Date, Bigint}, Result: Date, Batch: of2(calendar.SubtractDateNanos)},
	{Name: "tm_date_between", Args: []Kind{Date, Date}, Result: Bigint, Batch: of2(calendar.BetweenDates)},
	{Name: "tm_date_add_months", Args: []Kind{Date, Bigint}, Result: Date, Batch: of2(calendar.AddDateMonths)},
	{Name: "tm_time_add", Args: []Kind{Bigint, Bigint}, Result: Bigint, Batch: of2(sure2(calendar.AddToTime))},
	{Name: "tm_time_subtract", Args: []Kind{Bigint, Bigint}, Result: Bigint, Batch: of2(sure2(calendar.SubtractFromTime))},

	{Name: "tm_midnight", Args: []Kind{Date}, Result: Timestamp, Batch: of1(calendar.Midnight)},
	{Name: "tm_date", Args: []Kind{Timestamp}, Result: Date, Batch: of1(sure1(calendar.DateOf))},
	{Name: "tm_time", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.TimeOf))},
	{Name: "tm_last_day", Args: []Kind{Timestamp}, Result: Date, Batch: of1(sure1(calendar.LastDay))},
	{Name: "tm_date_last_day", Args: []Kind{Date}, Result: Date, Batch: of1(sure1(calendar.LastDayOfDate))},
}

// dateFields are the fields of a timestamp.
var dateFields = []Func{
	{Name: "tm_year", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.Year))},
	{Name: "tm_quarter", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.Quarter))},
	{Name: "tm_month", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.Month))},
	{Name: "tm_week", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.Week))},
	{Name: "tm_week_year", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.WeekYear))},
	{Name: "tm_day", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.Day))},
	{Name: "tm_weekday", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.Weekday))},
	{Name: "tm_year_day", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.YearDay))},
	{Name: "tm_hour", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.Hour))},
	{Name: "tm_minute", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.Minute))},
	{Name: "tm_second", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.Second))},
	{Name: "tm_millisecond", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.Millisecond))},
	{Name: "tm_nanosecond", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.Nanosecond))},
}

// epochs convert between timestamps and numbers.
var epochs = []Func{
	{Name: "tm_from_milliseconds", Args: []Kind{Bigint}, Result: Timestamp, Batch: of1(calendar.FromMillis)},
	{Name: "tm_from_nanoseconds", Args: []Kind{Bigint}, Result: Timestamp, Batch: of1(calendar.FromNanos)},
	{Name: "tm_from_unixtime", Args: []Kind{Double}, Result: Timestamp, Batch: of1(calendar.FromUnixTime)},
	{Name: "tm_to_milliseconds", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(calendar.ToMillis))},
	{Name: "tm_to_nanoseconds", Args: []Kind{Timestamp}, Result: Bigint, Batch: of1(sure1(func(ns int64) int64 { return ns }))},
	{Name: "tm_to_unixtime", Args: []Kind{Timestamp}, Result: Double, Batch: of1(sure1(calendar.ToUnixTime))},
}
