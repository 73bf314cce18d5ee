package demo

import (
	"bytes"
	"testing"
	"time"
)

func TestScreenKeepsTheLiveLineInPlace(t *testing.T) {
	for name, tt := range map[string]struct {
		width func() int
		want  string
	}{
		"terminal": {func() int { return 80 }, "\r\x1b[Kone\r\x1b[Ktwo\ntext\n\r\x1b[Kthree"},
		"narrow":   {func() int { return 4 }, "\r\x1b[Kone\r\x1b[Ktwo\ntext\n\r\x1b[Kthr"},
		"file":     {nil, "one\ntwo\ntext\nthree\n"},
	} {
		var b bytes.Buffer
		s := &screen{out: &b, width: tt.width}
		s.status("one")
		s.status("two")
		s.print("text\n")
		s.status("three")
		if got := b.String(); got != tt.want {
			t.Errorf("%s: wrote %q, want %q", name, got, tt.want)
		}
	}
}

func TestAnswer(t *testing.T) {
	var b bytes.Buffer
	s := newScreen(&b)
	s.answer(question{"Who", "SELECT a\nFROM t"}, table{[]string{"name", "at"}, [][]string{{"mill", "2026-01-01 10:00:00.120000000"}}}, 1500*time.Microsecond)
	want := "\nWho\n  SELECT a\n  FROM t\n\n  name  at\n  mill  2026-01-01 10:00:00.120\n1 row in 1.5ms\n"
	if got := b.String(); got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
}
