package builtin

import (
	"errors"

	"tidemark/sql/types"
)

// aggregates (developer guide, "Aggregate functions"). All ignore NULL unless the
// sentence says otherwise, and give NULL over no rows.
var aggregates = []entry{
	{Sig: "count() bigint", SQL: "count(*){f}", Doc: "The number of rows, also written count(*); 0 over no rows."},
	{Sig: "count(T) bigint", SQL: "count({d}{1}{o}){f}", Doc: "The number of rows whose argument is not NULL; 0 over no rows."},
	{Sig: "count_if(boolean) bigint", SQL: "CAST(coalesce(count_if({d}{1}{o}){f}, 0) AS BIGINT)", Doc: "The number of rows for which the condition is true; 0 over no rows."},
	{Sig: "sum(I) bigint", SQL: "CAST(sum({d}{1}{o}){f} AS BIGINT)", Doc: "The sum; an overflow is an error."},
	{Sig: "sum(double) double", SQL: "sum({d}{1}{o}){f}", Doc: "The sum."},
	{Sig: "sum(interval day to second) interval day to second", SQL: "CAST(sum({d}{1}{o}){f} AS BIGINT)", Doc: "The sum; an overflow is an error."},
	{Sig: "sum(interval year to month) interval year to month", SQL: "CAST(CAST(sum({d}{1}{o}){f} AS BIGINT) AS INTEGER)", Doc: "The sum; an overflow is an error."},
	{Sig: "avg(N) double", SQL: "avg({d}{1}{o}){f}", Doc: "The arithmetic mean."},
	{Sig: "avg(interval day to second) interval day to second", SQL: "CAST(round(avg({d}{1}{o}){f}) AS BIGINT)", Doc: "The arithmetic mean, to the nearest nanosecond."},
	{Sig: "avg(interval year to month) interval year to month", SQL: "CAST(round(avg({d}{1}{o}){f}) AS INTEGER)", Doc: "The arithmetic mean, to the nearest month."},
	{Sig: "min(O) O", SQL: "min({d}{1}){f}", Doc: "The smallest value; NaN only if there is nothing else."},
	{Sig: "min(O, bigint) array(O)", Emit: emitSmallest, Doc: "The n smallest values, ascending; n is from 1 to 10,000."},
	{Sig: "max(O) O", Emit: emitMax, Doc: "The largest value; NaN only if there is nothing else."},
	{Sig: "max(O, bigint) array(O)", Emit: emitLargest, Doc: "The n largest values, descending; n is from 1 to 10,000."},
	{Sig: "min_by(T, O) T", SQL: "arg_min_null({d}{1}, {2}){f}", Doc: "The first argument of the row with the smallest second, NULL included."},
	{Sig: "min_by(T, O, bigint) array(T)", Emit: emitSmallestBy, Doc: "The first arguments of the n rows with the smallest second, ascending by it; n is from 1 to 10,000."},
	{Sig: "max_by(T, O) T", Emit: emitMaxBy, Doc: "The first argument of the row with the largest second, NULL included."},
	{Sig: "max_by(T, O, bigint) array(T)", Emit: emitLargestBy, Doc: "The first arguments of the n rows with the largest second, descending by it; n is from 1 to 10,000."},
	{Sig: "arbitrary(T) T", SQL: "any_value({d}{1}{o}){f}", Doc: "Some value that is not NULL."},
	{Sig: "any_value(T) T", SQL: "any_value({d}{1}{o}){f}", Ext: true, Doc: "Some value that is not NULL, as arbitrary."},
	{Sig: "array_agg(T) array(T)", SQL: "list({d}{1}{o}){f}", Doc: "All values, NULLs included, in the order of ORDER BY."},
	{Sig: "listagg(varchar) varchar", SQL: "string_agg({d}{1}, ''{o}){f}", Ext: true, Doc: "The texts one after another, in the order of WITHIN GROUP (ORDER BY ...); NULLs are left out."},
	{Sig: "listagg(varchar, varchar) varchar", Emit: emitListagg, Ext: true, Doc: "The texts with a separator between, which must be a constant, in the order of WITHIN GROUP (ORDER BY ...); NULLs are left out."},
	{Sig: "bool_and(boolean) boolean", SQL: "bool_and({d}{1}{o}){f}", Doc: "Whether every value is true."},
	{Sig: "every(boolean) boolean", SQL: "bool_and({d}{1}{o}){f}", Doc: "Whether every value is true."},
	{Sig: "bool_or(boolean) boolean", SQL: "bool_or({d}{1}{o}){f}", Doc: "Whether some value is true."},
	{Sig: "bitwise_and_agg(bigint) bigint", SQL: "bit_and({d}{1}{o}){f}", Doc: "The bits that all values have."},
	{Sig: "bitwise_or_agg(bigint) bigint", SQL: "bit_or({d}{1}{o}){f}", Doc: "The bits that some value has."},
	{Sig: "bitwise_xor_agg(bigint) bigint", SQL: "bit_xor({d}{1}{o}){f}", Ext: true, Doc: "The bits that an odd number of values have."},
	{Sig: "histogram(T) array(row(key T, value bigint))", SQL: "list_transform(map_entries(histogram({d}{1}){f}), lambda r: {'field0': r.key, 'field1': CAST(r.value AS BIGINT)})", Ext: true,
		Doc: "The values and how often each occurs, in the order of the values; Trino's map, for which there is no type here, as an array of its entries."},
	{Sig: "create_time_series(timestamp, T) timeseries(T)", Emit: emitCreateTimeSeries, Doc: "The rows of the group as a series ordered by time; a NULL time or value is an error."},
}

