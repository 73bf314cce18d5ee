package objects

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
)

// What a store keeps it also reads, on a directory and on a service.
func TestReaders(t *testing.T) {
	stores := map[string]func(t *testing.T) stand{
		"directory": func(t *testing.T) stand { s, _ := openDir(t, Options{}); return s },
		"service":   func(t *testing.T) stand { s, _ := openFake(t); return s },
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Run("open", func(t *testing.T) { checkOpen(t, open(t)) })
			t.Run("list", func(t *testing.T) { checkList(t, open(t)) })
			t.Run("new", func(t *testing.T) { checkNew(t, open(t)) })
		})
	}
}

func put(t *testing.T, s Store, target Target, text string) error {
	t.Helper()
	o := begin(t, s, target)
	if _, err := io.WriteString(o, text); err != nil {
		t.Fatal(err)
	}
	return errors.Join(o.Commit(t.Context()), o.Abort())
}

func checkOpen(t *testing.T, s stand) {
	target := Target{Bucket: "there", Key: "a/ü.txt"}
	if err := put(t, s, target, "text"); err != nil {
		t.Fatal(err)
	}
	f, err := s.Store.(Reader).Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil || string(got) != "text" {
		t.Errorf("the object reads %q, %v", got, err)
	}
	target.Key = "a/b"
	if _, err := s.Store.(Reader).Open(t.Context(), target); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Open of what is not there: %v, want a NotFound", err)
	}
}

func checkList(t *testing.T, s stand) {
	for _, key := range []string{"x/b", "x/a/2", "x/a/1", "x/a.txt", "y", "x/c/d/e", "x/a0"} {
		if err := put(t, s, Target{Bucket: "there", Key: key}, key); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		prefix string
		deep   bool
		want   []string
	}{
		{"x/", true, []string{"x/a.txt 7", "x/a/1 5", "x/a/2 5", "x/a0 4", "x/b 3", "x/c/d/e 7"}},
		{"x/", false, []string{"x/a.txt 7", "x/a/ 0", "x/a0 4", "x/b 3", "x/c/ 0"}},
		{"", false, []string{"x/ 0", "y 1"}},
		{"z/", true, nil},
	} {
		var got []string
		for e, err := range s.Store.(Reader).List(t.Context(), "there", c.prefix, c.deep) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(e.Key, " ", e.Size))
		}
		if d := cmp.Diff(c.want, got); d != "" || !slices.IsSorted(got) {
			t.Errorf("List(%q, %v) (-want +got):\n%s", c.prefix, c.deep, d)
		}
	}
	for _, prefix := range []string{"x", "../"} {
		for _, err := range s.Store.(Reader).List(t.Context(), "there", prefix, true) {
			if prefix == "x" && fault.KindOf(err) != fault.Invalid {
				t.Errorf("List(%q): %v, want an Invalid", prefix, err)
			}
		}
	}
}

func checkNew(t *testing.T, s stand) {
	target := Target{Bucket: "there", Key: "k", New: true}
	if err := put(t, s, target, "first"); err != nil {
		t.Fatal(err)
	}
	if err := put(t, s, target, "second"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("Commit over an object that must be new: %v, want a Conflict", err)
	}
	if got, _ := s.read("there", "k"); string(got) != "first" {
		t.Errorf("the object is %q, want first", got)
	}
	if n := s.left(); n != 0 {
		t.Errorf("%d unfinished objects remain", n)
	}
}
