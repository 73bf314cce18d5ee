package duckdbtest

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"tidemark/sql/plan"
	"tidemark/sql/regex"
	"tidemark/sql/types"
)

func TestStrings(t *testing.T) {
	run(t, []functionCase{
		f("é", "chr", num(233)), f("𠂊", "chr", num(131210)), f("error: Not a valid Unicode code point: -1", "chr", num(-1)), f("error: Not a valid Unicode code point: 1234567", "chr", num(1234567)),
		f("error: Not a valid Unicode code point: 8589934592", "chr", num(8589934592)), f("error: Not a valid Unicode code point: 55296", "chr", num(0xD800)), f("NULL", "chr", null(types.Bigint)),
		f("233", "codepoint", str("é")), f("128077", "codepoint", str("👍")), f("error: single character", "codepoint", str("ab")), f("error: single character", "codepoint", str("")), f("NULL", "codepoint", null(types.Varchar)),
		f("abc", "concat", str("a"), str("b"), str("c")), f("NULL", "concat", str("a"), null(types.Varchar)), f("NULL", "concat", null(types.Varchar), str("a")), f("a", "concat", str("a")), f(strings.Repeat("x", 300), "concat", repeat(300, str("x"))...),
		f("1", "hamming_distance", str("zoé"), str("zoe")), f("error: same length", "hamming_distance", str("a"), str("ab")), f("0", "hamming_distance", str(""), str("")), f("NULL", "hamming_distance", str("a"), null(types.Varchar)),
		f("4", "length", str("né🙂x")), f("2", "length", str("e\u0301")), f("0", "length", str("")), f("NULL", "length", null(types.Varchar)),
		f("3", "levenshtein_distance", str("kitten"), str("sitting")), f("1", "levenshtein_distance", str("é"), str("e")), f("5", "levenshtein_distance", str(""), str("hello")), f("99999", "levenshtein_distance", str("hello"), str(strings.Repeat("e", 100_000))),
		f("error: The combined inputs for Levenshtein distance are too large", "levenshtein_distance", str(strings.Repeat("x", 1002)), str(strings.Repeat("x", 1002))),
		f("éa", "lower", str("ÉA")), f("iσ", "lower", str("İΣ")), f("ÉA", "upper", str("éa")), f("STRAßE", "upper", str("straße")), f("ŉ", "upper", str("ŉ")), f("Σ", "upper", str("ς")), f("NULL", "upper", null(types.Varchar)),
		f("xyxhi", "lpad", str("hi"), num(5), str("xy")), f("hixyx", "rpad", str("hi"), num(5), str("xy")), f("he", "lpad", str("hello"), integer(2), str("x")), f("éé€", "lpad", str("€"), num(3), str("é")), f("ü€aü", "rpad", str("ü€"), num(4), str("aü")),
		f("error: must not be empty", "rpad", str("hi"), num(5), str("")), f("error: Target length", "lpad", str("hi"), num(-1), str("x")), f("error: Target length", "lpad", str("hi"), num(1<<31), str("x")), f("", "lpad", str("hi"), num(0), str("x")),
		f("NULL", "lpad", null(types.Varchar), num(-1), str("")), f("NULL", "rpad", str("a"), null(types.Bigint), str("x")),
		f("a b", "trim", str(" \t\na b\n ")), f("a ", "ltrim", str(" \ta ")), f(" a", "rtrim", str(" a\r\n")), f("\u00a0a", "trim", str("\u2003\u00a0a\u3000\x1c")), f("\u2007", "trim", str("\u2006\u2007\u2008")), f("", "trim", str(" \v\f")),
		f("abc", "trim", str("xyabcyx"), str("yx")), f("abcyx", "ltrim", str("xyabcyx"), str("yx")), f("xyabc", "rtrim", str("xyabcyx"), str("yx")), f(" a", "ltrim", str(" a"), str("")), f("€", "trim", str("é€é"), str("é")),
		f("bnn", "replace", str("banana"), str("a")), f("bonono", "replace", str("banana"), str("a"), str("o")), f("xaxxxbx", "replace", str("axb"), str(""), str("x")), f("xéx", "replace", str("é"), str(""), str("x")), f("ab", "replace", str("ab"), str("")), f("x", "replace", str(""), str(""), str("x")),
		f("NULL", "replace", str("a"), null(types.Varchar), str("")), f("aXb", "replace", str("a--b"), str("--"), str("X")), f("ba", "replace", str("aaa"), str("aa"), str("b")),
		f("cba", "reverse", str("abc")), f("x\u0301e", "reverse", str("e\u0301x")), f("dne𐐭", "reverse", str("𐐭end")), f("", "reverse", str("")), f("NULL", "reverse", null(types.Varchar)),
		f("it's {1}\x00", "concat", str("it's "), str("{1}\x00")),
	})
}

