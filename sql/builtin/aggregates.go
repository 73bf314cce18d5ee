package builtin

// aggregates (developer guide, "Aggregate functions"). All ignore NULL unless the
// sentence says otherwise, and give NULL over no rows.
var aggregates = []entry{
	{Sig: "count() bigint", SQL: "count(*){f}", Doc: "The number of rows, also written count(*); 0 over no rows."},
	{Sig: "count(T) bigint", SQL: "count({d}{1}{o}){f}", Doc: "The number of rows whose argument is not NULL; 0 over no rows."},
	{Sig: "count_if(boolean) bigint", SQL: "CAST(coalesce(count_if({d}{1}{o}){f}, 0) AS BIGINT)", Doc: "The number of rows for which the condition is true; 0 over no rows."},
	{Sig: "sum(I) bigint", SQL: "CAST(sum({d}{1}{o}){f} AS BIGINT)", Doc: "The sum; an overflow is an error."},
	{Sig: "sum(double) double", SQL: "sum({d}{1}{o}){f}", Doc: "The sum."},
	{Sig: "sum(interval day to second) interval day to second", SQL: "CAST(sum({d}{1}{o}){f} AS BIGINT)", Doc: "The sum; an overflow is an error."},
	{Sig: "avg(N) double", SQL: "avg({d}{1}{o}){f}", Doc: "The arithmetic mean."},
	{Sig: "avg(interval day to second) interval day to second", SQL: "CAST(round(avg({d}{1}{o}){f}) AS BIGINT)", Doc: "The arithmetic mean, to the nearest nanosecond."},
	{Sig: "min(O) O", SQL: "min({d}{1}{o}){f}", Doc: "The smallest value."},
	{Sig: "min(O, bigint) array(O)", SQL: "min({d}{1}, {2}{o}){f}", Doc: "The n smallest values, ascending."},
	{Sig: "max(O) O", SQL: "max({d}{1}{o}){f}", Doc: "The largest value."},
	{Sig: "max(O, bigint) array(O)", SQL: "max({d}{1}, {2}{o}){f}", Doc: "The n largest values, descending."},
	{Sig: "min_by(T, O) T", SQL: "arg_min_null({d}{1}, {2}{o}){f}", Doc: "The first argument of the row with the smallest second, NULL included."},
	{Sig: "min_by(T, O, bigint) array(T)", SQL: "list_transform(arg_min({d}{'v': {1}}, {2}, {3}{o}){f}, lambda r: r.v)", Doc: "The first arguments of the n rows with the smallest second, ascending by it."},
	{Sig: "max_by(T, O) T", SQL: "arg_max_null({d}{1}, {2}{o}){f}", Doc: "The first argument of the row with the largest second, NULL included."},
	{Sig: "max_by(T, O, bigint) array(T)", SQL: "list_transform(arg_max({d}{'v': {1}}, {2}, {3}{o}){f}, lambda r: r.v)", Doc: "The first arguments of the n rows with the largest second, descending by it."},
	{Sig: "arbitrary(T) T", SQL: "any_value({d}{1}{o}){f}", Doc: "Some value that is not NULL."},
	{Sig: "array_agg(T) array(T)", SQL: "list({d}{1}{o}){f}", Doc: "All values, NULLs included, in the order of ORDER BY."},
	{Sig: "bool_and(boolean) boolean", SQL: "bool_and({d}{1}{o}){f}", Doc: "Whether every value is true."},
	{Sig: "every(boolean) boolean", SQL: "bool_and({d}{1}{o}){f}", Doc: "Whether every value is true."},
	{Sig: "bool_or(boolean) boolean", SQL: "bool_or({d}{1}{o}){f}", Doc: "Whether some value is true."},
	{Sig: "create_time_series(timestamp, T) timeseries(T)", Emit: emitCreateTimeSeries, Doc: "The rows of the group as a series ordered by time; a NULL time or value is an error."},
}

// emitCreateTimeSeries collects structs in the order of their times.
func emitCreateTimeSeries(c Call) (string, error) {
	point := "{'time': " + notNull("{1}", "time", c.Args[0]) + ", 'value': " + notNull("{2}", "value", c.Args[1]) + "}"
	return fill("list({d}"+point+" ORDER BY {1}){f}", c), nil
}

// notNull is a template that raises an error for NULL (developer guide, "Timeseries
// views": the value cannot be null).
func notNull(place, what string, a Arg) string {
	return "CASE WHEN " + place + " IS NULL THEN CAST(tm_raise('create_time_series: the " + what + " cannot be null') AS " +
		DuckType(a.Type) + ") ELSE " + place + " END"
}
