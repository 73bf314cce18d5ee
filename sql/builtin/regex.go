package builtin

import (
	"fmt"
	"strings"

	"tidemark/sql/regex"
)

// regex (developer guide, "Regular expression functions"). Patterns are those of
// java.util.regex. DuckDB's engine is RE2, so a constant pattern is translated; one
// that needs a backtracking engine, or is not constant, goes to a Go function where
// there is one.
var regexes = []entry{
	{Sig: "regexp_like(varchar, varchar) boolean", Emit: emitRegexLike, Doc: "Whether the pattern matches somewhere in the text."},
	{Sig: "regexp_extract(varchar, varchar) varchar", Emit: emitRegexExtract, Doc: "The first match; NULL without one."},
	{Sig: "regexp_extract(varchar, varchar, bigint) varchar", Emit: emitRegexExtract, Doc: "A group of the first match; NULL without one."},
	{Sig: "regexp_extract_all(varchar, varchar) array(varchar)", Emit: emitRegexExtractAll, Doc: "Every match."},
	{Sig: "regexp_extract_all(varchar, varchar, bigint) array(varchar)", Emit: emitRegexExtractAll, Doc: "A group of every match."},
	{Sig: "regexp_replace(varchar, varchar) varchar", Emit: emitRegexReplace, Doc: "Without the matches."},
	{Sig: "regexp_replace(varchar, varchar, varchar) varchar", Emit: emitRegexReplace, Doc: "With every match replaced; $1 and ${name} are groups."},
	{Sig: "regexp_split(varchar, varchar) array(varchar)", Emit: emitRegexSplit, Doc: "The parts between the matches."},
}

// constantPattern translates a constant pattern for DuckDB; ok is false for one that
// it cannot run and for one that is not constant.
func constantPattern(a Arg) (text string, ok bool, err error) {
	java, constant := a.Value.(string)
	if !constant {
		return "", false, nil
	}
	return regex.RE2(java)
}

func quoteSQL(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func emitRegexLike(c Call) (string, error) {
	p, ok, err := constantPattern(c.Args[1])
	if err != nil || !ok {
		return fill("tm_regexp_like({1}, {2})", c), err
	}
	return "regexp_matches(" + c.Args[0].SQL + ", " + quoteSQL(p) + ")", nil
}

// emitRegexExtract uses the Go function, which knows a group that took no part;
// DuckDB's own answers ” for that and for no match.
func emitRegexExtract(c Call) (string, error) {
	if _, _, err := constantPattern(c.Args[1]); err != nil {
		return "", err
	}
	if len(c.Args) == 2 {
		return fill("tm_regexp_extract({1}, {2}, CAST(0 AS BIGINT))", c), nil
	}
	return fill("tm_regexp_extract({1}, {2}, {3})", c), nil
}

func emitRegexReplace(c Call) (string, error) {
	if _, _, err := constantPattern(c.Args[1]); err != nil {
		return "", err
	}
	if len(c.Args) == 2 {
		return fill("tm_regexp_replace({1}, {2}, '')", c), nil
	}
	return fill("tm_regexp_replace({1}, {2}, {3})", c), nil
}

func emitRegexExtractAll(c Call) (string, error) {
	p, err := listPattern(c, "regexp_extract_all")
	if err != nil {
		return "", err
	}
	if len(c.Args) == 2 {
		return "regexp_extract_all(" + c.Args[0].SQL + ", " + p + ")", nil
	}
	group, ok := c.Args[2].Value.(int64)
	if !ok {
		return "", fmt.Errorf("the group of regexp_extract_all must be a constant")
	}
	return fmt.Sprintf("regexp_extract_all(%s, %s, %d)", c.Args[0].SQL, p, group), nil
}

func emitRegexSplit(c Call) (string, error) {
	p, err := listPattern(c, "regexp_split")
	return "string_split_regex(" + c.Args[0].SQL + ", " + p + ")", err
}

// listPattern renders the pattern of a function that returns a list, which only DuckDB can make.
func listPattern(c Call, function string) (string, error) {
	p, ok, err := constantPattern(c.Args[1])
	switch {
	case err != nil:
		return "", err
	case ok:
		return quoteSQL(p), nil
	case c.Args[1].Const && c.Args[1].Value != nil:
		return "", fmt.Errorf("%s does not support look-around, back-references and atomic groups: %v", function, c.Args[1].Value)
	}
	return c.Args[1].SQL, nil
}
