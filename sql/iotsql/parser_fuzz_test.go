package iotsql

import (
	"errors"
	"testing"
)

var seeds = []string{
	"SELECT * FROM 'dt/sensor/#'", "SET @a = color, @b = @a.red SELECT @b AS x.y FROM 'a/+' WHERE a > 1 AND NOT b = 'c'", "SELECT VALUE get((SELECT v FROM e WHERE n='t'),0).v",
	"SELECT CASE a WHEN 1 THEN {'x': [1, -2.5E3]} ELSE NULL END, cast(a AS Int), encode(*, 'base64') AS z", "SELECT regexp_replace(a, '(b)', '$1'), EXISTS (SELECT * FROM x AS y WHERE y IN [1])",
	"SELECT parse_time('yyyy', 0), time_to_epoch('2020', 'yyyy'), transform('enrichArray', a, b), trunc(1.5, 2) / 0",
}

// Whatever is written, the parser answers with a statement or a *SyntaxError, and
// what it accepted evaluates without a panic.
func FuzzCompile(f *testing.F) {
	for _, sql := range seeds {
		f.Add(sql, `{"a":1.0,"b":"x","e":[{"n":"t","v":2}],"x":[1]}`)
	}
	f.Fuzz(func(t *testing.T, sql, payload string) {
		for _, version := range []Version{V2015, V2016} {
			stmt, err := Compile(sql, version)
			if failed, ok := errors.AsType[*SyntaxError](err); err != nil && !ok {
				t.Fatalf("Compile(%q) = %v, want a *SyntaxError", sql, err)
			} else if ok {
				_, _ = failed.Error(), failed.Excerpt()
				continue
			}
			res, err := stmt.Evaluate(t.Context(), NewInput(message(payload), testEnv))
			if _, ok := errors.AsType[*EvalError](err); err != nil && !ok {
				t.Fatalf("Evaluate(%q, %q) = %v, want an *EvalError", sql, payload, err)
			}
			_ = res.Value.String()
		}
	})
}

// The same for templates.
func FuzzTemplate(f *testing.F) {
	for _, text := range []string{"${a}", "x${concat('}', b)}y${@v.z}", "${get({'a': 1}, 'a')}", "$$aws/${topic(2)}/", "${", "${'}"} {
		f.Add(text, `{"a":1.0,"b":"x"}`)
	}
	f.Fuzz(func(t *testing.T, text, payload string) {
		stmt := compile(t, "SET @v = b SELECT a", V2016)
		tmpl, err := stmt.Template(text)
		if _, ok := errors.AsType[*SyntaxError](err); err != nil {
			if !ok {
				t.Fatalf("Template(%q) = %v, want a *SyntaxError", text, err)
			}
			return
		}
		in := NewInput(message(payload), testEnv)
		res, err := stmt.Evaluate(t.Context(), in)
		if err != nil {
			return
		}
		_, err = tmpl.Render(t.Context(), in, res.Vars)
		if _, ok := errors.AsType[*EvalError](err); err != nil && !ok {
			t.Fatalf("Render(%q, %q) = %v, want an *EvalError", text, payload, err)
		}
	})
}
