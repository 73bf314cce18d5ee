package builtin

import (
	"errors"
	"strconv"
	"strings"
)

// texts (developer guide, "String functions"). Positions count code points from 1.
var texts = []entry{
	{Sig: "chr(bigint) varchar", SQL: "tm_chr({1})", Doc: "The character of a code point; an error for a number that is none."},
	{Sig: "codepoint(varchar) integer", SQL: "tm_codepoint({1})", Doc: "The code point of a text of one character."},
	{Sig: "concat(varchar, varchar...) varchar", Emit: emitConcat, Doc: "The texts joined; NULL when one is NULL."},
	{Sig: "hamming_distance(varchar, varchar) bigint", SQL: "tm_hamming({1}, {2})", Doc: "In how many positions two texts of equal length differ."},
	{Sig: "length(varchar) bigint", SQL: "length({1})", Doc: "The number of code points."},
	{Sig: "levenshtein_distance(varchar, varchar) bigint", SQL: "tm_levenshtein({1}, {2})", Doc: "How many insertions, deletions and substitutions turn one into the other."},
	{Sig: "lower(varchar) varchar", SQL: "lower({1})", Doc: "In lower case, character by character."},
	{Sig: "upper(varchar) varchar", SQL: "tm_upper({1})", Doc: "In upper case, character by character: ß stays."},
	{Sig: "lpad(varchar, bigint, varchar) varchar", SQL: "tm_lpad({1}, {2}, {3})", Doc: "Filled on the left, or cut at the end, to a length of at most 1,048,576."},
	{Sig: "rpad(varchar, bigint, varchar) varchar", SQL: "tm_rpad({1}, {2}, {3})", Doc: "Filled on the right, or cut, to a length of at most 1,048,576."},
	{Sig: "ltrim(varchar) varchar", SQL: "tm_ltrim({1})", Doc: "Without white space in front."},
	{Sig: "rtrim(varchar) varchar", SQL: "tm_rtrim({1})", Doc: "Without white space at the end."},
	{Sig: "trim(varchar) varchar", SQL: "tm_trim({1})", Doc: "Without white space around it."},
	{Sig: "ltrim(varchar, varchar) varchar", Ext: true, SQL: "ltrim({1}, {2})", Doc: "Without those characters in front."},
	{Sig: "rtrim(varchar, varchar) varchar", Ext: true, SQL: "rtrim({1}, {2})", Doc: "Without those characters at the end."},
	{Sig: "trim(varchar, varchar) varchar", Ext: true, SQL: "trim({1}, {2})", Doc: "Without those characters around it; TRIM(BOTH a FROM b), LEADING and TRAILING too."},
	{Sig: "replace(varchar, varchar) varchar", Emit: emitReplace, Doc: "Without the occurrences of the second."},
	{Sig: "replace(varchar, varchar, varchar) varchar", Emit: emitReplace, Doc: "With the third in place of the second; between all characters when the second is empty."},
	{Sig: "reverse(varchar) varchar", SQL: "tm_reverse({1})", Doc: "The characters in opposite order."},
	{Sig: "split(varchar, varchar) array(varchar)", Emit: emitSplit, Doc: "The parts between the delimiters."},
	{Sig: "split(varchar, varchar, bigint) array(varchar)", SQL: "tm_split({1}, {2}, {3})", Doc: "At most so many parts, the last of which keeps the rest."},
	{Sig: "split_part(varchar, varchar, bigint) varchar", SQL: "tm_split_part({1}, {2}, {3})", Doc: "The part with a number from 1; NULL beyond the last. Without a delimiter every character is a part."},
	{Sig: "strpos(varchar, varchar) bigint", SQL: "strpos({1}, {2})", Doc: "Where the second first begins, 0 if nowhere."},
	{Sig: "strpos(varchar, varchar, bigint) bigint", SQL: "tm_strpos({1}, {2}, {3})", Doc: "Where the second begins for the n-th time, from the end when that is negative; 0 if it does not."},
	{Sig: "position(varchar, varchar) bigint", SQL: "strpos({2}, {1})", Doc: "POSITION(a IN b): where the first begins in the second, 0 if nowhere."},
	{Sig: "strrpos(varchar, varchar) bigint", SQL: "tm_strrpos({1}, {2}, CAST(1 AS BIGINT))", Doc: "Where the second last begins, 0 if nowhere."},
	{Sig: "strrpos(varchar, varchar, bigint) bigint", SQL: "tm_strrpos({1}, {2}, {3})", Doc: "Where the second begins for the n-th time from the end, 0 if it does not."},
	{Sig: "substr(varchar, bigint) varchar", Emit: emitSubstr, Doc: "From a position on; a negative one counts from the end."},
	{Sig: "substr(varchar, bigint, bigint) varchar", Emit: emitSubstr, Doc: "So many characters from a position on; a negative one counts from the end."},
	{Sig: "substring(varchar, bigint) varchar", Ext: true, Emit: emitSubstr, Doc: "As substr."},
	{Sig: "substring(varchar, bigint, bigint) varchar", Ext: true, Emit: emitSubstr, Doc: "As substr."},

	{Sig: "concat_ws(varchar, varchar...) varchar", Ext: true, Emit: emitConcatWith, Doc: "The texts that are not NULL, with the first between them; NULL when that is NULL."},
	{Sig: "concat_ws(varchar, array(varchar)) varchar", Ext: true, SQL: "tm_concat_ws({1}, {2})", Doc: "The elements that are not NULL, with the first between them."},
	{Sig: "ends_with(varchar, varchar) boolean", Ext: true, SQL: "suffix({1}, {2})", Doc: "Whether the first ends with the second."},
	{Sig: "luhn_check(varchar) boolean", Ext: true, SQL: "tm_luhn_check({1})", Doc: "Whether the digits pass Luhn's check."},
	{Sig: "normalize(varchar) varchar", Ext: true, SQL: "tm_normalize({1}, 'NFC')", Doc: "In Unicode's normal form NFC."},
	{Sig: "normalize(varchar, varchar) varchar", Ext: true, SQL: "tm_normalize({1}, {2})", Doc: "In a normal form: 'NFC', 'NFD', 'NFKC', 'NFKD'."},
	{Sig: "soundex(varchar) varchar", Ext: true, SQL: "tm_soundex({1})", Doc: "How an English word sounds: a letter and three digits."},
	{Sig: "starts_with(varchar, varchar) boolean", Ext: true, SQL: "prefix({1}, {2})", Doc: "Whether the first begins with the second."},
	{Sig: "translate(varchar, varchar, varchar) varchar", Ext: true, SQL: "tm_translate({1}, {2}, {3})", Doc: "With each character of the second replaced by the one at its place in the third, removed if there is none."},
	{Sig: "uuid() varchar", Ext: true, SQL: "CAST(uuid() AS VARCHAR)", Volatile: true, Doc: "A random UUID as a text."},
}

