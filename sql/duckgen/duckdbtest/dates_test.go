package duckdbtest

import (
	"slices"
	"strings"
	"testing"

	"tidemark/sql/builtin"
	"tidemark/sql/plan"
)

// dateCases are the cases of every function over times, by family.
var dateCases = map[string]func() []functionCase{
	"arithmetic": arithmeticCases, "operators": operatorCases, "extraction": extractionCases, "epoch": epochCases, "formatting": formattingCases,
}

func TestDates(t *testing.T) {
	for name, cases := range dateCases {
		t.Run(name, func(t *testing.T) { run(t, cases()) })
	}
}

// A NULL in any place makes the result NULL.
func TestDatesOfNull(t *testing.T) {
	db := open(t)
	for _, cases := range dateCases {
		for _, c := range cases() {
			if strings.HasPrefix(c.want, "error: ") {
				continue
			}
			for i, a := range c.args {
				args := slices.Clone(c.args)
				args[i] = plan.Null(a.Type())
				e := call(t, c.name, args...)
				check(t, "DuckDB", e, db.value(t, e), "NULL")
			}
		}
	}
}

// Every signature with a time in it has a case.
func TestEveryDateSignatureHasACase(t *testing.T) {
	have := map[string]bool{}
	for _, cases := range dateCases {
		for _, c := range cases() {
			have[call(t, c.name, c.args...).(*plan.Call).Fn.Signature] = true
		}
	}
	for _, f := range builtin.Functions() {
		for _, o := range f.Overloads {
			if f.Kind == builtin.Scalar && overTimes(o.Signature) && !have[o.Signature] {
				t.Errorf("no case of %s", o.Signature)
			}
		}
	}
}

// overTimes reports a signature of scalars of which one is a time.
func overTimes(signature string) bool {
	if strings.Contains(signature, "array") || strings.Contains(signature, "timeseries") {
		return false
	}
	return slices.ContainsFunc([]string{"timestamp", "(date", " date", "(time", " time", "interval"}, func(word string) bool {
		return strings.Contains(signature[strings.Index(signature, "("):], word)
	})
}
