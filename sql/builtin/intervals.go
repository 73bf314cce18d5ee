package builtin

import (
	"slices"

	"tidemark/sql/types"
)

// intervalOperators are the signs between intervals and numbers.
var intervalOperators = slices.Concat(
	intervalSigns("interval day to second", "tm_interval", "CAST(0 AS BIGINT)", "nanosecond", types.DaysToSeconds),
	intervalSigns("interval year to month", "tm_months", "CAST(0 AS INTEGER)", "month", types.YearsToMonths),
)

func intervalSigns(name, macro, zero, unit string, m types.IntervalMath) []entry {
	multiple, part := "A multiple of the interval.", "A part of the interval, truncated to the "+unit+"."
	scaled := "A multiple of the interval, to the nearest " + unit + "; by NaN it is an error."
	scaledPart := "A part of the interval, to the nearest " + unit + "; by zero and by NaN it is an error."
	negate := func(a, _ int64) (int64, error) { return m.Subtract(0, a) }
	return []entry{
		{Sig: "+(" + name + ", " + name + ") " + name, SQL: macro + "_add({1}, {2})", Fold: foldInterval(m.Add), Doc: "Sum."},
		{Sig: "-(" + name + ", " + name + ") " + name, SQL: macro + "_subtract({1}, {2})", Fold: foldInterval(m.Subtract), Doc: "Difference."},
		{Sig: "+(" + name + ") " + name, SQL: "{1}", Fold: foldSame, Doc: "The interval itself."},
		{Sig: "-(" + name + ") " + name, SQL: macro + "_subtract(" + zero + ", {1})", Fold: foldInterval(negate), Doc: "The negated interval."},
		{Sig: "*(" + name + ", bigint) " + name, SQL: macro + "_multiply({1}, {2})", Fold: foldInterval(m.Multiply), Doc: multiple},
		{Sig: "*(bigint, " + name + ") " + name, SQL: macro + "_multiply({2}, {1})", Fold: swapped(foldInterval(m.Multiply)), Doc: multiple},
		{Sig: "*(" + name + ", double) " + name, SQL: macro + "_scale({1}, {2})", Fold: foldScaled(m.Scale), Doc: scaled},
		{Sig: "*(double, " + name + ") " + name, SQL: macro + "_scale({2}, {1})", Fold: swapped(foldScaled(m.Scale)), Doc: scaled},
		{Sig: "/(" + name + ", bigint) " + name, SQL: macro + "_divide({1}, {2})", Fold: foldInterval(m.Divide), Doc: part},
		{Sig: "/(" + name + ", double) " + name, SQL: macro + "_part({1}, {2})", Fold: foldScaled(m.Part), Doc: scaledPart},
	}
}

// foldInterval applies an operation of counts; a sign has no second one.
func foldInterval(op func(a, b int64) (int64, error)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		n, err := op(countOf(args[0]), countOf(args[len(args)-1]))
		return likeInterval(args[0], n), err
	}
}

func foldScaled(op func(n int64, by float64) (int64, error)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		n, err := op(countOf(args[0]), args[1].(float64))
		return likeInterval(args[0], n), err
	}
}

func countOf(v any) int64 {
	if n, ok := v.(int32); ok {
		return int64(n)
	}
	return v.(int64)
}

// likeInterval gives a count the Go form of the interval that it was made of.
func likeInterval(of any, n int64) any {
	if _, months := of.(int32); months {
		return int32(n)
	}
	return n
}
