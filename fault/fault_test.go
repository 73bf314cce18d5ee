package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestKindOf(t *testing.T) {
	inner := New(NotFound, "table %q", "t")
	for name, c := range map[string]struct {
		err  error
		want Kind
	}{
		"nobody classified":    {io.EOF, Internal},
		"nil":                  {nil, Internal},
		"classified":           {inner, NotFound},
		"wrapped with text":    {fmt.Errorf("read: %w", inner), NotFound},
		"the outermost counts": {Wrap(Unavailable, inner), Unavailable},
		"joined":               {errors.Join(io.EOF, inner), NotFound},
	} {
		if got := KindOf(c.err); got != c.want {
			t.Errorf("%s: KindOf(%v) = %v, want %v", name, c.err, got, c.want)
		}
	}
}

func TestErrorKeepsItsCause(t *testing.T) {
	err := New(Invalid, "read: %w", io.ErrUnexpectedEOF)
	if !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != "read: unexpected EOF" {
		t.Errorf("New(%q) lost its cause or its text", err)
	}
	if Wrap(Invalid, nil) != nil {
		t.Error("Wrap(nil) is an error, want nil")
	}
}

func TestKindsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Kinds() {
		if name := k.String(); name == "" || seen[name] {
			t.Errorf("kind %d has the name %q, want one of its own", k, name)
		} else {
			seen[name] = true
		}
	}
	if len(seen) != int(Unavailable)+1 {
		t.Errorf("Kinds() has %d kinds, want %d", len(seen), Unavailable+1)
	}
	if got := Kind(200).String(); got != "kind(200)" {
		t.Errorf("Kind(200) = %q", got)
	}
}