// The largest patterns that are given to RE2 are within its own bounds.
func TestLargestRE2(t *testing.T) {
	db := open(t)
	letters := strings.Repeat(`\p{L}`, 6)
	names := "host-0"
	for i := range 500 {
		names += fmt.Sprintf("|host-%d", i+1000)
	}
	for pattern, text := range map[string]string{`^` + letters + `$`: "aé漢字xy", `^\w{1000}$`: strings.Repeat("x", 1000), `^(` + names + `)$`: "host-1499", `^[^a]{900}b`: strings.Repeat("é", 900) + "b"} {
		re2, err := regex.ToRE2(pattern)
		if err != nil || re2 == "" {
			t.Errorf("ToRE2(%.30q) = %q, %v", pattern, re2, err)
		}
		if got := db.value(t, call(t, "regexp_like", str(text), str(pattern))); got != "true" {
			t.Errorf("regexp_like(%.30q, %.30q) = %.200s, want true", text, pattern, got)
		}
	}
}

func repeat(n int, x plan.Expr) []plan.Expr {
	list := make([]plan.Expr, n)
	for i := range list {
		list[i] = x
	}
	return list
}

func TestPartsOfStrings(t *testing.T) {
	column := func(s string) plan.Expr { return call(t, "reverse", str(s)) } // no constant
	run(t, []functionCase{
		f("[a, b, ]", "split", str("a,b,"), str(",")), f("[a, b,c]", "split", str("a,b,c"), str(","), num(2)), f("[a,b]", "split", str("a,b"), str(","), num(1)), f("[a, b]", "split", str("a,b"), str(","), num(9)), f("[]", "split", str(""), str(",")), f("[]", "split", str(""), str(","), num(3)), f("[, ]", "split", str(","), column(",")),
		f("error: Limit must be positive", "split", str("a"), str(","), num(0)), f("error: Limit is too large", "split", str("a"), str(","), num(1<<31)), f("error: delimiter may not be the empty string", "split", str("a"), str("")), f("error: delimiter may not be the empty string", "split", str("a"), str(""), num(1)), f("NULL", "split", str("a"), null(types.Varchar)), f("[, a, ]", "split", str("🙂a🙂"), str("🙂")),
		f("b", "split_part", str("a,b"), str(","), num(2)), f("NULL", "split_part", str("a,b"), str(","), num(3)), f("error: greater than zero", "split_part", str("a"), str(","), num(0)), f("", "split_part", str("a,,b"), str(","), num(2)), f("", "split_part", str(""), str(","), num(1)), f("NULL", "split_part", str(""), str(","), num(2)),
		f("é", "split_part", str("aéb"), str(""), num(2)), f("NULL", "split_part", str("aéb"), str(""), num(4)), f("NULL", "split_part", str("ab"), str(""), num(1<<40)), f("NULL", "split_part", null(types.Varchar), str(","), num(0)),
		f("3", "strpos", str("éabc"), str("b")), f("0", "strpos", str("abc"), str("z")), f("1", "strpos", str(""), str("")), f("1", "strpos", str("abc"), str("")), f("2", "position", str("b"), str("abc")), f("NULL", "strpos", str("a"), null(types.Varchar)),
		f("4", "strpos", str("aXbXc"), str("X"), num(2)), f("0", "strpos", str("aXbXc"), str("X"), num(3)), f("9", "strpos", str("abc abc abc"), str("abc"), num(-1)), f("4", "strpos", str("abc/xyz/foo/bar"), str("/"), num(-3)), f("0", "strpos", str("abc/xyz/foo/bar"), str("/"), num(-4)), f("2", "strpos", str("aaa"), str("aa"), num(2)), f("2", "strpos", str("aaa"), str("aa"), num(-1)),
		f("error: 'instance' must be a positive or negative number.", "strpos", str(""), str(""), num(0)), f("7", "strpos", str("信念,爱,希爱望"), str("爱"), num(-1)), f("error: 'instance' must be", "strpos", str("a"), str("a"), num(math.MinInt64)),
		f("4", "strrpos", str("aXbXc"), str("X")), f("2", "strrpos", str("aXbXc"), str("X"), num(2)), f("0", "strrpos", str("aXbXc"), str("X"), num(3)), f("6", "strrpos", str("éééXéX"), str("X")), f("error: 'instance' must be", "strrpos", str("a"), str("a"), num(-1)),
		f("ello", "substr", str("hello"), num(2)), f("el", "substr", str("hello"), num(2), num(2)), f("", "substr", str("hello"), num(0), num(2)), f("ll", "substr", str("hello"), num(-3), num(2)), f("", "substr", str("hello"), num(6)), f("", "substr", str("hello"), num(50), num(10)),
		f("", "substr", str("hello"), num(-10), num(3)), f("", "substring", str("hello"), num(2), num(-1)), f("llo", "substring", str("hello"), num(-3)), f("llo", "substring", str("hello"), num(-3), num(9)), f("", "substr", str("hello"), num(math.MinInt64), num(1)), f("", "substr", str("hello"), num(math.MaxInt64)), f("hello", "substr", str("hello"), num(1), num(math.MaxInt64)),
		f("é€", "substr", column("x€éa"), num(2), num(2)), f("NULL", "substr", null(types.Varchar), num(0)), f("NULL", "substr", str("a"), null(types.Bigint), num(0)), f("NULL", "substr", str("a"), num(0), null(types.Bigint)), f("", "substr", column(""), num(1)), f("x", "substr", column("xe\u0301"), num(3), num(1)),
	})
}

