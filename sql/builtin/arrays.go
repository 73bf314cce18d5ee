package builtin

import (
	"fmt"
	"strings"

	"tidemark/sql/types"
)

// arrays (developer guide, "Array functions", "Filter and reduce functions"). NULLs
// in them follow Trino's rules, which DuckDB's own functions do not.
var arrays = []entry{
	{Sig: "array_distinct(array(T)) array(T)", SQL: "tm_distinct({1})", Doc: "Without repetitions, in the order of first occurrence."},
	{Sig: "array_union(array(T), array(T)) array(T)", SQL: "tm_distinct({1} || {2})", Doc: "The elements of both without repetitions."},
	{Sig: "array_intersect(array(T), array(T)) array(T)", SQL: "tm_intersect({1}, {2})", Doc: "The elements that both have, without repetitions."},
	{Sig: "array_except(array(T), array(T)) array(T)", SQL: "tm_except({1}, {2})", Doc: "The elements that only the first has, without repetitions."},
	{Sig: "array_join(array(T), varchar) varchar", Emit: emitArrayJoin, Doc: "The texts of the elements with a delimiter between; NULLs are left out."},
	{Sig: "array_join(array(T), varchar, varchar) varchar", Emit: emitArrayJoin, Doc: "The texts of the elements with a delimiter between; NULLs are replaced."},
	{Sig: "array_max(array(O)) O", SQL: "tm_list_max({1})", Doc: "The largest element; NULL when one is NULL."},
	{Sig: "array_min(array(O)) O", SQL: "tm_list_min({1})", Doc: "The smallest element; NULL when one is NULL."},
	{Sig: "array_position(array(T), T) bigint", SQL: "tm_list_position({1}, {2})", Doc: "Where the element first stands, counted from 1; 0 if nowhere."},
	{Sig: "array_remove(array(T), T) array(T)", SQL: "tm_list_remove({1}, {2})", Doc: "Without the elements that equal the second."},
	{Sig: "array_sort(array(O)) array(O)", SQL: "list_sort({1}, 'ASC', 'NULLS LAST')", Doc: "In ascending order, NULLs last."},
	{Sig: "arrays_overlap(array(T), array(T)) boolean", SQL: "tm_overlap({1}, {2})", Doc: "Whether they share an element that is not NULL."},
	{Sig: "cardinality(array(T)) bigint", SQL: "len({1})", Doc: "The number of elements."},
	{Sig: "concat(array(T), array(T)...) array(T)", Emit: emitConcat, Doc: "The arrays joined; NULL when one is NULL."},
	{Sig: "contains(array(T), T) boolean", SQL: "tm_contains({1}, {2})", Doc: "Whether the element is in the array."},
	{Sig: "element_at(array(T), bigint) T", SQL: "list_extract({1}, tm_not_zero({2}))", Doc: "The element at a position, from the end when negative; NULL beyond."},
	{Sig: "flatten(array(array(T))) array(T)", SQL: "flatten({1})", Doc: "The elements of the inner arrays."},
	{Sig: "repeat(T, bigint) array(T)", SQL: "list_transform([{'v': {1}, 'n': tm_at_most({2})}], lambda r: list_transform(range(r.n), lambda i: r.v))[1]", Doc: "The element so many times, at most 10,000."},
	{Sig: "reverse(array(T)) array(T)", SQL: "list_reverse({1})", Doc: "In opposite order."},
	{Sig: "sequence(bigint, bigint) array(bigint)", SQL: "tm_sequence({1}, {2}, CAST(CASE WHEN {1} <= {2} THEN 1 ELSE -1 END AS BIGINT))", Doc: "The numbers from the first to the second, at most 10,000."},
	{Sig: "sequence(bigint, bigint, bigint) array(bigint)", SQL: "tm_sequence({1}, {2}, {3})", Doc: "The numbers from the first to the second in steps, at most 10,000."},
	{Sig: "sequence(timestamp, timestamp) array(timestamp)", SQL: "tm_sequence_time({1}, {2}, CAST(CASE WHEN {1} <= {2} THEN 1 ELSE -1 END * 86400000000000 AS BIGINT))", Doc: "The timestamps from the first to the second a day apart, at most 10,000."},
	{Sig: "sequence(timestamp, timestamp, interval day to second) array(timestamp)", SQL: "tm_sequence_time({1}, {2}, {3})", Doc: "The timestamps from the first to the second in steps, at most 10,000."},
	{Sig: "sequence(timestamp, timestamp, interval year to month) array(timestamp)", SQL: "tm_sequence_months({1}, {2}, {3})", Doc: "The timestamps from the first to the second in calendar months, at most 10,000."},
	{Sig: "shuffle(array(T)) array(T)", SQL: "list_transform(list_sort(list_transform({1}, lambda e: {'r': hash({r}, e), 'e': e})), lambda s: s.e)", Volatile: true, Doc: "The elements in random order."},
	{Sig: "slice(array(T), bigint, bigint) array(T)", SQL: "tm_slice({1}, {2}, {3})", Doc: "So many elements from a position on, which counts from the end when negative."},
	{Sig: "zip(array(T), array(U)) array(row(T, U))", Emit: emitZip, Doc: "Rows of the elements; shorter arrays are filled with NULL."},
	{Sig: "zip(array(T), array(U), array(V)) array(row(T, U, V))", Emit: emitZip, Doc: "Rows of the elements; shorter arrays are filled with NULL."},
	{Sig: "zip(array(T), array(U), array(V), array(W)) array(row(T, U, V, W))", Emit: emitZip, Doc: "Rows of the elements; shorter arrays are filled with NULL."},

	{Sig: "filter(timeseries(T), lambda(row(time timestamp, value T)) boolean) timeseries(T)", Emit: emitListLambda("list_filter"), Doc: "The points for which the lambda is true."},
	{Sig: "filter(array(T), lambda(T) boolean) array(T)", Emit: emitListLambda("list_filter"), Doc: "The elements for which the lambda is true."},
	{Sig: "transform(array(T), lambda(T) U) array(U)", Emit: emitListLambda("list_transform"), Doc: "What the lambda makes of each element."},
	{Sig: "any_match(array(T), lambda(T) boolean) boolean", Emit: emitMatch("list_bool_or", "false"), Doc: "Whether the lambda is true for some element."},
	{Sig: "all_match(array(T), lambda(T) boolean) boolean", Emit: emitMatch("list_bool_and", "true"), Doc: "Whether the lambda is true for every element."},
	{Sig: "none_match(array(T), lambda(T) boolean) boolean", Emit: emitMatch("NOT list_bool_or", "true"), Doc: "Whether the lambda is true for no element."},
	{Sig: "reduce(array(T), S, lambda(S, T) S, lambda(S) R) R", Emit: emitReduce, Doc: "The elements folded from the left into a state, and that into a result."},
}

