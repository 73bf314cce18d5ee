package duckdbtest

import (
	"math"
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
		text += "2026-01-01 00:00:" + (pairs[i] + ".000000000")[:12] + "=" + pairs[i+1]
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