// DuckDB takes NaN for the largest double. The largest number is therefore the
// smallest of the negated ones, negated: NaN stays NaN, and stays last.

func mayBeNaN(a Arg) bool { return a.NaN && a.Type.Kind == types.Double }

func emitMax(c Call) (string, error) {
	if mayBeNaN(c.Args[0]) {
		return fill("(-min({d}-({1})){f})", c), nil
	}
	return fill("max({d}{1}){f}", c), nil
}

func emitMaxBy(c Call) (string, error) {
	if mayBeNaN(c.Args[1]) {
		return fill("arg_min_null({d}{1}, -({2})){f}", c), nil
	}
	return fill("arg_max_null({d}{1}, {2}){f}", c), nil
}

func emitListagg(c Call) (string, error) {
	if !c.Args[1].Const {
		return "", errors.New("the separator of listagg must be a constant")
	}
	return fill("string_agg({d}{1}, {2}{o}){f}", c), nil
}

func emitSmallest(c Call) (string, error) {
	return fill("min({d}"+where(c.Args[1], "{2}", "{1}")+", tm_extremes({2})){f}", c), nil
}

func emitLargest(c Call) (string, error) {
	if mayBeNaN(c.Args[0]) {
		return fill("list_transform(min({d}"+where(c.Args[1], "{2}", "-({1})")+", tm_extremes({2})){f}, lambda r: -r)", c), nil
	}
	return fill("max({d}"+where(c.Args[1], "{2}", "{1}")+", tm_extremes({2})){f}", c), nil
}

func emitSmallestBy(c Call) (string, error) { return extremesBy(c, "arg_min", "{2}"), nil }

func emitLargestBy(c Call) (string, error) {
	if mayBeNaN(c.Args[1]) {
		return extremesBy(c, "arg_min", "-({2})"), nil
	}
	return extremesBy(c, "arg_max", "{2}"), nil
}

// extremesBy wraps the values, of which DuckDB would leave out NULL.
func extremesBy(c Call, function, by string) string {
	return fill("list_transform("+function+"({d}{'v': {1}}, "+where(c.Args[2], "{3}", by)+", tm_extremes_by({3})){f}, lambda r: r.v)", c)
}

// where is the template of a value that a row has only if its n is not NULL.
func where(n Arg, place, value string) string {
	if n.Const && n.Value != nil {
		return value
	}
	return "CASE WHEN " + place + " IS NOT NULL THEN " + value + " END"
}
