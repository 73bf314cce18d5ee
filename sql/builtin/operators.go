package builtin

import "tidemark/sql/calendar"

// operators are the arithmetic signs. Integers overflow with an error in DuckDB as
// in Timestream; the macros of the prelude raise what DuckDB would answer with NULL.
var operators = []entry{
	{Sig: "+(N, N) N", SQL: "({1} + {2})", Fold: foldAdd, Doc: "Sum; an integer overflow is an error."},
	{Sig: "+(N) N", SQL: "{1}", Fold: foldSame, Doc: "The number itself."},
	{Sig: "+(timestamp, interval day to second) timestamp", SQL: "tm_timestamp_add({1}, {2})", Fold: fold2(calendar.AddNanos), Doc: "Exact to the nanosecond."},
	{Sig: "+(interval day to second, timestamp) timestamp", SQL: "tm_timestamp_add({2}, {1})", Fold: swapped(fold2(calendar.AddNanos)), Doc: "Exact to the nanosecond."},
	{Sig: "+(timestamp, interval year to month) timestamp", SQL: "tm_add_months({1}, {2})", Fold: fold2(calendar.AddInterval), Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "+(interval year to month, timestamp) timestamp", SQL: "tm_add_months({2}, {1})", Fold: swapped(fold2(calendar.AddInterval)), Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "+(date, interval day to second) date", SQL: "tm_date_add({1}, {2})", Fold: fold2(calendar.AddDateNanos), Doc: "The interval must be whole days."},
	{Sig: "+(interval day to second, date) date", SQL: "tm_date_add({2}, {1})", Fold: swapped(fold2(calendar.AddDateNanos)), Doc: "The interval must be whole days."},
	{Sig: "+(date, interval year to month) date", SQL: "tm_date_add_months({1}, {2})", Fold: fold2(calendar.AddDateInterval), Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "+(interval year to month, date) date", SQL: "tm_date_add_months({2}, {1})", Fold: swapped(fold2(calendar.AddDateInterval)), Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "+(time, interval day to second) time", SQL: "tm_time_add({1}, {2})", Fold: sure2(calendar.AddToTime), Doc: "Wraps at 24 hours."},
	{Sig: "+(interval day to second, time) time", SQL: "tm_time_add({2}, {1})", Fold: swapped(sure2(calendar.AddToTime)), Doc: "Wraps at 24 hours."},

	{Sig: "-(N, N) N", SQL: "({1} - {2})", Fold: foldSubtract, Doc: "Difference; an integer overflow is an error."},
	{Sig: "-(N) N", Emit: emitNegate, Fold: foldNegate, Doc: "The negated number."},
	{Sig: "-(timestamp, interval day to second) timestamp", SQL: "tm_timestamp_subtract({1}, {2})", Fold: fold2(calendar.SubtractNanos), Doc: "Exact to the nanosecond."},
	{Sig: "-(timestamp, interval year to month) timestamp", SQL: "tm_add_months({1}, -CAST({2} AS BIGINT))", Fold: fold2(calendar.SubtractInterval), Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "-(timestamp, timestamp) interval day to second", SQL: "tm_timestamp_between({1}, {2})", Fold: fold2(calendar.Between), Doc: "The time between; negative when the first is earlier."},
	{Sig: "-(date, interval day to second) date", SQL: "tm_date_subtract({1}, {2})", Fold: fold2(calendar.SubtractDateNanos), Doc: "The interval must be whole days."},
	{Sig: "-(date, interval year to month) date", SQL: "tm_date_add_months({1}, -CAST({2} AS BIGINT))", Fold: fold2(calendar.SubtractDateInterval), Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "-(date, date) interval day to second", SQL: "tm_date_between({1}, {2})", Fold: fold2(calendar.BetweenDates), Doc: "The days between."},
	{Sig: "-(time, interval day to second) time", SQL: "tm_time_subtract({1}, {2})", Fold: sure2(calendar.SubtractFromTime), Doc: "Wraps at 24 hours."},
	{Sig: "-(time, time) interval day to second", SQL: "({1} - {2})", Fold: foldSubtract, Doc: "The time between."},

	{Sig: "*(N, N) N", SQL: "({1} * {2})", Fold: foldMultiply, Doc: "Product; an integer overflow is an error."},

	{Sig: "/(N, N) N", Emit: emitDivide("//", "tm_div"), Fold: foldDivide, Doc: "Quotient; integers truncate toward zero, and by zero it is an error."},
	{Sig: "%(N, N) N", Emit: emitDivide("%", "tm_mod"), Fold: foldModulo, Doc: "Remainder with the sign of the dividend; integers by zero are an error."},

	{Sig: "||(varchar, varchar) varchar", SQL: "({1} || {2})", Fold: foldConcat, Doc: "The texts joined; NULL when one is NULL."},
	{Sig: ":(varchar, bigint) varchar", Emit: emitOnce("tm_fitting({1}, {2})"), Doc: "CAST to varchar(n) of what is no varchar: the text; one that is longer is an error."},
	{Sig: ":(timestamp, bigint) timestamp", SQL: "tm_timestamp_round({1}, {2})", Fold: fold2(calendar.RoundTimestamp), Doc: "CAST to timestamp(p): rounded to a multiple of so many nanoseconds, a half up."},
	{Sig: ":(time, bigint) time", SQL: "tm_time_round({1}, {2})", Fold: sure2(calendar.RoundTime), Doc: "CAST to time(p): rounded to a multiple of so many nanoseconds, a half up; wraps at 24 hours."},
	{Sig: "||(array(T), array(T)) array(T)", SQL: "({1} || {2})", Doc: "The arrays joined; NULL when one is NULL."},
	{Sig: "||(array(T), T) array(T)", Emit: emitAppend, Doc: "The array with one more element at its end; NULL when that is NULL."},
	{Sig: "||(T, array(T)) array(T)", Emit: emitPrepend, Doc: "The array with one more element at its front; NULL when that is NULL."},
}
