package query

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"tidemark/fault"
)

// leak matches what only DuckDB and its programs know: our macros and functions, columns
// and relations of a program, DuckDB's types and the way it shows where an error is.
var leak = regexp.MustCompile(`\btm_\w+|\b[xow]\d+\b|\bt\d+\.|LINE \d+:|STRUCT\(|\bINT(?:32|64|128)\b|\bBIGINT\[|TIMESTAMP_NS|HUGEINT|DuckDB|duckdb|\bfield\d+\b|lambda |list_\w+\(|Invalid Input|Conversion Error`)

// No error of a query shows how it runs, and none is ours to fix: each statement in the
// file fails because of itself, as it is read or as it runs.
func TestErrorsDoNotLeak(t *testing.T) {
	engine := openDemo(t, Options{})
	text, err := os.ReadFile("testdata/failing.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		_, err := runAll(t, engine, line)
		var failed *ExecutionError
		switch {
		case err == nil:
			t.Errorf("%s: no error", line)
		case fault.KindOf(err) != fault.Invalid:
			t.Errorf("%s: %v is %v, want Invalid", line, err, fault.KindOf(err))
		case leak.MatchString(err.Error()):
			t.Errorf("%s: %v shows %q", line, err, leak.FindString(err.Error()))
		case !errors.As(err, &failed) && !placed.MatchString(err.Error()):
			t.Errorf("%s: %v does not say where", line, err)
		case errors.As(err, &failed) && unknownText(failed.Text):
			t.Errorf("%s: nothing known about %v", line, errors.Unwrap(err))
		}
	}
}

// placed matches a text that names a line and a column.
var placed = regexp.MustCompile(`\bline \d+:\d+`)

func unknownText(text string) bool {
	for _, t := range unknownTexts {
		if t == text {
			return true
		}
	}
	return strings.HasPrefix(text, "A function does not take")
}