// shortText is the longest constant that DuckDB's own replace may insert: what it
// makes of a text is then not much larger than that.
const shortText = 64

// emitReplace leaves to DuckDB what means the same there.
func emitReplace(c Call) (string, error) {
	if len(c.Args) == 2 {
		c.Args = append(c.Args, Arg{SQL: "''", Const: true, Value: ""})
	}
	search, known := c.Args[1].Value.(string)
	with, short := c.Args[2].Value.(string)
	if known && search != "" && short && len(with) <= shortText {
		return fill("replace({1}, {2}, {3})", c), nil
	}
	return fill("tm_replace({1}, {2}, {3})", c), nil
}

func emitSplit(c Call) (string, error) {
	if delimiter, ok := c.Args[1].Value.(string); ok && delimiter != "" {
		return fill("string_split({1}, {2})", c), nil
	}
	return fill("tm_split({1}, {2}, CAST(2147483647 AS BIGINT))", c), nil
}

// maxLength is longer than any text, and short enough for DuckDB to add to.
const maxLength = 1 << 30

// emitSubstr writes DuckDB's own function where the constants are those for which it
// answers as Trino does.
func emitSubstr(c Call) (string, error) {
	start, known := c.Args[1].Value.(int64)
	length, alsoKnown := int64(maxLength), true
	if len(c.Args) == 3 {
		length, alsoKnown = c.Args[2].Value.(int64)
	}
	switch {
	case known && alsoKnown && start > 0 && start < maxLength && length > 0:
		return "substr(" + c.Args[0].SQL + ", " + strconv.FormatInt(start, 10) + ", " + strconv.FormatInt(min(length, maxLength), 10) + ")", nil
	case len(c.Args) == 3:
		return fill("tm_substr({1}, {2}, {3})", c), nil
	}
	return fill("tm_substr({1}, {2}, 1073741824)", c), nil
}

// emitConcat puts many texts into a list: DuckDB's time grows with the square of a
// chain of signs.
func emitConcat(c Call) (string, error) {
	const chain = 32
	if len(c.Args) > chain {
		return fill("tm_join_all([{*}])", c), nil
	}
	texts := make([]string, len(c.Args))
	for i, a := range c.Args {
		texts[i] = a.SQL
	}
	return "(" + strings.Join(texts, " || ") + ")", nil
}

func emitConcatWith(c Call) (string, error) {
	if len(c.Args) < 2 {
		return "", errors.New("There must be two or more arguments")
	}
	return fill("concat_ws({*})", c), nil
}
