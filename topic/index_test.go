package topic

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

func TestIndexAgreesWithMatch(t *testing.T) {
	for _, tt := range matches {
		var x Index[int]
		x.Add(tt.filter, 7)
		if got := len(x.AppendMatches(nil, tt.name)) == 1; got != tt.want {
			t.Errorf("index of %q matches %q = %v, want %v", tt.filter, tt.name, got, tt.want)
		}
	}
}

// Random filters over a tiny alphabet: the index must find what Match finds, while
// values come and go, and be empty in the end.
func TestIndexRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(words []string, last bool) string {
		s := ""
		for i := range 1 + rng.IntN(4) {
			if i > 0 {
				s += "/"
			}
			s += words[rng.IntN(len(words))]
		}
		if last && rng.IntN(4) == 0 {
			s += "/#"
		}
		return s
	}
	var x Index[int]
	held := map[int]string{}
	for i := range 5000 {
		if rng.IntN(3) == 0 {
			for v, f := range held {
				if !x.Remove(f, v) {
					t.Fatalf("Remove(%q, %d) = false, want true", f, v)
				}
				delete(held, v)
				break
			}
		}
		held[i] = pick([]string{"a", "b", "", "+", "$s"}, true)
		x.Add(held[i], i)
		if len(held) > 300 {
			clear(held)
			x = Index[int]{}
		}
		checkIndex(t, &x, held, pick([]string{"a", "b", "", "$s"}, false))
	}
	for v, f := range held {
		x.Remove(f, v)
	}
	if x.Len() != 0 || !x.root.empty() {
		t.Errorf("after removing everything: Len = %d, root empty = %v", x.Len(), x.root.empty())
	}
}

func checkIndex(t *testing.T, x *Index[int], held map[int]string, name string) {
	t.Helper()
	var want []int
	for v, f := range held {
		if Match(f, name) {
			want = append(want, v)
		}
	}
	got := x.AppendMatches(nil, name)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("matches of %q = %v, want %v", name, got, want)
	}
}

func TestIndexRemoveAbsent(t *testing.T) {
	var x Index[string]
	x.Add("a/b", "v")
	for _, c := range []struct{ filter, v string }{{"a", "v"}, {"a/b", "w"}, {"a/+", "v"}, {"c/d", "v"}} {
		if x.Remove(c.filter, c.v) {
			t.Errorf("Remove(%q, %q) = true, want false", c.filter, c.v)
		}
	}
	if got := x.AppendMatches(nil, "a/b"); len(got) != 1 {
		t.Errorf("matches = %v, want the one that was added", got)
	}
}

// A reader must always see the filter that nobody touches.
func TestIndexConcurrent(t *testing.T) {
	var x Index[int]
	x.Add("a/b/c", -1)
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 2000 {
				f := fmt.Sprintf("a/%d/#", i%7)
				x.Add(f, w)
				x.Add("a/b/c", w)
				x.Remove("a/b/c", w)
				x.Remove(f, w)
			}
		})
	}
	stop := make(chan struct{})
	go func() { writers.Wait(); close(stop) }()
	for {
		if !slices.Contains(x.AppendMatches(nil, "a/b/c"), -1) {
			t.Fatal("the untouched subscription went missing")
		}
		select {
		case <-stop:
			if x.Len() != 1 {
				t.Errorf("Len = %d, want 1", x.Len())
			}
			return
		default:
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, m := range matches {
		f.Add(m.filter, m.name)
	}
	f.Add("$share/g/a/#", "a/b")
	f.Fuzz(func(t *testing.T, filter, name string) {
		parsed, err := Parse(filter)
		if err != nil || ValidName(name) != nil {
			return
		}
		if parsed.String() != filter {
			t.Fatalf("Parse(%q).String() = %q", filter, parsed.String())
		}
		var x Index[int]
		x.Add(parsed.Pattern, 1)
		if got := len(x.AppendMatches(nil, name)) == 1; got != Match(parsed.Pattern, name) {
			t.Fatalf("index of %q matches %q = %v, Match says otherwise", parsed.Pattern, name, got)
		}
	})
}