// Functions that only Trino's documentation lists; the expected values are its own
// examples and tests where it has them.
func TestMoreStrings(t *testing.T) {
	texts := arr(types.Varchar, str("a"), null(types.Varchar), str("b"))
	run(t, []functionCase{
		f("a,b", "concat_ws", str(","), str("a"), null(types.Varchar), str("b")), f("NULL", "concat_ws", null(types.Varchar), str("a")), f("", "concat_ws", str(","), null(types.Varchar)), f("a,b", "concat_ws", str(","), texts), f("NULL", "concat_ws", null(types.Varchar), texts), f("", "concat_ws", str(","), arr(types.Varchar)),
		f("true", "starts_with", str("foo_bar"), str("foo")), f("false", "starts_with", str("foo"), str("foo_bar")), f("true", "starts_with", str(""), str("")), f("true", "ends_with", str("信念 爱 希望"), str("希望")), f("false", "ends_with", str("baz"), str("foo_bar_baz")), f("NULL", "ends_with", null(types.Varchar), str("")),
		f("b?d", "translate", str("a?d"), str("a"), str("b")), f("bcd", "translate", str("abcd"), str("a"), str("")), f("zbcd", "translate", str("abcd"), str("a"), str("z")), f("zzzzzcd", "translate", str("bababcd"), str("ab"), str("zz")), f("Zbcd", "translate", str("abcd"), str("aa"), str("Zz")), f("é", "translate", str("a"), str("a"), str("éx")),
		f("R163", "soundex", str("Rupert")), f("R163", "soundex", str("Robert")), f("A261", "soundex", str("Ashcraft")), f("T522", "soundex", str("Tymczak")), f("P236", "soundex", str("Pfister")), f("", "soundex", str("123")), f("error: The character is not mapped: É", "soundex", str("é")),
		f("e\u0301", "normalize", str("é"), str("NFD")), f("é", "normalize", str("e\u0301")), f("fi", "normalize", str("ﬁ"), str("NFKC")), f("error: Normalization form must be one of [NFD, NFC, NFKD, NFKC]", "normalize", str("a"), str("nfc")),
		f("true", "luhn_check", str("4242424242424242")), f("false", "luhn_check", str("123456789")), f("false", "luhn_check", str("")), f("error: Input contains non-digit character", "luhn_check", str("abcd424242424242")), f("NULL", "luhn_check", null(types.Varchar)),
		f("36", "length", call(t, "uuid")),
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
