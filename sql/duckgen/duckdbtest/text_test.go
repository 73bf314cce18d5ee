package duckdbtest

import (
	"testing"

	"tidemark/sql/types"
)

func TestStrings(t *testing.T) {
	run(t, []functionCase{
		f("é", "chr", num(233)), f("233", "codepoint", str("é")), f("error: single character", "codepoint", str("ab")),
		f("abc", "concat", str("a"), str("b"), str("c")), f("NULL", "concat", str("a"), null(types.Varchar)),
		f("1", "hamming_distance", str("zoé"), str("zoe")), f("error: same length", "hamming_distance", str("a"), str("ab")),
		f("4", "length", str("né🙂x")), f("3", "levenshtein_distance", str("kitten"), str("sitting")), f("1", "levenshtein_distance", str("é"), str("e")),
		f("éa", "lower", str("ÉA")), f("ÉA", "upper", str("éa")),
		f("xyxhi", "lpad", str("hi"), num(5), str("xy")), f("hixyx", "rpad", str("hi"), num(5), str("xy")), f("he", "lpad", str("hello"), integer(2), str("x")),
		f("error: must not be empty", "rpad", str("hi"), num(5), str("")), f("error: Target length", "lpad", str("hi"), num(-1), str("x")),
		f("a b", "trim", str(" \t\na b\n ")), f("a ", "ltrim", str(" \ta ")), f(" a", "rtrim", str(" a\r\n")),
		f("bnn", "replace", str("banana"), str("a")), f("bonono", "replace", str("banana"), str("a"), str("o")), f("cba", "reverse", str("abc")),
		f("[a, b, ]", "split", str("a,b,"), str(",")), f("[a, b,c]", "split", str("a,b,c"), str(","), num(2)), f("[a,b]", "split", str("a,b"), str(","), num(1)),
		f("error: Limit must be positive", "split", str("a"), str(","), num(0)), f("error: delimiter may not be the empty string", "split", str("a"), str("")),
		f("b", "split_part", str("a,b"), str(","), num(2)), f("NULL", "split_part", str("a,b"), str(","), num(3)), f("error: greater than zero", "split_part", str("a"), str(","), num(0)),
		f("3", "strpos", str("éabc"), str("b")), f("0", "strpos", str("abc"), str("z")), f("4", "strpos", str("aXbXc"), str("X"), num(2)), f("2", "position", str("b"), str("abc")),
		f("4", "strrpos", str("aXbXc"), str("X")), f("2", "strrpos", str("aXbXc"), str("X"), num(2)), f("0", "strrpos", str("aXbXc"), str("X"), num(3)), f("6", "strrpos", str("éééXéX"), str("X")),
		f("ello", "substr", str("hello"), num(2)), f("el", "substr", str("hello"), num(2), num(2)), f("", "substr", str("hello"), num(0), num(2)), f("ll", "substr", str("hello"), num(-3), num(2)),
		f("", "substr", str("hello"), num(-10), num(3)), f("", "substring", str("hello"), num(2), num(-1)), f("llo", "substring", str("hello"), num(-3)),
		f("it's {1}\x00", "concat", str("it's "), str("{1}\x00")),
	})
}

func TestRegex(t *testing.T) {
	run(t, []functionCase{
		f("true", "regexp_like", str("1a 2b"), str(`\d+b`)), f("false", "regexp_like", str("abc"), str(`^b`)),
		f("true", "regexp_like", str("price 12"), str(`(?<=price )\d+`)), f("true", "regexp_like", str("abab"), str(`(ab)\1`)), f("true", "regexp_like", str("Zz"), str(`^\p{Upper}[\p{Lower}]$`)),
		f("error: not a valid regular expression", "regexp_extract", call(t, "||", str("a"), str("b")), call(t, "||", str("("), str(""))),
		f("1a", "regexp_extract", str("1a 2b 14m"), str(`\d+[a-z]+`)), f("NULL", "regexp_extract", str("abc"), str(`\d`)), f("a", "regexp_extract", str("1a 2b"), str(`(\d+)([a-z]+)`), num(2)),
		f("NULL", "regexp_extract", str("b"), str(`(a)?b`), num(1)), f("error: Cannot access group 2", "regexp_extract", str("b"), str(`(a)?b`), num(2)), f("12", "regexp_extract", str("€é 12 €"), str(`(?<= )\d+(?= )`)),
		f("[1a, 2b, 14m]", "regexp_extract_all", str("1a 2b 14m"), str(`\d+[a-z]+`)), f("[a, b, m]", "regexp_extract_all", str("1a 2b 14m"), str(`(\d+)([a-z]+)`), num(2)),
		f(" ", "regexp_replace", str("1a 2b"), str(`\d+[a-z]+`)), f("3ca 3cb", "regexp_replace", str("1a 2b"), str(`(\d+)([a-z])`), str("3c$2")), f("$a", "regexp_replace", str("1a"), str(`(?<n>\d)(?<l>.)`), str(`\$${l}`)),
		f("b12", "regexp_replace", str("ab"), str(`(a)(b)`), str("$212")),
		f("[1, 2, ]", "regexp_split", str("1a2b"), str(`[a-z]`)), f("[NULL, b]", "regexp_extract_all", str("acbc"), str(`(b)?c`), num(1)), f("[ , ]", "regexp_extract_all", str(" "), str(`[ ]?`)),
	})
}

