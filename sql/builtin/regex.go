package builtin

import (
	"strconv"
	"strings"

	"tidemark/sql/regex"
)

// regexes (developer guide, "Regular expression functions"). Patterns are those of
// java.util.regex.
var regexes = []entry{
	{Sig: "regexp_like(varchar, varchar) boolean", Emit: emitRegexLike, Doc: "Whether the pattern matches somewhere in the text."},
	{Sig: "regexp_extract(varchar, varchar) varchar", Emit: emitRegexExtract, Doc: "The first match; NULL without one."},
	{Sig: "regexp_extract(varchar, varchar, bigint) varchar", Emit: emitRegexExtract, Doc: "A group of the first match; NULL without one and when the group took no part."},
	{Sig: "regexp_extract_all(varchar, varchar) array(varchar)", Emit: emitRegexExtractAll, Doc: "Every match."},
	{Sig: "regexp_extract_all(varchar, varchar, bigint) array(varchar)", Emit: emitRegexExtractAll, Doc: "A group of every match; NULL where it took no part."},
	{Sig: "regexp_replace(varchar, varchar) varchar", SQL: "tm_regexp_replace({1}, {2}, '')", Doc: "Without the matches."},
	{Sig: "regexp_replace(varchar, varchar, varchar) varchar", SQL: "tm_regexp_replace({1}, {2}, {3})", Doc: "With every match replaced; $1 and ${name} are groups, \\$ is a $."},
	{Sig: "regexp_replace(varchar, varchar, lambda(array(varchar)) varchar) varchar", Emit: emitRegexLambda, Doc: "With every match replaced by what the lambda makes of its groups; NULL when that is NULL."},
	{Sig: "regexp_split(varchar, varchar) array(varchar)", SQL: "tm_regexp_split({1}, {2})", Doc: "The parts between the matches, empty ones too."},
	{Sig: "regexp_count(varchar, varchar) bigint", Ext: true, SQL: "tm_regexp_count({1}, {2})", Doc: "The number of matches."},
	{Sig: "regexp_position(varchar, varchar) integer", Ext: true, SQL: "CAST(tm_regexp_position({1}, {2}, CAST(1 AS BIGINT), CAST(1 AS BIGINT)) AS INTEGER)", Doc: "Where the first match begins, counted from 1; -1 without one."},
	{Sig: "regexp_position(varchar, varchar, integer) integer", Ext: true, SQL: "CAST(tm_regexp_position({1}, {2}, CAST({3} AS BIGINT), CAST(1 AS BIGINT)) AS INTEGER)", Doc: "Where the first match begins that begins at a place or later; -1 without one."},
	{Sig: "regexp_position(varchar, varchar, integer, integer) integer", Ext: true, SQL: "CAST(tm_regexp_position({1}, {2}, CAST({3} AS BIGINT), CAST({4} AS BIGINT)) AS INTEGER)", Doc: "Where the n-th match begins of those that begin at a place or later; -1 without one."},
}

func quoteSQL(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// emitRegexLike leaves a constant pattern to DuckDB's engine when it means the same
// there. A pattern that is wrong is left to run time, where TRY can catch its error.
func emitRegexLike(c Call) (string, error) {
	if java, constant := c.Args[1].Value.(string); constant {
		if re2, err := regex.ToRE2(java); err == nil && re2 != "" {
			return "regexp_matches(" + c.Args[0].SQL + ", " + quoteSQL(re2) + ")", nil
		}
	}
	return fill("tm_regexp_like({1}, {2})", c), nil
}

// emitRegexExtract and those below use the Go functions: they are faster than DuckDB's
// own, which search with groups (BenchmarkTexts).
func emitRegexExtract(c Call) (string, error) {
	if len(c.Args) == 2 {
		return fill("tm_regexp_extract({1}, {2}, CAST(0 AS BIGINT))", c), nil
	}
	return fill("tm_regexp_extract({1}, {2}, {3})", c), nil
}

func emitRegexExtractAll(c Call) (string, error) {
	if len(c.Args) == 2 {
		return fill("tm_regexp_extract_all({1}, {2}, CAST(0 AS BIGINT))", c), nil
	}
	return fill("tm_regexp_extract_all({1}, {2}, {3})", c), nil
}

// emitRegexLambda cuts the pieces of a text (see tm_regexp_pieces) into one list per
// match, of the text before it and its groups, and joins what the lambda makes of them:
//
//	list_transform([pieces], lambda f:
//	    tm_join_all(list_transform(range(matches), lambda i: f[from i] || body[groups of i])) || f[last])[1]
func emitRegexLambda(c Call) (string, error) {
	f := c.Args[2].Params[0] + "f"
	i := c.Args[2].Params[0] + "i"
	stride := fill("(tm_regexp_groups({2}) + 1)", c)
	if java, ok := c.Args[1].Value.(string); ok {
		if p, err := regex.Compile(java); err == nil {
			stride = strconv.Itoa(p.Groups() + 1)
		}
	}
	body, err := c.Args[2].Lambda("(" + f + "[" + i + " * " + stride + " + 2:(" + i + " + 1) * " + stride + "])")
	if err != nil {
		return "", err
	}
	return "list_transform([tm_regexp_pieces(" + c.Args[0].SQL + ", " + c.Args[1].SQL + ")], lambda " + f + ": " +
		"tm_join_all(list_transform(range((len(" + f + ") - 1) // " + stride + "), lambda " + i + ": " +
		f + "[" + i + " * " + stride + " + 1] || " + body + ")) || " + f + "[len(" + f + ")])[1]", nil
}
