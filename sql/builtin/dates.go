package builtin

import (
	"fmt"

	"tidemark/sql/types"
)

// dateArithmetic (developer guide, "Date / time functions", interval functions).
// Months move in the calendar, everything else in nanoseconds.
var dateArithmetic = []entry{
	{Sig: "date_trunc(varchar, timestamp) timestamp", Emit: emitTruncate, Fold: foldTruncate, Doc: "The timestamp rounded down to its second, minute, hour, day, week (Monday), month, quarter or year."},
	{Sig: "date_trunc(varchar, date) date", Emit: emitTruncateDate, Doc: "The date rounded down to its week (Monday), month, quarter or year."},
	{Sig: "date_add(varchar, bigint, timestamp) timestamp", Emit: emitDateAdd, Fold: foldDateAdd, Doc: "Adds so many units; a day that the new month lacks becomes its last."},
	{Sig: "date_add(varchar, bigint, date) date", Emit: emitDateAddDate, Doc: "Adds so many days or larger units."},
	{Sig: "date_add(varchar, bigint, time) time", Emit: emitDateAddTime, Doc: "Adds so many units smaller than a day and wraps at 24 hours."},
	{Sig: "date_diff(varchar, timestamp, timestamp) bigint", Emit: emitDateDiff, Doc: "The complete units from the first to the second, truncated toward zero."},
	{Sig: "date_diff(varchar, date, date) bigint", Emit: emitDateDiffDate, Doc: "The complete units from the first to the second, truncated toward zero."},
	{Sig: "date_diff(varchar, time, time) bigint", Emit: emitDateDiffTime, Doc: "The complete units from the first to the second, truncated toward zero."},
	{Sig: "date(timestamp) date", SQL: "CAST(tm_us({1}) AS DATE)", Fold: foldDate, Doc: "The calendar date."},
	{Sig: "date(date) date", SQL: "{1}", Fold: foldSame, Doc: "The date itself."},
	{Sig: "last_day_of_month(timestamp) date", SQL: "last_day(tm_us({1}))", Doc: "The last day of the month."},
	{Sig: "last_day_of_month(date) date", SQL: "last_day({1})", Doc: "The last day of the month."},
}

// weekOffset is the first Monday after 1970-01-01, from which weeks are counted.
const weekOffset = 4 * types.Day

func emitTruncate(c Call) (string, error) {
	u, name, err := unitOf(c, "date_trunc")
	switch {
	case err != nil:
		return "", err
	case u.months > 0:
		return fill("CAST(date_trunc('"+name+"', tm_us({2})) AS TIMESTAMP_NS)", c), nil
	case name == "week":
		return fill("tm_week({2})", c), nil
	}
	return fill(fmt.Sprintf("tm_bin({2}, %d)", u.nanos), c), nil
}

func foldTruncate(args []any) (any, error) {
	u, _, err := unitOf(Call{Args: []Arg{{Value: args[0]}}}, "date_trunc")
	if err != nil {
		return nil, err
	}
	ns := args[1].(int64)
	switch {
	case u.months > 0:
		return types.TruncateMonths(ns, u.months)
	case u.nanos == 7*types.Day:
		monday, err := types.Bin(ns-weekOffset, u.nanos)
		return monday + weekOffset, err
	}
	return types.Bin(ns, u.nanos)
}

func emitTruncateDate(c Call) (string, error) {
	u, name, err := unitOf(c, "date_trunc")
	if err == nil {
		err = wholeDays(u, name)
	}
	return fill("CAST(date_trunc('"+name+"', {2}) AS DATE)", c), err
}

func emitDateAdd(c Call) (string, error) {
	u, _, err := unitOf(c, "date_add")
	if u.months > 0 {
		return fill(fmt.Sprintf("tm_add_months({3}, {2} * %d)", u.months), c), err
	}
	return fill(fmt.Sprintf("make_timestamp_ns(epoch_ns({3}) + {2} * %d)", u.nanos), c), err
}

func foldDateAdd(args []any) (any, error) {
	u, _, err := unitOf(Call{Args: []Arg{{Value: args[0]}}}, "date_add")
	if err != nil {
		return nil, err
	}
	n, err := types.MultiplyInt64(args[1].(int64), u.nanos+u.months, "interval")
	switch {
	case err != nil:
		return nil, err
	case u.months > 0:
		return types.AddMonthsToTimestamp(args[2].(int64), n)
	}
	return types.AddInt64(args[2].(int64), n, "timestamp")
}

func emitDateAddDate(c Call) (string, error) {
	u, name, err := unitOf(c, "date_add")
	if err == nil {
		err = wholeDays(u, name)
	}
	if u.months > 0 {
		return fill(fmt.Sprintf("CAST({3} + to_months(CAST({2} * %d AS INTEGER)) AS DATE)", u.months), c), err
	}
	return fill(fmt.Sprintf("({3} + CAST({2} * %d AS INTEGER))", u.nanos/types.Day), c), err
}

func emitDateAddTime(c Call) (string, error) {
	u, name, err := unitOf(c, "date_add")
	if err == nil && (u.nanos == 0 || u.nanos >= types.Day) {
		err = fmt.Errorf("'%s' is not a valid TIME field", name)
	}
	return fill(fmt.Sprintf("tm_fmod({3} + {2} * %d %% 86400000000000, 86400000000000)", u.nanos), c), err
}

func emitDateDiff(c Call) (string, error) {
	u, name, err := unitOf(c, "date_diff")
	if u.months > 0 {
		return fill("date_sub('"+name+"', tm_us({2}), tm_us({3}))", c), err
	}
	return fill(fmt.Sprintf("((epoch_ns({3}) - epoch_ns({2})) // %d)", u.nanos), c), err
}

func emitDateDiffDate(c Call) (string, error) {
	u, name, err := unitOf(c, "date_diff")
	if err == nil {
		err = wholeDays(u, name)
	}
	if u.months > 0 {
		return fill("date_sub('"+name+"', {2}, {3})", c), err
	}
	return fill(fmt.Sprintf("(({3} - {2}) // %d)", u.nanos/types.Day), c), err
}

func emitDateDiffTime(c Call) (string, error) {
	u, name, err := unitOf(c, "date_diff")
	if err == nil && u.nanos == 0 {
		err = fmt.Errorf("'%s' is not a valid TIME field", name)
	}
	return fill(fmt.Sprintf("(({3} - {2}) // %d)", u.nanos), c), err
}
