package rewrite

import (
	"math"
	"strings"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// bounds returns the range of x for which x op v is true.
func bounds(op plan.CompareOp, v int64) plan.TimeRange {
	r := plan.AllTime
	switch op {
	case plan.Equal, plan.NotDistinguishable:
		r = plan.TimeRange{Min: v, Max: v}
	case plan.Less:
		r.Max = plus(v, -1)
	case plan.LessOrEqual:
		r.Max = v
	case plan.Greater:
		r.Min = plus(v, 1)
	case plan.GreaterOrEqual:
		r.Min = v
	}
	return r
}

// learnRange returns what it says about a column that x, computed from it, lies in r.
// The range that it finds may be wider than need be, never narrower.
//
//	bin(time, 5m) >= 10:00        time >= 10:00
//	now() - time < 1h             time > now() - 1h
//	date(time) = 2026-01-01       2026-01-01 00:00 <= time < 2026-01-02 00:00
func learnRange(x plan.Expr, r plan.TimeRange) facts {
	if r == plan.AllTime {
		return facts{}
	}
	switch x := x.(type) {
	case *plan.Ref:
		if countable[x.Col.Type.Kind] {
			return facts{x.Col.ID: {time: r}}
		}
	case *plan.Cast:
		return learnCast(x, r)
	case *plan.Call:
		if invert, ok := inverses[x.Fn.Name]; ok {
			if operand, in := invert(x.Args, r); operand != nil {
				return learnRange(operand, in)
			}
		}
	}
	return facts{}
}

// countable are the types whose values a fact counts.
var countable = map[types.Kind]bool{
	types.Timestamp: true, types.Date: true, types.Bigint: true, types.IntervalDayToSecond: true,
}

const (
	day         = 86_400_000_000_000
	millisecond = 1_000_000
)

// learnCast inverts the casts between timestamp and date.
func learnCast(x *plan.Cast, r plan.TimeRange) facts {
	switch from, to := x.X.Type().Kind, x.To.Kind; {
	case from == types.Timestamp && to == types.Date:
		return learnRange(x.X, scaled(r, day))
	case from == types.Date && to == types.Timestamp:
		return learnRange(x.X, plan.TimeRange{Min: floor(r.Min, day), Max: floor(r.Max, day)})
	}
	return facts{}
}

// scaled returns the range of x for which x divided by unit, rounded down, lies in r.
func scaled(r plan.TimeRange, unit int64) plan.TimeRange {
	return plan.TimeRange{Min: times(r.Min, unit), Max: plus(times(plus(r.Max, 1), unit), -1)}
}

// inverse returns the argument of a call that varies and the range in which it lies
// when the call's value lies in r; no argument when nothing is known.
type inverse func(args []plan.Expr, r plan.TimeRange) (plan.Expr, plan.TimeRange)

// inverses are the functions of which learnRange knows the inverse.
var inverses = map[string]inverse{
	"bin": invertBin, "date_trunc": invertTrunc, "+": invertPlus, "-": invertMinus, "date": invertDate,
	"to_milliseconds": func(args []plan.Expr, r plan.TimeRange) (plan.Expr, plan.TimeRange) {
		return args[0], scaled(r, millisecond)
	},
	"to_nanoseconds": func(args []plan.Expr, r plan.TimeRange) (plan.Expr, plan.TimeRange) { return args[0], r },
}

func invertBin(args []plan.Expr, r plan.TimeRange) (plan.Expr, plan.TimeRange) {
	step, ok := constant(args[1], types.IntervalDayToSecond)
	if !ok || step <= 0 {
		return nil, r
	}
	return args[0], plan.TimeRange{Min: r.Min, Max: plus(r.Max, step-1)}
}

// longest are the greatest lengths of the units of date_trunc.
var longest = map[string]int64{
	"millisecond": millisecond, "second": 1_000_000_000, "minute": 60_000_000_000, "hour": 3_600_000_000_000,
	"day": day, "week": 7 * day, "month": 31 * day, "quarter": 92 * day, "year": 366 * day,
}

func invertTrunc(args []plan.Expr, r plan.TimeRange) (plan.Expr, plan.TimeRange) {
	unit, ok := args[0].(*plan.Literal)
	if !ok || unit.Value == nil {
		return nil, r
	}
	length, ok := longest[strings.ToLower(unit.Value.(string))]
	if !ok {
		return nil, r
	}
	if args[1].Type().Kind == types.Date {
		length = max(length/day, 1)
	}
	return args[1], plan.TimeRange{Min: r.Min, Max: plus(r.Max, length-1)}
}

func invertDate(args []plan.Expr, r plan.TimeRange) (plan.Expr, plan.TimeRange) {
	if args[0].Type().Kind != types.Timestamp {
		return nil, r
	}
	return args[0], scaled(r, day)
}

// invertPlus handles a timestamp or an interval plus a constant interval, in either order.
func invertPlus(args []plan.Expr, r plan.TimeRange) (plan.Expr, plan.TimeRange) {
	for i, a := range args {
		if step, ok := constant(a, types.IntervalDayToSecond); ok && len(args) == 2 && inNanoseconds(args[1-i]) {
			return args[1-i], plan.TimeRange{Min: minus(r.Min, step), Max: minus(r.Max, step)}
		}
	}
	return nil, r
}

// invertMinus handles a timestamp minus a constant, and a constant minus a timestamp.
func invertMinus(args []plan.Expr, r plan.TimeRange) (plan.Expr, plan.TimeRange) {
	if len(args) != 2 || !inNanoseconds(args[0]) || !inNanoseconds(args[1]) {
		return nil, r
	}
	if step, ok := constant(args[1], args[1].Type().Kind); ok {
		return args[0], plan.TimeRange{Min: plus(r.Min, step), Max: plus(r.Max, step)}
	}
	if from, ok := constant(args[0], args[0].Type().Kind); ok {
		return args[1], plan.TimeRange{Min: opposite(from, r.Max), Max: opposite(from, r.Min)}
	}
	return nil, r
}

func inNanoseconds(x plan.Expr) bool {
	k := x.Type().Kind
	return k == types.Timestamp || k == types.IntervalDayToSecond
}

// constant returns the value of a literal of a kind.
func constant(x plan.Expr, kind types.Kind) (int64, bool) {
	l, ok := x.(*plan.Literal)
	if !ok || l.T.Kind != kind || l.Value == nil {
		return 0, false
	}
	return l.Value.(int64), true
}

// plus adds and stays at the ends of the range, which stand for no bound.
func plus(v, d int64) int64 {
	switch sum := v + d; {
	case v == math.MinInt64 || v == math.MaxInt64:
		return v
	case d > 0 && sum < v:
		return math.MaxInt64
	case d < 0 && sum > v:
		return math.MinInt64
	default:
		return sum
	}
}

// minus subtracts and stays at the ends of the range.
func minus(v, d int64) int64 {
	if d == math.MinInt64 {
		return plus(plus(v, math.MaxInt64), 1)
	}
	return plus(v, -d)
}

// opposite returns a - v, where v at an end of the range stands for no bound.
func opposite(a, v int64) int64 {
	switch v {
	case math.MaxInt64:
		return math.MinInt64
	case math.MinInt64:
		return math.MaxInt64
	}
	return plus(a, -v)
}

// times multiplies by a positive unit and stays at the ends of the range.
func times(v, unit int64) int64 {
	switch {
	case v > math.MaxInt64/unit:
		return math.MaxInt64
	case v < math.MinInt64/unit:
		return math.MinInt64
	}
	return v * unit
}

// floor divides by a positive unit, rounding down, and keeps the ends of the range.
func floor(v, unit int64) int64 {
	if v == math.MinInt64 || v == math.MaxInt64 {
		return v
	}
	q := v / unit
	if v%unit < 0 {
		q--
	}
	return q
}
