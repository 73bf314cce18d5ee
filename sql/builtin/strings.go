package builtin

import "strings"

// texts (developer guide, "String functions"). Positions count code points from 1.
var texts = []entry{
	{Sig: "chr(bigint) varchar", SQL: "chr(CAST({1} AS INTEGER))", Doc: "The character of a code point."},
	{Sig: "codepoint(varchar) integer", SQL: "tm_codepoint({1})", Doc: "The code point of a text of one character."},
	{Sig: "concat(varchar, varchar...) varchar", Emit: emitConcat, Doc: "The texts joined; NULL when one is NULL."},
	{Sig: "hamming_distance(varchar, varchar) bigint", SQL: "tm_hamming({1}, {2})", Doc: "In how many positions two texts of equal length differ."},
	{Sig: "length(varchar) bigint", SQL: "length({1})", Doc: "The number of code points."},
	{Sig: "levenshtein_distance(varchar, varchar) bigint", SQL: "tm_levenshtein({1}, {2})", Doc: "How many insertions, deletions and substitutions turn one into the other."},
	{Sig: "lower(varchar) varchar", SQL: "lower({1})", Doc: "In lower case."},
	{Sig: "upper(varchar) varchar", SQL: "upper({1})", Doc: "In upper case."},
	{Sig: "lpad(varchar, bigint, varchar) varchar", SQL: "lpad({1}, tm_pad_size({2}), tm_pad_text({3}))", Doc: "Filled on the left, or cut, to a length."},
	{Sig: "rpad(varchar, bigint, varchar) varchar", SQL: "rpad({1}, tm_pad_size({2}), tm_pad_text({3}))", Doc: "Filled on the right, or cut, to a length."},
	{Sig: "ltrim(varchar) varchar", SQL: "tm_ltrim({1})", Doc: "Without white space in front."},
	{Sig: "rtrim(varchar) varchar", SQL: "tm_rtrim({1})", Doc: "Without white space at the end."},
	{Sig: "trim(varchar) varchar", SQL: "tm_trim({1})", Doc: "Without white space around it."},
	{Sig: "replace(varchar, varchar) varchar", SQL: "replace({1}, {2}, '')", Doc: "Without the occurrences of the second."},
	{Sig: "replace(varchar, varchar, varchar) varchar", SQL: "replace({1}, {2}, {3})", Doc: "With the third in place of the second."},
	{Sig: "reverse(varchar) varchar", SQL: "reverse({1})", Doc: "In opposite order."},
	{Sig: "split(varchar, varchar) array(varchar)", SQL: "string_split({1}, tm_delimiter({2}))", Doc: "The parts between the delimiters."},
	{Sig: "split(varchar, varchar, bigint) array(varchar)", SQL: "tm_split_limit(string_split({1}, tm_delimiter({2})), {2}, {3})", Doc: "At most so many parts, the last of which keeps the rest."},
	{Sig: "split_part(varchar, varchar, bigint) varchar", SQL: "tm_part(string_split({1}, tm_delimiter({2})), {3})", Doc: "The part with a number from 1; NULL beyond the last."},
	{Sig: "strpos(varchar, varchar) bigint", SQL: "CAST(strpos({1}, {2}) AS BIGINT)", Doc: "Where the second first begins, 0 if nowhere."},
	{Sig: "strpos(varchar, varchar, bigint) bigint", SQL: "tm_strpos({1}, {2}, {3})", Doc: "Where the second begins for the n-th time, 0 if it does not."},
	{Sig: "position(varchar, varchar) bigint", SQL: "CAST(strpos({2}, {1}) AS BIGINT)", Doc: "POSITION(a IN b): where the first begins in the second, 0 if nowhere."},
	{Sig: "strrpos(varchar, varchar) bigint", SQL: "tm_strrpos({1}, {2}, CAST(1 AS BIGINT))", Doc: "Where the second last begins, 0 if nowhere."},
	{Sig: "strrpos(varchar, varchar, bigint) bigint", SQL: "tm_strrpos({1}, {2}, {3})", Doc: "Where the second begins for the n-th time from the end, 0 if it does not."},
	{Sig: "substr(varchar, bigint) varchar", SQL: "tm_substr({1}, {2}, 1073741824)", Doc: "From a position on; a negative one counts from the end."},
	{Sig: "substr(varchar, bigint, bigint) varchar", SQL: "tm_substr({1}, {2}, {3})", Doc: "So many characters from a position on; a negative one counts from the end."},
	{Sig: "substring(varchar, bigint) varchar", SQL: "tm_substr({1}, {2}, 1073741824)", Doc: "As substr."},
	{Sig: "substring(varchar, bigint, bigint) varchar", SQL: "tm_substr({1}, {2}, {3})", Doc: "As substr."},
}

func emitConcat(c Call) (string, error) {
	texts := make([]string, len(c.Args))
	for i, a := range c.Args {
		texts[i] = a.SQL
	}
	return "(" + strings.Join(texts, " || ") + ")", nil
}
