package builtin

import (
	"slices"
	"strings"

	"tidemark/sql/types"
)

// conditional (developer guide, "Conditional expressions", "Comparison functions",
// "Conversion functions"). CASE, CAST and TRY_CAST are expressions of their own.
var conditional = []entry{
	{Sig: "if(boolean, T) T", SQL: "CASE WHEN {1} THEN {2} END", Doc: "The value when the condition is true, else NULL."},
	{Sig: "if(boolean, T, T) T", SQL: "CASE WHEN {1} THEN {2} ELSE {3} END", Doc: "The second value when the condition is true, else the third."},
	{Sig: "coalesce(T, T...) T", SQL: "coalesce({*})", Doc: "The first value that is not NULL."},
	{Sig: "nullif(T, T) T", Emit: emitNullif, Doc: "NULL when the values are equal, else the first."},
	{Sig: "try(T) T", SQL: "{1}", Catches: true, Doc: "The value, or NULL when computing it fails."},
	{Sig: "greatest(O, O...) O", Emit: emitExtreme("greatest"), Doc: "The largest value; NULL when one is NULL."},
	{Sig: "least(O, O...) O", Emit: emitExtreme("least"), Doc: "The smallest value; NULL when one is NULL."},
	{Sig: "typeof(T) varchar", Emit: emitTypeOf, Doc: "The name of the value's type."},
}

// emitNullif keeps NaN, which DuckDB takes for equal to itself.
func emitNullif(c Call) (string, error) {
	if c.Args[0].NaN && c.Args[1].NaN {
		return fill("CASE WHEN isnan({1}) THEN {1} ELSE nullif({1}, {2}) END", c), nil
	}
	return fill("nullif({1}, {2})", c), nil
}

// emitExtreme guards DuckDB's function, which skips NULL and takes NaN for the largest
// number. In Timestream NaN is greatest and least only where there is nothing else.
func emitExtreme(name string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		tests := make([]string, len(c.Args))
		for i, a := range c.Args {
			tests[i] = a.SQL + " IS NULL"
		}
		value := name + "(" + c.list() + ")"
		if name == "greatest" && c.Result.Kind == types.Double && slices.ContainsFunc(c.Args, func(a Arg) bool { return a.NaN }) {
			value = "coalesce(list_max(list_filter([" + c.list() + "], lambda v: NOT isnan(v))), CAST('NaN' AS DOUBLE))"
		}
		return "CASE WHEN " + strings.Join(tests, " OR ") + " THEN NULL ELSE " + value + " END", nil
	}
}

func emitTypeOf(c Call) (string, error) {
	return "'" + strings.ReplaceAll(c.Args[0].Type.String(), "'", "''") + "'", nil
}
