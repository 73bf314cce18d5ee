package sqlerr

import (
	"errors"
	"strings"
	"testing"

	"tidemark/fault"
	"tidemark/sql/token"
)

func span(from, line, col, to int32) token.Span {
	return token.Span{
		Start: token.Pos{Offset: from, Line: line, Column: col},
		End:   token.Pos{Offset: to, Line: line, Column: col + to - from},
	}
}

func TestErrorText(t *testing.T) {
	at := span(7, 1, 8, 14)
	cases := []struct {
		name string
		err  error
		want string
	}{
		{"column", At(at, "Column '%s' does not exist", "hostnam"), "line 1:8: Column 'hostnam' does not exist"},
		{"syntax", Syntax(at, "expected %s", "FROM"), "The query syntax is invalid at line 1:8: expected FROM"},
		{"construct", Unsupported(at, "TABLESAMPLE"), "line 1:8: TABLESAMPLE is not supported"},
		{"no prefix", New(at, "Division by zero"), "Division by zero"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.err.Error() != c.want {
				t.Errorf("text = %q, want %q", c.err, c.want)
			}
			if fault.KindOf(c.err) != fault.Invalid {
				t.Errorf("kind = %v, want invalid", fault.KindOf(c.err))
			}
			if e, ok := errors.AsType[*Error](c.err); !ok || e.Span != at {
				t.Errorf("the span is lost: %+v", e)
			}
		})
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"short", "short"},
		{strings.Repeat("x", 2000), strings.Repeat("x", 2000)},
		{strings.Repeat("x", 2001), strings.Repeat("x", 2000) + "…"},
		{strings.Repeat("x", 1999) + "éé", strings.Repeat("x", 1999) + "…"},
	} {
		if got := Clip(c.text); got != c.want {
			t.Errorf("Clip of %d bytes = %d bytes, want %d", len(c.text), len(got), len(c.want))
		}
	}
	if err := At(token.Span{}, "Column '%s' does not exist", strings.Repeat("x", 1<<20)); len(err.Error()) > 2100 {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
}
