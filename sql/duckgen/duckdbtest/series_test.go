package duckdbtest

import (
	"math"
	"strings"
	"testing"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// at is a second of the minute in which the series here lie; 0.5 is possible too.
func at(text string) plan.Expr { return ts("2026-01-01 00:00:" + text) }

// series makes a time series of values at the given seconds, which need no order.
func series(k types.Kind, points ...plan.Expr) plan.Expr {
	point := types.RowOf(types.Field{Type: types.Of(types.Timestamp)}, types.Field{Type: types.Of(k)})
	list := &plan.MakeArray{T: types.ArrayOf(point)}
	for i := 0; i < len(points); i += 2 {
		list.Items = append(list.Items, &plan.MakeRow{Items: points[i : i+2], T: point})
	}
	return &plan.Cast{X: list, To: types.SeriesOf(types.Of(k))}
}

// sample is the series of the developer guide's examples: 1, 3, 2, 5, 4, two seconds apart.
func sample() plan.Expr {
	return series(types.Double, at("00"), dbl(1), at("02"), dbl(3), at("04"), dbl(2), at("06"), dbl(5), at("08"), dbl(4))
}

// counter is a series of large bigint values.
func counter() plan.Expr {
	return series(types.Bigint, at("00"), num(9007199254740993), at("02"), num(9007199254740994), at("04"), num(0), at("05"), num(10))
}

func noSeries(k types.Kind) plan.Expr { return plan.Null(types.SeriesOf(types.Of(k))) }

func times(texts ...string) plan.Expr {
	items := make([]plan.Expr, len(texts))
	for i, t := range texts {
		items[i] = at(t)
	}
	return arr(types.Timestamp, items...)
}

// points is the text of a series of the minute.
func points(pairs ...string) string {
	text := "["
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			text += ", "
		}
		whole, fraction, _ := strings.Cut(pairs[i], ".")
		text += "2026-01-01 00:00:" + whole + "." + (fraction + "000000000")[:9] + "=" + pairs[i+1]
	}
	return text + "]"
}

// The values on a grid of one second are those that Timestream itself answered;
// quarters and the like follow by hand from the straight line between two samples.
func TestLinear(t *testing.T) {
	one, none := series(types.Double, at("01"), dbl(7)), series(types.Double)
	run(t, []functionCase{
		f(points("00", "1.0", "01", "2.0", "02", "3.0", "03", "2.5", "04", "2.0", "05", "3.5", "06", "5.0", "07", "4.5", "08", "4.0"),
			"interpolate_linear", sample(), times("00", "01", "02", "03", "04", "05", "06", "07", "08")),
		f("2.5", "interpolate_linear", sample(), at("01.5")),
		f("4.25", "interpolate_linear", sample(), at("07.5")),
		f("4.0", "interpolate_linear", sample(), at("08")),
		f("NULL", "interpolate_linear", sample(), at("08.000000001")),
		f("NULL", "interpolate_linear", sample(), ts("2025-12-31")),
		f(points("09", "NULL", "03", "2.5", "01", "2.0", "03", "2.5"), "interpolate_linear", sample(), times("09", "03", "01", "03")),
		f("[]", "interpolate_linear", sample(), times()),
		f("NULL", "interpolate_linear", noSeries(types.Double), times("00")),
		f("NULL", "interpolate_linear", sample(), plan.Null(types.ArrayOf(types.Of(types.Timestamp)))),
		f("NULL", "interpolate_linear", sample(), null(types.Timestamp)),
		f(points("00", "NULL", "01", "7.0"), "interpolate_linear", one, times("00", "01")),
		f("NULL", "interpolate_linear", none, at("01")),
		f("4.503599627370497E15", "interpolate_linear", counter(), at("03")),
		f("2.5", "interpolate_linear", series(types.Integer, at("00"), integer(2), at("01"), integer(3)), at("00.5")),
		f("2.0", "interpolate_linear", sample(), str("2026-01-01 00:00:01")),
		f("1.5", "interpolate_linear", series(types.Double, at("02"), dbl(2), at("00"), dbl(1), at("01"), null(types.Double)), at("01")),
		f("NaN", "interpolate_linear", series(types.Double, at("00"), dbl(1), at("01"), dbl(math.NaN())), at("00.5")),
		f("0.0", "interpolate_linear", series(types.Double, at("00"), dbl(-1.5e308), at("02"), dbl(1.5e308)), at("01")),
		f("error: interpolate_linear: the time series has two points at 2026-01-01 00:00:01.000000000", "interpolate_linear",
			series(types.Double, at("01"), dbl(1), at("01"), dbl(1)), at("01")),
		f("error: interpolate_linear: a time cannot be null", "interpolate_linear", sample(), arr(types.Timestamp, null(types.Timestamp))),
	})
}

