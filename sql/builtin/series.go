package builtin

import "tidemark/sql/types"

// series (developer guide, "Time-series functions": interpolation, derivatives,
// integral and correlation). They are Go functions over whole blocks of rows, one per
// kind of values. A point whose value is NULL counts as no sample.
var series = []entry{
	{Sig: "interpolate_linear(timeseries(N), array(timestamp)) timeseries(double)", SQL: "tm_linear_{k}({1}, {2})", Doc: "The values at the times, on straight lines between the samples; NULL outside of them. Two samples of one time are an error."},
	{Sig: "interpolate_linear(timeseries(N), timestamp) double", SQL: "tm_linear_{k}_at({1}, {2})", Doc: "The value at the time, on the straight line between the samples; NULL outside of them."},
	{Sig: "interpolate_spline_cubic(timeseries(N), array(timestamp)) timeseries(double)", SQL: "tm_spline_{k}({1}, {2})", Doc: "The values at the times, on the natural cubic spline through the samples; NULL outside of them. Fewer than three samples are an error."},
	{Sig: "interpolate_spline_cubic(timeseries(N), timestamp) double", SQL: "tm_spline_{k}_at({1}, {2})", Doc: "The value at the time, on the natural cubic spline through the samples; NULL outside of them."},
	{Sig: "interpolate_locf(timeseries(T), array(timestamp)) timeseries(T)", Emit: hold("locf"), Doc: "The values of the last samples before or at the times; NULL before the first."},
	{Sig: "interpolate_locf(timeseries(T), timestamp) T", Emit: holdAt("locf"), Doc: "The value of the last sample before or at the time; NULL before the first."},
	{Sig: "interpolate_fill(timeseries(T), array(timestamp), T) timeseries(T)", Emit: hold("fill"), Doc: "The values of the samples at the times, and the constant at times without one."},
	{Sig: "interpolate_fill(timeseries(T), timestamp, T) T", Emit: holdAt("fill"), Doc: "The value of the sample at the time, or the constant without one."},

	{Sig: "derivative_linear(timeseries(N), interval day to second) timeseries(double)", SQL: "tm_derivative_{k}({1}, {2})", Doc: "The change per interval from each sample to the next, at the time of the later one."},
	{Sig: "non_negative_derivative_linear(timeseries(N), interval day to second) timeseries(double)", SQL: "tm_rise_{k}({1}, {2})", Doc: "The change per interval from each sample to the next, without the points where it is negative."},
	{Sig: "integral_trapezoidal(timeseries(N)) double", SQL: "tm_integral_{k}({1}, CAST(1000000000 AS BIGINT))", Doc: "The area under the lines between the samples, per second; 0 for one sample, NULL for none."},
	{Sig: "integral_trapezoidal(timeseries(N), interval day to second) double", SQL: "tm_integral_{k}({1}, {2})", Doc: "The area under the lines between the samples, per interval; 0 for one sample, NULL for none."},
	{Sig: "correlate_pearson(timeseries(N), timeseries(N)) double", SQL: "tm_pearson_{k}({1}, {2})", Doc: "Pearson's coefficient of correlation; NaN for a constant series. Different timestamps are an error."},
	{Sig: "correlate_spearman(timeseries(N), timeseries(N)) double", SQL: "tm_spearman_{k}({1}, {2})", Doc: "Spearman's coefficient of rank correlation; NaN for a constant series. Different timestamps are an error."},
}

// valueKinds are the ends of the names of native functions by the values of a series.
var valueKinds = map[types.Kind]string{
	types.Unknown: "integer", types.Boolean: "boolean", types.Integer: "integer", types.Bigint: "bigint", types.Double: "double", types.Varchar: "varchar",
	types.Timestamp: "timestamp", types.Date: "date", types.Time: "bigint", types.IntervalDayToSecond: "bigint", types.IntervalYearToMonth: "integer",
}

// seriesKind is what stands in the place {k} of a template: the kind of the values of
// the series that is the first argument.
func (c Call) seriesKind() (string, bool) {
	if len(c.Args) == 0 || c.Args[0].Type.Kind != types.Timeseries {
		return "", false
	}
	k, ok := valueKinds[c.Args[0].Type.Elem.Kind]
	return k, ok
}

// hold emits a function that takes over values of any type.
func hold(rule string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		if _, ok := c.seriesKind(); ok {
			return fill("tm_"+rule+"_{k}({*})", c), nil
		}
		return heldNested(rule, c, "'t': {2}") + "[1]", nil
	}
}

// holdAt does so for one time.
func holdAt(rule string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		if _, ok := c.seriesKind(); ok {
			return fill("tm_"+rule+"_{k}_at({*})", c), nil
		}
		return "struct_extract_at(" + heldNested(rule, c, "'t': CASE WHEN {2} IS NULL THEN NULL ELSE [{2}] END") + "[1][1], 2)", nil
	}
}

// heldNested emits a list with the answer for values that are arrays, rows or series
// themselves: Go finds their positions.
func heldNested(rule string, c Call, times string) string {
	constant, otherwise := "", "NULL"
	if len(c.Args) > 2 {
		constant, otherwise = ", 'd': {3}", "h.d"
	}
	found := "CASE WHEN i IS NULL THEN " + otherwise + " ELSE struct_extract_at(h.s[i], 2) END"
	points := "list_transform(tm_" + rule + "_positions(list_transform(h.s, lambda p: struct_extract_at(p, 1)), h.t), " +
		"lambda i, n: {'time': h.t[n], 'value': " + found + "})"
	if constant != "" {
		points = "CASE WHEN h.d IS NULL THEN NULL ELSE " + points + " END"
	}
	samples := "list_filter({1}, lambda p: struct_extract_at(p, 2) IS NOT NULL)"
	return fill("list_transform([{'s': "+samples+", "+times+constant+"}], lambda h: "+points+")", c)
}

// emitCreateTimeSeries collects structs in the order of their times.
func emitCreateTimeSeries(c Call) (string, error) {
	point := "{'time': " + notNull("{1}", "time", c.Args[0]) + ", 'value': " + notNull("{2}", "value", c.Args[1]) + "}"
	if c.Distinct != "" { // DuckDB orders distinct values only by themselves
		return fill("list_sort(list({d}"+point+"){f})", c), nil
	}
	return fill("list("+point+" ORDER BY {1}){f}", c), nil
}

// notNull is a template that raises an error for NULL (developer guide, "Timeseries
// views": the value cannot be null).
func notNull(place, what string, a Arg) string {
	return "CASE WHEN " + place + " IS NULL THEN CAST(tm_raise('create_time_series: the " + what + " cannot be null') AS " +
		DuckType(a.Type) + ") ELSE " + place + " END"
}
