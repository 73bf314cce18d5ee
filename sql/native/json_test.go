package native

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// column is a batch's texts in Go.
type column []string

func (c column) Text(row int) string          { return c[row] }
func (c column) PutText(row int, text string) { c[row] = strings.Clone(text) }

// oneRow is the validity of one row.
type oneRow []uint64

func (b oneRow) Nulls() []uint64   { return b }
func (oneRow) Reserve(n int) error { return nil }

// textFunc runs a function of texts to a text on one row.
func textFunc(t *testing.T, name string, args ...string) (text string, null bool, err error) {
	t.Helper()
	for _, f := range Funcs() {
		if f.Name != name {
			continue
		}
		b := &Batch{Rows: 1}
		for _, a := range args {
			b.Args = append(b.Args, Column{Texts: column{a}})
		}
		out := column{""}
		b.Result = Column{Texts: out, Store: oneRow{1}}
		err := f.Run(b)
		return out[0], b.Result.IsNull(0), err
	}
	t.Fatalf("no function %s", name)
	return "", false, nil
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x\u00e9\ud83d"],"b":{}}`, `[[[[`, `{"a":`, `"\u12"`, `1e999`, `-`, `[1,]`, "\ufeff1"} {
		f.Add(s, "$.a[1]")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		if !utf8.ValidString(text) || !utf8.ValidString(path) {
			return
		}
		for _, name := range []string{"tm_json_extract_scalar", "tm_json_extract"} {
			if got, null, err := textFunc(t, name, text, path); err == nil && !null && !utf8.ValidString(got) {
				t.Errorf("%s(%q, %q) = %q, which is no UTF-8", name, text, path, got)
			}
		}
		compact, null, err := textFunc(t, "tm_json_parse", text)
		if (err == nil && !null) != json.Valid([]byte(text)) {
			t.Fatalf("json_parse(%q) = %q, %v, but valid is %v", text, compact, err, json.Valid([]byte(text)))
		}
		if err != nil {
			return
		}
		var before, after any
		if json.Unmarshal([]byte(text), &before) == nil && json.Unmarshal([]byte(compact), &after) == nil && !reflect.DeepEqual(before, after) {
			t.Errorf("json_parse(%q) = %q, which means something else", text, compact)
		}
		if again, _, err := textFunc(t, "tm_json_parse", compact); err != nil || again != compact {
			t.Errorf("json_parse(%q) = %q, %v", compact, again, err)
		}
	})
}

func FuzzJSONPath(f *testing.F) {
	for _, s := range []string{"$", "$.a.b[0][\"x y\"]", `$["\\\""]`, "$.", "$[", `$["`, "$.é:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		steps, err := parsePath(path)
		if err != nil {
			return
		}
		// Written with quotes it is the same path.
		var b strings.Builder
		b.WriteString("$")
		for _, s := range steps {
			b.WriteString(`["` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s.key) + `"]`)
		}
		again, err := parsePath(b.String())
		if err != nil || len(again) != len(steps) {
			t.Fatalf("parsePath(%q) = %v, %v, want %v", b.String(), again, err, steps)
		}
		for i := range steps {
			if steps[i] != again[i] {
				t.Errorf("parsePath(%q)[%d] = %v, want %v", b.String(), i, again[i], steps[i])
			}
		}
	})
}