// The spline's values are those of scipy's CubicSpline with natural ends at knots
// where they need few digits.
func TestSpline(t *testing.T) {
	knots := func() plan.Expr {
		return series(types.Double, at("00"), dbl(0), at("01"), dbl(1), at("02"), dbl(0), at("03"), dbl(1))
	}
	run(t, []functionCase{
		f(points("00", "0.0", "00.5", "0.75", "01", "1.0", "01.5", "0.5", "02", "0.0", "02.5", "0.25", "03", "1.0", "04", "NULL"),
			"interpolate_spline_cubic", knots(), times("00", "00.5", "01", "01.5", "02", "02.5", "03", "04")),
		f("0.75", "interpolate_spline_cubic", knots(), at("00.5")),
		f("NULL", "interpolate_spline_cubic", knots(), at("03.000000001")),
		f("NULL", "interpolate_spline_cubic", noSeries(types.Double), at("00")),
		f("NULL", "interpolate_spline_cubic", noSeries(types.Double), times("00")),
		f("[]", "interpolate_spline_cubic", knots(), times()),
		f("1.0", "interpolate_spline_cubic", series(types.Bigint, at("00"), num(0), at("01"), num(1), at("02"), num(2)), at("01")),
		f("error: interpolate_spline_cubic: the time series must have at least 3 points, got 2", "interpolate_spline_cubic",
			series(types.Double, at("00"), dbl(1), at("01"), dbl(2), at("02"), null(types.Double)), at("00")),
		f("error: must have at least 3 points, got 0", "interpolate_spline_cubic", series(types.Double), times()),
		f("error: interpolate_spline_cubic: the time series has two points at", "interpolate_spline_cubic",
			series(types.Double, at("01"), dbl(1), at("01"), dbl(2), at("02"), dbl(2)), at("01")),
	})
}

func TestLocf(t *testing.T) {
	states := series(types.Varchar, at("02"), str("stopped, and for a reason"), at("00"), str("on"), at("04"), null(types.Varchar))
	list := types.ArrayOf(types.Of(types.Bigint))
	rows := &plan.Cast{To: types.SeriesOf(list), X: &plan.MakeArray{T: types.ArrayOf(types.RowOf(types.Field{Type: types.Of(types.Timestamp)}, types.Field{Type: list})),
		Items: []plan.Expr{
			&plan.MakeRow{Items: []plan.Expr{at("00"), ints(1, 2)}, T: types.RowOf(types.Field{Type: types.Of(types.Timestamp)}, types.Field{Type: list})},
			&plan.MakeRow{Items: []plan.Expr{at("02"), ints()}, T: types.RowOf(types.Field{Type: types.Of(types.Timestamp)}, types.Field{Type: list})},
			&plan.MakeRow{Items: []plan.Expr{at("03"), plan.Null(list)}, T: types.RowOf(types.Field{Type: types.Of(types.Timestamp)}, types.Field{Type: list})},
		}}}
	run(t, []functionCase{
		f(points("00", "1.0", "01", "1.0", "02", "3.0", "03", "3.0", "04", "2.0", "05", "2.0", "06", "5.0", "07", "5.0", "08", "4.0", "59", "4.0"),
			"interpolate_locf", sample(), times("00", "01", "02", "03", "04", "05", "06", "07", "08", "59")),
		f("9007199254740994", "interpolate_locf", counter(), at("03.9")),
		f("NULL", "interpolate_locf", sample(), ts("2025-12-31 23:59:59.999999999")),
		f(points("03", "stopped, and for a reason", "01", "on", "00", "on", "59", "stopped, and for a reason"), "interpolate_locf", states, times("03", "01", "00", "59")),
		f("stopped, and for a reason", "interpolate_locf", states, at("05")),
		f(points("01", "true", "00", "NULL"), "interpolate_locf", series(types.Boolean, at("01"), yes(), at("02"), no()), times("01", "00")),
		f("7", "interpolate_locf", series(types.Integer, at("01"), integer(7)), at("02")),
		f("2020-02-29", "interpolate_locf", series(types.Date, at("01"), date("2020-02-29")), at("02")),
		f("01:02:03.000000004", "interpolate_locf", series(types.Time, at("01"), tod("01:02:03.000000004")), at("02")),
		f("2020-02-29 00:00:00.000000001", "interpolate_locf", series(types.Timestamp, at("01"), ts("2020-02-29 00:00:00.000000001")), at("02")),
		f("0 01:00:00.000000000", "interpolate_locf", series(types.IntervalDayToSecond, at("01"), iv("1h")), at("02")),
		f("1-0", "interpolate_locf", series(types.IntervalYearToMonth, at("01"), iv("1y")), at("02")),
		f(points("00", "[1, 2]", "01", "[1, 2]", "04", "[]"), "interpolate_locf", rows, times("00", "01", "04")),
		f("[1, 2]", "interpolate_locf", rows, at("01")),
		f("NULL", "interpolate_locf", rows, ts("2025-01-01")),
		f("NULL", "interpolate_locf", rows, null(types.Timestamp)),
		f("NULL", "interpolate_locf", plan.Null(types.SeriesOf(list)), times("00")),
		f("NULL", "interpolate_locf", noSeries(types.Varchar), times("00")),
		f("NULL", "interpolate_locf", noSeries(types.Varchar), at("00")),
		f("[]", "interpolate_locf", sample(), times()),
		f("error: interpolate_locf: the time series has two points at", "interpolate_locf", series(types.Varchar, at("01"), str("a"), at("01"), str("b")), at("09")),
		f("error: interpolate_locf: a time cannot be null", "interpolate_locf", sample(), arr(types.Timestamp, at("01"), null(types.Timestamp))),
	})
}

