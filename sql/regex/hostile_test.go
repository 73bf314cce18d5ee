package regex

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// What takes hours without a bound on everything that a step does; times are far above
// what is needed, for busy machines.
func TestHostileSearches(t *testing.T) {
	text := strings.Repeat("a", 1<<20)
	marks := "a" + strings.Repeat("\u0301", 100_000)
	for _, c := range []struct{ name, pattern, text string }{
		{"a long text in a branch", "(?:x|" + strings.Repeat("a", 30_000) + "b)", text},
		{"a long text in front", strings.Repeat("a", 30_000) + "[bc]", text},
		{"a far look behind", "(?<=b.{100000})c|a", text},
		{"look behinds whose lengths overflow", "(?<=(?:(?:(?:a{2147483647}){2147483647}){2147483647}){2})b", text},
		{"many groups", "a|" + strings.Repeat("()", 8_000), text},
		{"many groups in linear time", "(?:" + strings.Repeat("(z)|", 1_000) + "(a))", text},
		{"marks without end", `(?:\b.)*z`, marks},
		{"a cluster without end", `(?:\X|a)*z`, marks},
		{"large classes", strings.Repeat(`\p{L}`, 6_000), text},
		{"large classes of a flag", "(?U)" + strings.Repeat(`\w`, 15_000), text},
		{"a class of classes", "(?iu)[" + strings.Repeat(`\p{L}`, 6_000) + "]", "a"},
		{"many branches", strings.Repeat(`\p{L}|`, 5_400), text},
		{"a scan to the end for each match", "(?:(?:a+)+b|a)", text},
	} {
		begin := time.Now()
		p, err := Compile(c.pattern)
		if err != nil {
			t.Errorf("%s: %.200v", c.name, err)
			continue
		}
		if _, err := p.Count(NewBudget(), c.text); err != nil && err != ErrTooComplex {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := ToRE2(c.pattern); err != nil {
			t.Errorf("%s for RE2: %.200v", c.name, err)
		}
		if took := time.Since(begin); took > 5*time.Minute { // exponential time is for ever
			t.Errorf("%s took %v", c.name, took)
		}
	}
}

// A search ends when it is told to, wherever it is.
func TestSearchesAreHalted(t *testing.T) {
	text := strings.Repeat("a", 1<<20)
	for _, pattern := range []string{`(a*)*\1b`, "(?:(?:a|aa)+)+c", "(?<=b.{100000})c|aa", "(?:(?=a*b)a|a)*c"} {
		p, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		budget, asked := NewBudget(), 0
		budget.Halted = func() bool {
			asked++
			return asked == 3
		}
		if _, err := p.Count(budget, text); !errors.Is(err, errHalted) || asked != 3 {
			t.Errorf("%.50s: %v after %d looks, want it halted at the third", pattern, err, asked)
		}
	}
}

// One match may make as much as many do.
func TestReplacementsAreBounded(t *testing.T) {
	p, err := Compile("a+")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("a", 1<<20)
	for _, replacement := range []string{strings.Repeat("$0", 9_000), strings.Repeat("$0", 100_000)} {
		if got, err := p.Replace(NewBudget(), text, replacement); err == nil {
			t.Errorf("%d groups make a text of %d bytes, want an error", len(replacement)/2, len(got))
		}
	}
	if got, err := p.Replace(NewBudget(), text, "$0$0"); err != nil || len(got) != 2<<20 {
		t.Errorf("twice the text = %d bytes, %v", len(got), err)
	}
}
