package query

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"tidemark/internal/duckdb"
	"tidemark/sql/types"
)

// raised stands before the errors of our own functions, whose texts are for clients as
// they are.
const raised = "tidemark: "

// errorText makes one of DuckDB's error texts the language's own, which is Trino's.
type errorText struct {
	pattern *regexp.Regexp
	text    func(part []string) string
}

// errorTexts are tried in this order.
var errorTexts = []errorText{
	{regexp.MustCompile(`(?s)^Overflow in (addition|subtraction|multiplication) of (INT32|INT64) \((.*)\)!`), func(p []string) string {
		return kindName(p[2]) + " " + p[1] + " overflow: " + p[3]
	}},
	{regexp.MustCompile(`^Overflow in division of (-?\d+) / (-?\d+)`), func(p []string) string {
		return kindOf(p[1]) + " division overflow: " + p[1] + " / " + p[2]
	}},
	{regexp.MustCompile(`^Overflow in negation of`), fixed("bigint negation overflow: -9223372036854775808")},
	{regexp.MustCompile(`^Type INT128 with value 2147483648 can't be cast .* the destination type INT32$`), fixed("integer negation overflow: -2147483648")},
	{regexp.MustCompile(`^Overflow on abs\((.*)\)`), func(p []string) string {
		return "Value " + p[1] + " is out of range for abs(" + kindOf(p[1]) + ")"
	}},
	{ // only sum makes numbers of that type
		regexp.MustCompile(`^Type INT128 with value (\S+) can't be cast .* the destination type INT64$`), func(p []string) string {
			return "bigint addition overflow: " + p[1]
		},
	},
	{regexp.MustCompile(`^Type (?:DOUBLE|FLOAT) with value (\S+) can't be cast .* the destination type (INT32|INT64)$`), doubleCast},
	{regexp.MustCompile(`^Type \w+ with value (\S+) can't be cast .* the destination type (INT32|INT64)$`), func(p []string) string {
		return "Out of range for " + kindName(p[2]) + ": " + p[1]
	}},
	{regexp.MustCompile(`(?s)^Could not convert string '(.*)' to (INT32|INT64|DOUBLE|BOOL)$`), func(p []string) string {
		return fmt.Sprintf("Cannot cast '%s' to %s", p[1], strings.ToUpper(kindName(p[2])))
	}},
	{regexp.MustCompile(`^More than one row returned by a subquery`), fixed("Scalar sub-query has returned multiple rows")},
	{regexp.MustCompile(`^Timestamp .*out of range|^Date and time not in timestamp range|^Could not convert Timestamp`), fixed("Timestamp is out of range")},
	{regexp.MustCompile(`^Date out of range`), fixed("Date is out of range")},
	{regexp.MustCompile(`^Invalid UTF8 Codepoint (-?\d+)`), func(p []string) string { return "Not a valid Unicode code point: " + p[1] }},
	{regexp.MustCompile(`^Invalid escape string`), fixed("Escape string must be a single character")},
	{regexp.MustCompile(`^Like pattern must not end with escape character`), fixed(types.ErrEscape.Error())},
}

func fixed(text string) func([]string) string { return func([]string) string { return text } }

// doubleCast words the error of a number that an integer type does not hold.
func doubleCast(p []string) string {
	x, _ := strconv.ParseFloat(p[1], 64) // infinite when it is that large, as it should be
	return types.WholeNumberError(x, duckKinds[p[2]]).Error()
}

// duckKinds are the kinds behind DuckDB's own names for its types.
var duckKinds = map[string]types.Kind{"INT32": types.Integer, "INT64": types.Bigint, "BOOL": types.Boolean, "DOUBLE": types.Double}

func kindName(duck string) string { return duckKinds[duck].String() }

// kindOf is the type of which a number is the smallest.
func kindOf(smallest string) string {
	if smallest == "-2147483648" {
		return types.Integer.String()
	}
	return types.Bigint.String()
}

// inPlace is what DuckDB adds to say where in its own statement an error is.
var inPlace = regexp.MustCompile(`(?s)( when casting from source column .*?)?(\n\nLINE \d+: .*)?$`)

// unknownTexts stand for errors of values that nothing above knows, by their class:
// what DuckDB says is about a statement and types that the client never saw.
var unknownTexts = map[duckdb.Class]string{
	duckdb.Conversion: "A value cannot be cast to the type that it is needed as",
	duckdb.OutOfRange: "A value is out of range",
}

// clientText returns the text that a client of Timestream expects for an error of
// DuckDB's; known is false where it says less than DuckDB's own.
func clientText(failed *duckdb.Error) (text string, known bool) {
	if own, ok := strings.CutPrefix(failed.Message, raised); ok {
		return own, true
	}
	message := strings.TrimSuffix(failed.Message, inPlace.FindString(failed.Message))
	for _, t := range errorTexts {
		if part := t.pattern.FindStringSubmatch(message); part != nil {
			return t.text(part), true
		}
	}
	if text, ok := unknownTexts[failed.Class]; ok {
		return text, false
	}
	return "A function does not take one of the values that it is given", false
}