func TestFill(t *testing.T) {
	run(t, []functionCase{
		f(points("00", "1.0", "01", "0.0", "02", "3.0", "03", "0.0", "59", "0.0"), "interpolate_fill", sample(), times("00", "01", "02", "03", "59"), dbl(0)),
		f(points("01", "0.0"), "interpolate_fill", sample(), times("01"), integer(0)), // an integer is taken for a double
		f("NaN", "interpolate_fill", sample(), at("01"), dbl(math.NaN())),
		f("3.0", "interpolate_fill", sample(), at("02"), dbl(math.NaN())),
		f("-7.0", "interpolate_fill", sample(), ts("2025-12-31"), num(-7)),
		f(points("02", "9007199254740994", "03", "9223372036854775807"), "interpolate_fill", counter(), times("02", "03"), num(math.MaxInt64)), // bigint stays bigint
		f(points("02", "9.007199254740994E15", "03", "0.5"), "interpolate_fill", counter(), times("02", "03"), dbl(0.5)),
		f("on", "interpolate_fill", series(types.Varchar, at("00"), str("on")), at("00"), str("unknown")),
		f("unknown", "interpolate_fill", series(types.Varchar, at("00"), str("on")), at("01"), str("unknown")),
		f("false", "interpolate_fill", series(types.Boolean, at("00"), yes()), at("01"), no()),
		f("NULL", "interpolate_fill", noSeries(types.Double), times("00"), dbl(0)),
		f("NULL", "interpolate_fill", noSeries(types.Double), at("00"), dbl(0)),
		f("NULL", "interpolate_fill", sample(), times("00"), null(types.Double)),
		f("0.0", "interpolate_fill", series(types.Double), at("00"), dbl(0)),
		f("0.0", "interpolate_fill", series(types.Double, at("00"), null(types.Double)), at("00"), dbl(0)),
		f("error: interpolate_fill: the time series has two points at", "interpolate_fill", series(types.Double, at("01"), dbl(1), at("01"), dbl(1)), at("01"), dbl(0)),
	})
}

