package query

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tidemark/sql/builtin"
)

// A NULL argument makes a scalar function NULL, in every place of every form, typed or not.
func TestNullArguments(t *testing.T) {
	engine := openDemo(t, Options{})
	tried := 0
	for _, f := range builtin.Functions() {
		if f.Kind != builtin.Scalar || f.Name[0] < 'a' || f.Name[0] > 'z' || slices.Contains(seesNull, f.Name) {
			continue
		}
		for _, o := range f.Overloads {
			params := parameterTypes(o.Signature)
			if slices.ContainsFunc(params, func(p string) bool { return strings.HasPrefix(p, "lambda") }) {
				continue // cases of their own: lambda.golden.txt
			}
			for i, p := range params {
				if slices.Contains(takesNull, fmt.Sprintf("%s %d", f.Name, i+1)) {
					continue
				}
				for _, null := range []string{"NULL", nullOf(p)} {
					args := make([]string, len(params))
					for j, q := range params {
						args[j] = sampleOf(q)
					}
					args[i] = null
					if slices.Contains(params, "time") {
						args = replaced(args, "'day'", "'hour'")
					}
					text := fmt.Sprintf("SELECT %s(%s) AS x", f.Name, strings.Join(args, ", "))
					got, err := runAll(t, engine, text)
					if _, value, _ := strings.Cut(got, "\n"); err != nil || value != "NULL" {
						t.Errorf("%s = %s, %v, want NULL", text, value, err)
					}
					tried++
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("%d calls were tried, which is too few to be all", tried)
	}
}

// seesNull are functions made to handle NULL, and POSITION, which no call reaches;
// takesNull are single places for a NULL that is a value like others: an element to
// repeat, what a value is compared with, a text to leave out.
var (
	seesNull  = strings.Fields("if coalesce nullif try typeof position")
	takesNull = []string{"repeat 1", "concat_ws 2"}
)

// replaced puts another text in the places of one: times of day have no days.
func replaced(args []string, from, to string) []string {
	for i := range args {
		if args[i] == from {
			args[i] = to
		}
	}
	return args
}

// parameterTypes returns the types between the parentheses of a signature.
func parameterTypes(signature string) (params []string) {
	start, depth := strings.IndexByte(signature, '(')+1, 0
	for i, c := range signature {
		switch {
		case c == '(':
			depth++
		case depth == 1 && (c == ',' || c == ')'):
			if p := strings.TrimSuffix(strings.TrimSpace(signature[start:i]), "..."); p != "" {
				params = append(params, p)
			}
			start = i + 1
			if c == ')' {
				return params
			}
		case c == ')':
			depth--
		}
	}
	return params
}

var variable = regexp.MustCompile(`\b[A-Z]\b`)

// nullOf is a NULL of a parameter's type. A series has no name to cast to.
func nullOf(param string) string {
	if strings.HasPrefix(param, "timeseries") {
		return "(SELECT create_time_series(time, cpu) FROM demo.host WHERE cpu > 1000)"
	}
	return "CAST(NULL AS " + variable.ReplaceAllString(param, "bigint") + ")"
}

// sampleOf is a value of a parameter's type.
func sampleOf(param string) string {
	if of, ok := strings.CutPrefix(param, "array("); ok {
		return "ARRAY[" + sampleOf(strings.TrimSuffix(of, ")")) + "]"
	}
	if strings.HasPrefix(param, "timeseries") {
		return "(SELECT create_time_series(time, cpu) FROM demo.host WHERE host = 'a')"
	}
	if text, ok := sampleValues[param]; ok {
		return text
	}
	return "1"
}

// sampleValues are values by type; any other is a number. The text is a unit, too.
var sampleValues = map[string]string{
	"timestamp": "TIMESTAMP '2026-01-01 11:05'", "date": "DATE '2026-01-01'", "time": "TIME '11:05'", "varchar": "'day'", "boolean": "true",
	"bigint": "BIGINT '1'", "double": "1.5", "interval day to second": "1d", "interval year to month": "1month",
}