func TestArrays(t *testing.T) {
	withNull := arr(types.Bigint, num(3), num(1), num(3), null(types.Bigint), num(2), null(types.Bigint))
	run(t, []functionCase{
		f("[3, 1, NULL, 2]", "array_distinct", withNull), f("[1, 2, 3]", "array_union", ints(1, 2, 2), ints(3, 1)),
		f("[1, 2]", "array_intersect", ints(1, 2, 2), ints(2, 1)), f("[3]", "array_except", ints(3, 2, 3), ints(2, 1)),
		f("1;3", "array_join", arr(types.Bigint, num(1), null(types.Bigint), num(3)), str(";")), f("1;-;3", "array_join", arr(types.Bigint, num(1), null(types.Bigint), num(3)), str(";"), str("-")),
		f("1.0E7,0.5", "array_join", arr(types.Double, dbl(1e7), dbl(0.5)), str(",")),
		f("3", "array_max", ints(1, 3, 2)), f("NULL", "array_max", withNull), f("1", "array_min", ints(1, 3, 2)), f("NULL", "array_min", arr(types.Bigint)),
		f("2", "array_position", ints(5, 6), num(6)), f("0", "array_position", ints(5, 6), num(7)), f("NULL", "array_position", ints(5), null(types.Bigint)),
		f("[1, NULL, 2, NULL]", "array_remove", withNull, num(3)), f("[1, 2, 3, 3, NULL, NULL]", "array_sort", withNull),
		f("true", "arrays_overlap", ints(1, 2), ints(2)), f("false", "arrays_overlap", ints(1), ints(2)), f("NULL", "arrays_overlap", withNull, ints(9)),
		f("6", "cardinality", withNull), f("[1, 2, 3]", "concat", ints(1), ints(2, 3)), f("true", "contains", ints(1, 2), num(2)), f("NULL", "contains", withNull, num(9)), f("false", "contains", ints(1), num(9)),
		f("2", "element_at", ints(1, 2), num(-1)), f("NULL", "element_at", ints(1, 2), num(3)), f("error: SQL array indices start at 1", "element_at", ints(1), num(0)),
		f("[x, x, x]", "repeat", str("x"), integer(3)), f("[]", "repeat", str("x"), num(0)), f("error: less than or equal to 10000", "repeat", str("x"), num(10001)), f("[2, 1]", "reverse", ints(1, 2)),
		f("[1, 2, 3]", "sequence", num(1), num(3)), f("[3, 2]", "sequence", integer(3), integer(2)), f("[0, 60, 120]", "sequence", num(0), num(150), num(60)),
		f("error: step must not be zero", "sequence", num(0), num(1), num(0)), f("error: sequence stop value should be", "sequence", num(0), num(1), num(-1)), f("error: more than 10000 entries", "sequence", num(0), num(10000)),
		f("[2022-06-17 00:00:00.000000000, 2022-06-18 00:00:00.000000000]", "sequence", str("2022-06-17"), str("2022-06-18"), iv("1d")),
		f("[2022-06-17 00:00:00.000000000, 2022-06-17 00:00:00.000000005]", "sequence", ts("2022-06-17"), ts("2022-06-17 00:00:00.000000009"), iv("5ns")),
		f("[2020-01-31 00:00:00.000000000, 2020-02-29 00:00:00.000000000, 2020-03-31 00:00:00.000000000]", "sequence", ts("2020-01-31"), ts("2020-04-01"), iv("1month")),
		f("[6, 8, 2]", "slice", ints(5, 6, 8, 2, 9, 3), num(2), num(3)), f("[9, 3]", "slice", ints(5, 6, 8, 2, 9, 3), num(-2), num(2)), f("[]", "slice", ints(5), num(3), num(1)), f("error: start at 1", "slice", ints(5), num(0), num(1)),
		f("[(1, a), (2, NULL)]", "zip", ints(1, 2), arr(types.Varchar, str("a"))),
	})
}