// The changes follow by hand: 2, -1, 3, -1 in two seconds each.
func TestDerivative(t *testing.T) {
	run(t, []functionCase{
		f(points("02", "1.0", "04", "-0.5", "06", "1.5", "08", "-0.5"), "derivative_linear", sample(), iv("1s")),
		f(points("02", "60.0", "04", "-30.0", "06", "90.0", "08", "-30.0"), "derivative_linear", sample(), iv("1m")),
		f(points("02", "1.0E-9", "04", "-5.0E-10", "06", "1.5E-9", "08", "-5.0E-10"), "derivative_linear", sample(), iv("1ns")),
		f(points("02", "1.0", "06", "1.5"), "non_negative_derivative_linear", sample(), iv("1s")),
		f(points("01", "0.0"), "non_negative_derivative_linear", series(types.Integer, at("00"), integer(5), at("01"), integer(5), at("02"), integer(4)), iv("1s")),
		f(points("02", "0.5", "05", "10.0"), "non_negative_derivative_linear", counter(), iv("1s")), // though the doubles of both counts are equal
		f("[]", "derivative_linear", series(types.Double, at("00"), dbl(1)), iv("1s")),
		f("[]", "derivative_linear", series(types.Double), iv("1s")),
		f(points("04", "0.25"), "derivative_linear", series(types.Double, at("00"), dbl(1), at("02"), null(types.Double), at("04"), dbl(2)), iv("1s")),
		f("[]", "non_negative_derivative_linear", series(types.Double, at("00"), dbl(1), at("02"), dbl(math.NaN())), iv("1s")),
		f("NULL", "derivative_linear", noSeries(types.Double), iv("1s")),
		f("NULL", "non_negative_derivative_linear", sample(), null(types.IntervalDayToSecond)),
		f("error: derivative_linear: the interval must be positive", "derivative_linear", sample(), iv("0s")),
		f("error: non_negative_derivative_linear: the time series has two points at", "non_negative_derivative_linear",
			series(types.Double, at("01"), dbl(1), at("01"), dbl(2)), iv("1s")),
	})
}

// The areas are those of numpy.trapezoid: 25 over seconds.
func TestIntegral(t *testing.T) {
	run(t, []functionCase{
		f("25.0", "integral_trapezoidal", sample()),
		f("25.0", "integral_trapezoidal", sample(), iv("1s")),
		f("12.5", "integral_trapezoidal", sample(), iv("2s")),
		f("25000.0", "integral_trapezoidal", sample(), iv("1ms")),
		f("3.5", "integral_trapezoidal", series(types.Bigint, at("02"), num(4), at("00"), num(1), at("01"), num(1))),
		f("2.0", "integral_trapezoidal", series(types.Integer, at("00"), integer(1), at("02"), integer(1))),
		f("0.0", "integral_trapezoidal", series(types.Double, at("00"), dbl(7))),
		f("0.0", "integral_trapezoidal", series(types.Double, at("00"), dbl(7), at("00"), dbl(8))),
		f("NULL", "integral_trapezoidal", series(types.Double)),
		f("NULL", "integral_trapezoidal", noSeries(types.Double)),
		f("NULL", "integral_trapezoidal", sample(), null(types.IntervalDayToSecond)),
		f("error: integral_trapezoidal: the interval must be positive", "integral_trapezoidal", sample(), iv("0s")),
	})
}

func TestCorrelations(t *testing.T) {
	double := func(values ...float64) plan.Expr {
		var list []plan.Expr
		for i, v := range values {
			list = append(list, at(string(rune('0'+i))+"0"), dbl(v))
		}
		return series(types.Double, list...)
	}
	run(t, []functionCase{
		f("1.0", "correlate_pearson", double(1, 2, 3), double(10, 20, 30)),
		f("-1.0", "correlate_pearson", double(1, 2, 3), double(3, 2, 1)),
		f("0.0", "correlate_pearson", double(1, 2, 1, 2), double(1, 1, 2, 2)),
		f("NaN", "correlate_pearson", double(1, 1), double(1, 2)),
		f("NaN", "correlate_pearson", double(1), double(1)),
		f("NULL", "correlate_pearson", double(), double()),
		f("NULL", "correlate_pearson", noSeries(types.Double), double(1)),
		f("1.0", "correlate_spearman", double(1, 2, 3), double(1, 100, 10000)),
		f("1.0", "correlate_spearman", series(types.Bigint, at("00"), num(1), at("10"), num(2)), double(0.5, 0.75)),
		f("NaN", "correlate_spearman", double(1, 2), double(2, 2)),
		f("1.0", "correlate_pearson", series(types.Double, at("00"), dbl(1), at("10"), null(types.Double), at("20"), dbl(2)), double(1, 7, 3)),
		f("error: correlate_pearson: the time series must have the same timestamps", "correlate_pearson", double(1, 2), double(1)),
		f("error: correlate_spearman: the time series must have the same timestamps", "correlate_spearman", double(1), series(types.Double, at("01"), dbl(1))),
	})
}

// A series is an array of its points for the functions over arrays.
func TestSeriesAsArray(t *testing.T) {
	run(t, []functionCase{
		f("5", "cardinality", sample()),
		f("(2026-01-01 00:00:08.000000000, 4.0)", "element_at", sample(), num(-1)),
		f("NULL", "element_at", sample(), num(6)),
		f("[(2026-01-01 00:00:02.000000000, 3.0)]", "slice", sample(), num(2), num(1)),
		f("NULL", "cardinality", noSeries(types.Varchar)),
	})
}
