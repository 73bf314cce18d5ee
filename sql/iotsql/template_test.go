package iotsql

import (
	"errors"
	"testing"
)

func TestTemplates(t *testing.T) {
	const payload = `{"device_id":"s1","building":"Day 1","n":10.0,"i":3,"b":true,"obj":{"a":[1, 2]},"nil":null,"brace":"}"}`
	stmt := map[Version]*Statement{
		V2015: compile(t, "SET @v = obj SELECT i AS chosen FROM 'x'", V2015),
		V2016: compile(t, "SET @v = obj SELECT i AS chosen FROM 'x'", V2016),
	}
	tests := []struct{ name, text, old, modern string }{
		{"literal", "plain text", "plain text", "plain text"},
		{"empty", "", "", ""},
		{"field", "${device_id}", "s1", "s1"},
		{"field that SELECT does not name", "a/${building}/b", "a/Day 1/b", "a/Day 1/b"},
		{"alias of SELECT", "${chosen}", "", ""},
		{"several", "${topic(3)}-${i + 1}-${clientid()}", "7-4-c1", "7-4-c1"},
		{"number by version", "${n}", "10.0", "10"},
		{"boolean", "${b}", "true", "true"},
		{"object", "${obj}", `{"a":[1,2]}`, `{"a":[1,2]}`},
		{"null and undefined", "[${nil}${missing}]", "[]", "[]"},
		{"variable", "${@v.a}", "[1,2]", "[1,2]"},
		{"brace in a string", "${concat('}', brace, \"}\")}", "}}}", "}}}"},
		{"dollar without brace", "$$aws/things/$x", "$$aws/things/$x", "$$aws/things/$x"},
		{"object literal", "${get({'a': {'b': i}}, 'a')}!", "", `{"b":3}!`},
		{"blanks", "${ \n i }", "3", "3"},
	}
	for _, test := range tests {
		for version, want := range map[Version]string{V2015: test.old, V2016: test.modern} {
			tmpl, err := stmt[version].Template(test.text)
			if err != nil {
				if want != "" || test.name != "object literal" {
					t.Errorf("%s: Template(%q, %s) = %v", test.name, test.text, version, err)
				}
				continue
			}
			in := NewInput(message(payload), testEnv)
			res, err := stmt[version].Evaluate(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := tmpl.Render(t.Context(), in, res.Vars); got != want || err != nil {
				t.Errorf("%s: Render(%q, %s) = %q, %v, want %q", test.name, test.text, version, got, err, want)
			}
		}
	}
	for _, text := range []string{"${", "${}", "a${i", "${i i}", "${i;}", "${nofun()}", "${@w}", "${'x}", "${SELECT 1}"} {
		if _, err := stmt[V2016].Template(text); err == nil {
			t.Errorf("Template(%q) = nil, want an error", text)
		} else if _, ok := errors.AsType[*SyntaxError](err); !ok {
			t.Errorf("Template(%q) = %v, want a *SyntaxError", text, err)
		}
	}
	tmpl, err := stmt[V2016].Template("${aws_lambda('arn', i)}")
	if err != nil {
		t.Fatal(err)
	}
	in := NewInput(message(payload), testEnv)
	if _, err := tmpl.Render(t.Context(), in, nil); err == nil {
		t.Error("Render without variables = nil, want an error")
	}
	res, _ := stmt[V2016].Evaluate(t.Context(), in)
	if _, err := tmpl.Render(t.Context(), in, res.Vars); err == nil || err.Error() != "aws_lambda(): this function is not supported" {
		t.Errorf("Render(aws_lambda) = %v, want the function's name", err)
	}
}
