package builtin

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tidemark/sql/types"
)

// arrays (developer guide, "Array functions"; the rest as in Trino). NULLs and NaN in
// them follow Trino's rules, which DuckDB's own functions do not. What a lambda of
// DuckDB repeats for each element is bound to a name before it.
var arrays = []entry{
	{Sig: "array_distinct(array(T)) array(T)", SQL: "tm_distinct({1})", Doc: "Without repetitions, in the order of first occurrence."},
	{Sig: "array_union(array(T), array(T)) array(T)", SQL: "tm_distinct(tm_joint({1}, {2}))", Doc: "The elements of both without repetitions."},
	{Sig: "array_intersect(array(T), array(T)) array(T)", Emit: emitOnce("CASE WHEN len({1}) < len({2}) THEN tm_intersect({2}, {1}) ELSE tm_intersect({1}, {2}) END"), Doc: "The elements that both have, without repetitions, in the order of the longer array, the first of equally long ones."},
	{Sig: "array_except(array(T), array(T)) array(T)", SQL: "tm_except({1}, {2})", Doc: "The elements that only the first has, without repetitions."},
	{Sig: "array_join(array(T), varchar) varchar", Emit: emitArrayJoin, Doc: "The texts of the elements with a delimiter between; NULLs are left out."},
	{Sig: "array_join(array(T), varchar, varchar) varchar", Emit: emitArrayJoin, Doc: "The texts of the elements with a delimiter between; NULLs are replaced."},
	{Sig: "array_max(array(O)) O", Emit: emitArrayMax, Doc: "The largest element, NaN only if there is no other; NULL when one is NULL."},
	{Sig: "array_min(array(O)) O", Emit: emitOnce("tm_list_min({1})"), Doc: "The smallest element, NaN only if there is no other; NULL when one is NULL."},
	{Sig: "array_position(array(T), T) bigint", Emit: emitSearch("tm_list_position"), Doc: "Where the element first stands, counted from 1; 0 if nowhere."},
	{Sig: "array_remove(array(T), T) array(T)", Emit: emitSearch("tm_list_remove"), Doc: "Without the elements that equal the second."},
	{Sig: "array_sort(array(O)) array(O)", SQL: "tm_sorted({1})", Doc: "In ascending order, NULLs last."},
	{Sig: "arrays_overlap(array(T), array(T)) boolean", Emit: emitOnce("tm_overlap({1}, {2})"), Doc: "Whether they share an element that is not NULL; NULL if they do not and one has a NULL."},
	{Sig: "cardinality(array(T)) bigint", SQL: "len({1})", Doc: "The number of elements."},
	{Sig: "combinations(array(T), bigint) array(array(T))", Emit: emitCombinations, Ext: true, Doc: "The subsets of so many elements, a constant from 0 to 5; at most 100,000 elements in all."},
	{Sig: "concat(array(T), array(T)...) array(T)", Emit: emitConcat, Doc: "The arrays joined; NULL when one is NULL."},
	{Sig: "concat(array(T), T) array(T)", Emit: emitAppend, Doc: "The array with one more element at its end; NULL when that is NULL."},
	{Sig: "concat(T, array(T)) array(T)", Emit: emitPrepend, Doc: "The array with one more element at its front; NULL when that is NULL."},
	{Sig: "contains(array(T), T) boolean", Emit: emitSearch("tm_contains"), Ext: true, Doc: "Whether the element is in the array; NULL if it is not and a NULL is."},
	{Sig: "element_at(array(T), bigint) T", SQL: "list_extract({1}, tm_not_zero({2}))", Doc: "The element at a position, from the end when negative; NULL beyond."},
	{Sig: "flatten(array(array(T))) array(T)", SQL: "flatten({1})", Ext: true, Doc: "The elements of the inner arrays."},
	{Sig: "ngrams(array(T), bigint) array(array(T))", SQL: "tm_ngrams({1}, {2})", Ext: true, Doc: "Every run of so many neighbours; the whole array where it has no more."},
	{Sig: "repeat(T, bigint) array(T)", SQL: "list_transform([{'v': {1}, 'n': tm_at_most({2})}], lambda r: list_transform(range(r.n), lambda i: r.v))[1]", Doc: "The element so many times, at most 10,000."},
	{Sig: "reverse(array(T)) array(T)", SQL: "list_reverse({1})", Doc: "In opposite order."},
	{Sig: "shuffle(array(T)) array(T)", SQL: "list_transform(list_sort(list_transform({1}, lambda e, i: {'r': hash({r}, i), 'e': e})), lambda s: s.e)", Volatile: true, Doc: "The elements in random order."},
	{Sig: "slice(array(T), bigint, bigint) array(T)", Emit: emitOnce("tm_slice({1}, {2}, {3})"), Doc: "So many elements from a position on, which counts from the end when negative."},
	{Sig: "trim_array(array(T), bigint) array(T)", Emit: emitOnce("tm_trim_array({1}, {2})"), Ext: true, Doc: "Without so many elements at the end; more than there are is an error."},
	{Sig: "zip(array(T), array(U)) array(row(T, U))", Emit: emitZip, Doc: "Rows of the elements; shorter arrays are filled with NULL."},
	{Sig: "zip(array(T), array(U), array(V)) array(row(T, U, V))", Emit: emitZip, Doc: "Rows of the elements; shorter arrays are filled with NULL."},
	{Sig: "zip(array(T), array(U), array(V), array(W)) array(row(T, U, V, W))", Emit: emitZip, Doc: "Rows of the elements; shorter arrays are filled with NULL."},
	{Sig: "zip(array(T), array(U), array(V), array(W), array(X)) array(row(T, U, V, W, X))", Emit: emitZip, Doc: "Rows of the elements; shorter arrays are filled with NULL."},
}

