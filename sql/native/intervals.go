package native

import (
	"slices"

	"tidemark/sql/types"
)

// intervals is the arithmetic of intervals, which are plain numbers to DuckDB: its own
// errors would show them as such.
var intervals = slices.Concat(
	intervalFuncs("tm_interval", Bigint, types.DaysToSeconds, func(n int64) any { return n }),
	intervalFuncs("tm_months", Integer, types.YearsToMonths, func(n int64) any { return int32(n) }),
)

func intervalFuncs(prefix string, kind Kind, m types.IntervalMath, value func(int64) any) []Func {
	whole := func(name string, by Kind, op func(a, b int64) (int64, error)) Func {
		return Func{Name: prefix + name, Args: []Kind{kind, by}, Result: kind, Call: func(a []any) (any, error) {
			n, err := op(wholeOf(a[0]), wholeOf(a[1]))
			return value(n), err
		}}
	}
	scaled := func(name string, op func(n int64, by float64) (int64, error)) Func {
		return Func{Name: prefix + name, Args: []Kind{kind, Double}, Result: kind, Call: func(a []any) (any, error) {
			n, err := op(wholeOf(a[0]), a[1].(float64))
			return value(n), err
		}}
	}
	return []Func{
		whole("_add", kind, m.Add), whole("_subtract", kind, m.Subtract), whole("_multiply", Bigint, m.Multiply), whole("_divide", Bigint, m.Divide),
		scaled("_scale", m.Scale), scaled("_part", m.Part),
	}
}

func wholeOf(v any) int64 {
	if n, ok := v.(int32); ok {
		return int64(n)
	}
	return v.(int64)
}