func emitListLambda(function string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		text, err := lambdaOver(c.Args[0].SQL, c.Args[1])
		return function + text, err
	}
}

// lambdaOver renders (list, lambda x: body).
func lambdaOver(list string, f Arg) (string, error) {
	body, err := f.Lambda(f.Params...)
	return "(" + list + ", lambda " + strings.Join(f.Params, ", ") + ": " + body + ")", err
}

// emitMatch folds what a lambda says of each element; DuckDB answers NULL for an empty list.
func emitMatch(fold, empty string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		text, err := lambdaOver(c.Args[0].SQL, c.Args[1])
		return "CASE WHEN len(" + c.Args[0].SQL + ") = 0 THEN " + empty + " ELSE " + fold + "(list_transform" + text + ") END", err
	}
}

// emitReduce carries state and element in one struct, because list_reduce wants the
// state to have the type of the elements:
//
//	list_reduce(list_transform(list, lambda x: {'s': NULL, 'x': x}),
//	            lambda a, e: {'s': step(a.s, e.x), 'x': NULL}, {'s': start, 'x': NULL}).s
func emitReduce(c Call) (string, error) {
	list, start, step, output := c.Args[0], c.Args[1], c.Args[2], c.Args[3]
	state, element := DuckType(start.Type), DuckType(*list.Type.Elem)
	a, e := step.Params[0], step.Params[1]
	body, err := step.Lambda(a+".s", e+".x")
	if err != nil {
		return "", err
	}
	none := "CAST(NULL AS " + element + ")"
	wrapped := "list_transform(" + list.SQL + ", lambda " + e + ": {'s': CAST(NULL AS " + state + "), 'x': " + e + "})"
	folded := "list_reduce(" + wrapped + ", lambda " + a + ", " + e + ": {'s': " + body + ", 'x': " + none + "}, " +
		"{'s': CAST(" + start.SQL + " AS " + state + "), 'x': " + none + "}).s"
	result, err := lambdaOver("["+folded+"]", output)
	return "list_transform" + result + "[1]", err
}

// emitArrayJoin casts the elements to texts first.
func emitArrayJoin(c Call) (string, error) {
	list, elem := c.Args[0].SQL, *c.Args[0].Type.Elem
	if !types.CanCast(elem, types.Of(types.Varchar)) {
		return "", fmt.Errorf("array_join cannot join %s", c.Args[0].Type)
	}
	text := CastSQL("j", elem, types.Of(types.Varchar))
	if len(c.Args) == 3 {
		text = "coalesce(" + text + ", " + c.Args[2].SQL + ")"
	}
	texts := "list_transform(" + list + ", lambda j: " + text + ")"
	if c.Args[1].Const && c.Args[1].Value != nil {
		return "array_to_string(" + texts + ", " + c.Args[1].SQL + ")", nil
	}
	return "tm_join(" + texts + ", " + c.Args[1].SQL + ")", nil // array_to_string takes constants only
}

// emitZip builds rows by position; DuckDB answers NULL for a position beyond a list.
func emitZip(c Call) (string, error) {
	lengths, fields := make([]string, len(c.Args)), make([]string, len(c.Args))
	for i, arg := range c.Args {
		lengths[i] = "len(" + arg.SQL + ")"
		fields[i] = "'" + FieldName(i) + "': " + arg.SQL + "[z]"
	}
	longest := emitted(emitExtreme("greatest")(Call{Args: textArgs(lengths)}))
	return "list_transform(range(1, " + longest + " + 1), lambda z: {" + strings.Join(fields, ", ") + "})", nil
}

func emitted(text string, _ error) string { return text }

func textArgs(texts []string) []Arg {
	args := make([]Arg, len(texts))
	for i, t := range texts {
		args[i].SQL = t
	}
	return args
}