var (
	emitAppend  = emitOnce("CASE WHEN {2} IS NULL THEN NULL ELSE {1} || [{2}] END")
	emitPrepend = emitOnce("CASE WHEN {1} IS NULL THEN NULL ELSE [{1}] || {2} END")
)

// emitArrayMax negates doubles, among which NaN is DuckDB's largest.
func emitArrayMax(c Call) (string, error) {
	if c.Result.Kind == types.Double && c.Args[0].NaN {
		return fill("(-tm_list_min(list_transform({1}, lambda v: -v)))", c), nil
	}
	return emitOnce("tm_list_max({1})")(c)
}

// emitSearch renders a search for an element: NaN, which equals nothing, is in no array.
func emitSearch(macro string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		if mayBeNaN(c.Args[1]) {
			return emitOnce(macro + "_double({1}, {2})")(c)
		}
		return emitOnce(macro + "({1}, {2})")(c)
	}
}

// emitArrayJoin casts the elements to texts first.
func emitArrayJoin(c Call) (string, error) {
	elem := *c.Args[0].Type.Elem
	if !types.CanCast(elem, types.Of(types.Varchar)) {
		return "", fmt.Errorf("Input type %s not supported", elem)
	}
	c.Args = slices.Clone(c.Args)
	c.Args[0].SQL = fill("list_transform({1}, lambda j: "+CastSQL("j", elem, types.Of(types.Varchar))+")", c)
	if len(c.Args) == 3 {
		c.Args[0].SQL = fill("tm_replace_null({1}, {3})", c)
	}
	if c.Args[1].Const && c.Args[1].Value != nil { // array_to_string takes constants only
		return emitOnce("tm_joined({1}, array_to_string({1}, {2}))")(c)
	}
	return emitOnce("tm_join({1}, {2})")(c)
}

// emitZip names the fields of DuckDB's rows. It takes a NULL for an empty array.
func emitZip(c Call) (string, error) {
	return once(c, func(c Call) (string, error) {
		tests, fields := make([]string, len(c.Args)), make([]string, len(c.Args))
		for i, arg := range c.Args {
			tests[i], fields[i] = arg.SQL+" IS NULL", "'"+FieldName(i)+"': "+FieldSQL("z", i)
		}
		return "CASE WHEN " + strings.Join(tests, " OR ") + " THEN NULL ELSE list_transform(list_zip(" + c.list() + "), lambda z: {" +
			strings.Join(fields, ", ") + "}) END", nil
	})
}

// mostCombined is the largest subset that combinations makes.
const mostCombined = 5

func emitCombinations(c Call) (string, error) {
	n, known := c.Args[1].Value.(int64)
	switch {
	case !c.Args[1].Const || !known && c.Args[1].Value != nil:
		return "", errors.New("the size of the combinations must be a constant")
	case !known:
		return "CAST(NULL AS " + DuckType(c.Result) + ")", nil
	case n < 0:
		return "", fmt.Errorf("combination size must not be negative: %d", n)
	case n > mostCombined:
		return "", fmt.Errorf("combination size must not exceed %d: %d", mostCombined, n)
	}
	return fill("list_transform([tm_combinable({1}, "+strconv.FormatInt(n, 10)+")], lambda s: CASE WHEN s IS NULL THEN NULL ELSE "+subsets("s", int(n))+" END)[1]", c), nil
}

// subsets nests a list per element of the subset: those of k elements that end at a
// position are the ones of k-1 elements before it, each with the element there.
func subsets(list string, k int) string {
	if k == 0 {
		return "[list_slice(" + list + ", 1, 0)]"
	}
	suffix := "_" + string(rune('a'+k))
	at, before, subset := "i"+suffix, "s"+suffix, "c"+suffix
	longer := "list_transform(" + subsets(before, k-1) + ", lambda " + subset + ": " + subset + " || [list_extract(" + list + ", " + at + ")])"
	bound := "list_transform([list_slice(" + list + ", 1, " + at + " - 1)], lambda " + before + ": " + longer + ")[1]"
	return "flatten(list_transform(range(1, len(" + list + ") + 1), lambda " + at + ": " + bound + "))"
}
