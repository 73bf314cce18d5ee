package query

import (
	"fmt"
	"regexp"
	"strings"
)

// texts turns DuckDB's error texts into the language's own, which are Trino's. The
// first whose pattern matches counts; a text that none matches was raised by a
// function of ours, or by one of DuckDB's about an argument, and stays.
var texts = []struct {
	pattern *regexp.Regexp
	text    func(part []string) string
}{
	{
		regexp.MustCompile(`(?s)^Overflow in (addition|subtraction|multiplication) of (INT32|INT64) \((.*)\)!`),
		func(p []string) string {
			return fmt.Sprintf("%s %s overflow: %s", strings.ToLower(typeName(p[2])), p[1], p[3])
		},
	},
	{
		regexp.MustCompile(`^Overflow in negation of`),
		func([]string) string { return "bigint negation overflow" },
	},
	{
		regexp.MustCompile(`^Overflow on abs\((.*)\)`),
		func(p []string) string { return fmt.Sprintf("Value %s is out of range for abs", p[1]) },
	},
	{
		regexp.MustCompile(`(?s)^Could not convert string '(.*)' to (\w+)$`),
		func(p []string) string { return fmt.Sprintf("Cannot cast '%s' to %s", p[1], typeName(p[2])) },
	},
	{ // only sum makes numbers of that type
		regexp.MustCompile(`(?s)^Type INT128 with value (.*) can't be cast because the value is out of range for the destination type INT64$`),
		func(p []string) string { return "bigint addition overflow: " + p[1] },
	},
	{
		regexp.MustCompile(`(?s)^Type \w+ with value (.*) can't be cast .* the destination type (\w+)$`),
		func(p []string) string { return fmt.Sprintf("Cannot cast %s to %s", p[1], typeName(p[2])) },
	},
	{
		regexp.MustCompile(`^invalid date field format: "(.*)", expected`),
		func(p []string) string { return fmt.Sprintf("Cannot cast '%s' to DATE", p[1]) },
	},
	{
		regexp.MustCompile(`^More than one row returned by a subquery`),
		func([]string) string { return "Scalar sub-query has returned multiple rows" },
	},
	{
		regexp.MustCompile(`(?s)^Timestamp .*out of range|^Date and time not in timestamp range|^Could not convert Timestamp`),
		func([]string) string { return "Timestamp is out of range" },
	},
	{
		regexp.MustCompile(`(?s)^Date out of range`),
		func([]string) string { return "Date is out of range" },
	},
}

// typeNames are the language's names, in capitals as error texts have them, of
// DuckDB's types whose own names differ.
var typeNames = map[string]string{"INT32": "INTEGER", "INT64": "BIGINT", "BOOL": "BOOLEAN"}

func typeName(duck string) string {
	if name, ok := typeNames[duck]; ok {
		return name
	}
	return duck
}

// inPlace is what DuckDB adds to say where in its own statement an error is.
var inPlace = regexp.MustCompile(`(?s)( when casting from source column \S+)?(\n\nLINE \d+: .*)?$`)

// clientText returns the text that a client of Timestream expects for DuckDB's.
func clientText(message string) string {
	message = strings.TrimSuffix(message, inPlace.FindString(message))
	for _, t := range texts {
		if part := t.pattern.FindStringSubmatch(message); part != nil {
			return t.text(part)
		}
	}
	return message
}
