package regex

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// plain reports a pattern that a second engine, of .NET's family, reads as Java does:
// no escapes but of signs, no classes in classes, no flags, no ends of lines and no
// groups, whose values after a failed try differ.
func plain(pattern string) bool {
	if strings.ContainsAny(pattern, "$&#") || strings.Contains(pattern, "(?") && !strings.Contains(pattern, "(?:") && !strings.Contains(pattern, "(?=") && !strings.Contains(pattern, "(?!") {
		return false
	}
	inClass := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			if i++; i == len(pattern) || asciiLetter(rune(pattern[i])) || asciiDigit(rune(pattern[i])) || pattern[i] >= utf8.RuneSelf {
				return false
			}
		case c == '[':
			if inClass {
				return false
			}
			inClass = true
		case c == ']':
			inClass = false
		case c == '-' && inClass, c == '{', c == '+' && i > 0 && strings.IndexByte("*+?}", pattern[i-1]) >= 0, c == '(' && strings.HasPrefix(pattern[i:], "(?") && (len(pattern) < i+3 || strings.IndexByte(":=!", pattern[i+2]) < 0):
			return false
		}
	}
	return true
}

// No pattern and no text makes a search panic or run on, the forms for RE2 and for the
// linear engine find what the machine finds, and so does regexp2 for plain patterns.
func FuzzPattern(f *testing.F) {
	for i, c := range javaCases(f) {
		if i%20 == 0 {
			f.Add(c.pattern, c.text)
		}
	}
	f.Add(`a(?:b|c(?!d))*?[^a]`, "abcbcd")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 60 || len(text) > 60 || !utf8.ValidString(text) || !utf8.ValidString(pattern) {
			return
		}
		p, err := Compile(pattern)
		if err != nil {
			return
		}
		found, err := p.Matches(NewBudget(), text)
		if err != nil {
			return
		}
		sameAsLinear(t, p, text)
		sameAsRE2(t, pattern, text, found)
		if plain(pattern) && !strings.ContainsAny(text, "\r\u0085\u2028\u2029") {
			sameAsBacktracking(t, pattern, text, found)
		}
		p.Replace(NewBudget(), text, "$0")
		p.Split(NewBudget(), text, func(string) {})
	})
}

func sameAsRE2(t *testing.T, pattern, text string, found bool) {
	re2, err := ToRE2(pattern)
	if err != nil || re2 == "" {
		return
	}
	re, err := regexp.Compile(re2)
	if err != nil {
		t.Fatalf("ToRE2(%q) = %q, which is no pattern: %v", pattern, re2, err)
	}
	if got := re.MatchString(text); got != found {
		t.Errorf("%q in %q: %v, %q says %v", pattern, text, found, re2, got)
	}
}

func sameAsLinear(t *testing.T, p *Pattern, text string) {
	l := p.linear()
	if l == nil || !l.fits(text) {
		return
	}
	want, err := matches(p, text)
	var all []string
	for _, m := range l.FindAllStringSubmatchIndex(text, -1) {
		all = append(all, placesOf(m, text))
	}
	if got := strings.Join(all, ";"); err == nil && got != want {
		t.Errorf("%q in %q: matches %s, the linear form %s", l, text, want, got)
	}
}

func sameAsBacktracking(t *testing.T, pattern, text string, found bool) {
	other, err := regexp2.Compile(pattern, regexp2.None)
	if err != nil {
		return
	}
	other.MatchTimeout = time.Second
	if got, err := other.MatchString(text); err == nil && got != found {
		t.Errorf("%q in %q: %v, regexp2 says %v", pattern, text, found, got)
	}
}
