package builtin

// operators are the arithmetic signs. Integers overflow with an error in DuckDB as
// in Timestream; the macros of the prelude raise what DuckDB would answer with NULL.
var operators = []entry{
	{Sig: "+(N, N) N", SQL: "({1} + {2})", Fold: foldAdd, Doc: "Sum; an integer overflow is an error."},
	{Sig: "+(N) N", SQL: "{1}", Fold: foldSame, Doc: "The number itself."},
	{Sig: "+(timestamp, interval day to second) timestamp", SQL: "make_timestamp_ns(epoch_ns({1}) + {2})", Fold: foldAddNanos, Doc: "Exact to the nanosecond."},
	{Sig: "+(interval day to second, timestamp) timestamp", SQL: "make_timestamp_ns(epoch_ns({2}) + {1})", Fold: swapped(foldAddNanos), Doc: "Exact to the nanosecond."},
	{Sig: "+(timestamp, interval year to month) timestamp", SQL: "tm_add_months({1}, {2})", Fold: foldAddMonths, Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "+(interval year to month, timestamp) timestamp", SQL: "tm_add_months({2}, {1})", Fold: swapped(foldAddMonths), Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "+(date, interval day to second) date", SQL: "({1} + tm_whole_days({2}))", Fold: foldDateAddNanos, Doc: "The interval must be whole days."},
	{Sig: "+(interval day to second, date) date", SQL: "({2} + tm_whole_days({1}))", Fold: swapped(foldDateAddNanos), Doc: "The interval must be whole days."},
	{Sig: "+(date, interval year to month) date", SQL: "CAST({1} + to_months({2}) AS DATE)", Fold: foldDateAddMonths, Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "+(interval year to month, date) date", SQL: "CAST({2} + to_months({1}) AS DATE)", Fold: swapped(foldDateAddMonths), Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "+(time, interval day to second) time", SQL: "tm_fmod({1} + {2} % 86400000000000, 86400000000000)", Doc: "Wraps at 24 hours."},
	{Sig: "+(interval day to second, time) time", SQL: "tm_fmod({2} + {1} % 86400000000000, 86400000000000)", Doc: "Wraps at 24 hours."},
	{Sig: "+(interval day to second, interval day to second) interval day to second", SQL: "({1} + {2})", Fold: foldAdd, Doc: "Sum."},
	{Sig: "+(interval year to month, interval year to month) interval year to month", SQL: "({1} + {2})", Fold: foldAdd, Doc: "Sum."},

	{Sig: "-(N, N) N", SQL: "({1} - {2})", Fold: foldSubtract, Doc: "Difference; an integer overflow is an error."},
	{Sig: "-(N) N", SQL: "(-{1})", Fold: foldNegate, Doc: "The negated number."},
	{Sig: "-(interval day to second) interval day to second", SQL: "(-{1})", Fold: foldNegate, Doc: "The negated interval."},
	{Sig: "-(interval year to month) interval year to month", SQL: "(-{1})", Fold: foldNegate, Doc: "The negated interval."},
	{Sig: "-(timestamp, interval day to second) timestamp", SQL: "make_timestamp_ns(epoch_ns({1}) - {2})", Fold: foldSubtract, Doc: "Exact to the nanosecond."},
	{Sig: "-(timestamp, interval year to month) timestamp", SQL: "tm_add_months({1}, -{2})", Fold: foldSubtractMonths, Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "-(timestamp, timestamp) interval day to second", SQL: "(epoch_ns({1}) - epoch_ns({2}))", Fold: foldSubtract, Doc: "The time between; negative when the first is earlier."},
	{Sig: "-(date, interval day to second) date", SQL: "({1} - tm_whole_days({2}))", Fold: foldDateSubtractNanos, Doc: "The interval must be whole days."},
	{Sig: "-(date, interval year to month) date", SQL: "CAST({1} - to_months({2}) AS DATE)", Fold: foldDateSubtractMonths, Doc: "Moves the calendar month; a day that the month lacks becomes its last."},
	{Sig: "-(date, date) interval day to second", SQL: "(({1} - {2}) * 86400000000000)", Doc: "The days between."},
	{Sig: "-(time, interval day to second) time", SQL: "tm_fmod({1} - {2} % 86400000000000, 86400000000000)", Doc: "Wraps at 24 hours."},
	{Sig: "-(time, time) interval day to second", SQL: "({1} - {2})", Fold: foldSubtract, Doc: "The time between."},
	{Sig: "-(interval day to second, interval day to second) interval day to second", SQL: "({1} - {2})", Fold: foldSubtract, Doc: "Difference."},
	{Sig: "-(interval year to month, interval year to month) interval year to month", SQL: "({1} - {2})", Fold: foldSubtract, Doc: "Difference."},

	{Sig: "*(N, N) N", SQL: "({1} * {2})", Fold: foldMultiply, Doc: "Product; an integer overflow is an error."},
	{Sig: "*(interval day to second, bigint) interval day to second", SQL: "({1} * {2})", Fold: foldMultiply, Doc: "A multiple of the interval."},
	{Sig: "*(bigint, interval day to second) interval day to second", SQL: "({1} * {2})", Fold: foldMultiply, Doc: "A multiple of the interval."},
	{Sig: "*(interval day to second, double) interval day to second", SQL: "CAST(round({1} * {2}) AS BIGINT)", Doc: "A multiple of the interval, to the nearest nanosecond."},
	{Sig: "*(double, interval day to second) interval day to second", SQL: "CAST(round({1} * {2}) AS BIGINT)", Doc: "A multiple of the interval, to the nearest nanosecond."},
	{Sig: "*(interval year to month, bigint) interval year to month", SQL: "CAST({1} * {2} AS INTEGER)", Doc: "A multiple of the interval."},
	{Sig: "*(bigint, interval year to month) interval year to month", SQL: "CAST({1} * {2} AS INTEGER)", Doc: "A multiple of the interval."},

	{Sig: "/(N, N) N", Emit: emitDivide("//", "tm_div"), Fold: foldDivide, Doc: "Quotient; integers truncate toward zero, and by zero it is an error."},
	{Sig: "/(interval day to second, bigint) interval day to second", Emit: emitDivide("//", "tm_div"), Fold: foldDivide, Doc: "A part of the interval, truncated to the nanosecond."},
	{Sig: "/(interval day to second, double) interval day to second", SQL: "CAST(round({1} / {2}) AS BIGINT)", Doc: "A part of the interval, to the nearest nanosecond."},
	{Sig: "/(interval year to month, bigint) interval year to month", SQL: "CAST(tm_div({1}, {2}) AS INTEGER)", Doc: "A part of the interval, truncated to the month."},
	{Sig: "%(N, N) N", Emit: emitDivide("%", "tm_mod"), Fold: foldModulo, Doc: "Remainder with the sign of the dividend; integers by zero are an error."},

	{Sig: "||(varchar, varchar) varchar", SQL: "({1} || {2})", Fold: foldConcat, Doc: "The texts joined; NULL when one is NULL."},
	{Sig: "||(array(T), array(T)) array(T)", SQL: "({1} || {2})", Doc: "The arrays joined; NULL when one is NULL."},
	{Sig: "||(array(T), T) array(T)", SQL: "({1} || [{2}])", Doc: "The array with one more element at its end."},
	{Sig: "||(T, array(T)) array(T)", SQL: "([{1}] || {2})", Doc: "The array with one more element at its front."},
}
