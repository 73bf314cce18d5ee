package scanner

import (
	"errors"
	"strings"
	"testing"

	"tidemark/fault"
	"tidemark/sql/sqlerr"
	"tidemark/sql/token"
)

// render prints tokens as kind:text pairs, the way the tables below write them.
func render(tokens []token.Token) string {
	var parts []string
	for _, t := range tokens {
		if t.Kind != token.EOF {
			parts = append(parts, t.Kind.String()+":"+t.Text)
		}
	}
	return strings.Join(parts, " ")
}

func TestScan(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"nothing", " \t\r\n ", ""},
		{"words in any case", "select FROM wHeRe", "SELECT:select FROM:FROM WHERE:wHeRe"},
		{"plain words keep their case", "Limit rank", "LIMIT:Limit a name:rank"},
		{"names", "a _b c1 d_2", "a name:a a name:_b a name:c1 a name:d_2"},
		{"quoted name", `"a""b" "000.Msg-1"`, `a quoted name:a"b a quoted name:000.Msg-1`},
		{"string", `'it''s' ''`, "a string:it's a string:"},
		{"no backslash escape", `'a\'`, `a string:a\`},
		{"string over lines", "'a\nb'", "a string:a\nb"},
		{"integers", "0 42", "an integer:0 an integer:42"},
		{"floats", "1.5 .5 1. 1e3 1.0E-2 2e+1", "a number:1.5 a number:.5 a number:1. a number:1e3 a number:1.0E-2 a number:2e+1"},
		{"durations", "15m 72.5h 12second 21HOUR 50ns 5y", "a duration:15m a duration:72.5h a duration:12second a duration:21HOUR a duration:50ns a duration:5y"},
		{"minus before a duration", "now()-1m", "a name:now (:( ):) -:- a duration:1m"},
		{"parameter", "@scheduled_runtime", "a parameter:scheduled_runtime"},
		{"measure value", "measure_value::double", "a name:measure_value::double"},
		{"measure value in any case", "b.Measure_Value::VARCHAR value", "a name:b .:. a name:measure_value::varchar a name:value"},
		{"measure value alone", "measure_value", "a name:measure_value"},
		{"operators", "<> != <= >= < > = || -> + - * / % . , ; ( ) [ ]", "<>:<> <>:!= <=:<= >=:>= <:< >:> =:= ||:|| ->:-> +:+ -:- *:* /:/ %:% .:. ,:, ;:; (:( ):) [:[ ]:]"},
		{"line comment at the end", "1 -- two", "an integer:1"},
		{"line comment", "1 --x\n2", "an integer:1 an integer:2"},
		{"block comment", "1/* * / ' */2", "an integer:1 an integer:2"},
		{"a minus is no comment", "1 - -2", "an integer:1 -:- -:- an integer:2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tokens, err := Scan(c.text)
			if err != nil {
				t.Fatalf("Scan(%q) = %v, want no error", c.text, err)
			}
			if got := render(tokens); got != c.want {
				t.Errorf("Scan(%q) = %s, want %s", c.text, got, c.want)
			}
		})
	}
}

func TestScanPositions(t *testing.T) {
	tokens, err := Scan("'日本' y\n\tx")
	if err != nil {
		t.Fatal(err)
	}
	want := []token.Span{
		{Start: token.Pos{Offset: 0, Line: 1, Column: 1}, End: token.Pos{Offset: 8, Line: 1, Column: 5}},
		{Start: token.Pos{Offset: 9, Line: 1, Column: 6}, End: token.Pos{Offset: 10, Line: 1, Column: 7}},
		{Start: token.Pos{Offset: 12, Line: 2, Column: 2}, End: token.Pos{Offset: 13, Line: 2, Column: 3}},
		{Start: token.Pos{Offset: 13, Line: 2, Column: 3}, End: token.Pos{Offset: 13, Line: 2, Column: 3}},
	}
	for i, w := range want {
		if tokens[i].Span != w {
			t.Errorf("token %d is at %v, want %v", i, tokens[i].Span, w)
		}
	}
}

func TestScanErrors(t *testing.T) {
	const prefix = "The query syntax is invalid at line "
	cases := []struct{ name, text, want string }{
		{"open string", "a\n 'b", prefix + "2:2: the string has no end"},
		{"open name", `a "b`, prefix + "1:3: the quoted name has no end"},
		{"empty name", `a ""`, prefix + "1:3: a quoted name is empty"},
		{"open comment", "a /* b", prefix + "1:3: the comment has no end"},
		{"cast operator", "x::double", prefix + "1:2: unexpected character ':': a type after :: belongs only to measure_value, other values convert with CAST(value AS type)"},
		{"measure value without type", "measure_value::", prefix + "1:14: unexpected character ':': a type after :: belongs only to measure_value, other values convert with CAST(value AS type)"},
		{"unicode string", "U&'a'", prefix + "1:2: unexpected character '&': U&'...' is not supported, a string holds any character as it is"},
		{"two units", "1h30m", prefix + "1:1: '1h30m' is neither a number nor a duration of one number and one unit, as 90m; a name that starts with a digit needs double quotes"},
		{"back quote", "`a`", prefix + "1:1: unexpected character '`': a name that needs quotes takes double quotes"},
		{"letter outside ASCII", "é", prefix + "1:1: unexpected character 'é'"},
		{"bare at", "@ x", prefix + "1:1: unexpected character '@'"},
		{"bare not", "! x", prefix + "1:1: unexpected character '!': a condition is negated with NOT"},
		{"bars and ampersands", "a && b", prefix + "1:3: unexpected character '&': conditions are joined with AND"},
		{"one bar", "a | b", prefix + "1:3: unexpected character '|': texts are joined with ||, conditions with OR"},
		{"unknown unit", "ago(3weeks)", prefix + "1:5: '3weeks' is neither a number nor a duration of one number and one unit, as 90m; a name that starts with a digit needs double quotes"},
		{"point before unit", "3.m", prefix + "1:1: '3.m' is neither a number nor a duration of one number and one unit, as 90m; a name that starts with a digit needs double quotes"},
		{"name behind exponent", "1e5m", prefix + "1:1: a name may not start with a digit unless it is in double quotes"},
		{"bad byte", "é\n\xff", prefix + "2:1: the text is not valid UTF-8"},
		{"NUL", "'a\x00'", prefix + "1:3: the text holds a NUL character"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Scan(c.text)
			if err == nil || err.Error() != c.want {
				t.Fatalf("Scan(%q) = %v, want %s", c.text, err, c.want)
			}
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("kind of %v = %v, want invalid", err, fault.KindOf(err))
			}
			if _, ok := errors.AsType[*sqlerr.Error](err); !ok {
				t.Errorf("%v carries no span", err)
			}
		})
	}
}

func TestScanTextLimit(t *testing.T) {
	text := strings.Repeat(" ", MaxText)
	if _, err := Scan(text); err != nil {
		t.Errorf("Scan of %d bytes = %v, want no error", len(text), err)
	}
	if _, err := Scan(text + " "); fault.KindOf(err) != fault.Invalid {
		t.Errorf("Scan of %d bytes = %v, want an invalid-query error", len(text)+1, err)
	}
}

func FuzzScan(f *testing.F) {
	for _, seed := range []string{"SELECT 'a''b', \"c\", 1.5e3, 15m, @x -- y", "measure_value::double /* */ <> !=", "é\xff", "1e5m .5 'x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tokens, err := Scan(text)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("Scan(%q) = %v, which is not invalid", text, err)
			}
			return
		}
		end := int32(0)
		for _, tok := range tokens {
			if tok.Span.Start.Offset < end || int(tok.Span.End.Offset) > len(text) {
				t.Fatalf("Scan(%q): token %v at %v overlaps the one before it or leaves the text", text, tok, tok.Span)
			}
			end = tok.Span.End.Offset
		}
	})
}
