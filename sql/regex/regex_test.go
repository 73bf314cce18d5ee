package regex

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// javaCase is a line of testdata/java.txt.
type javaCase struct {
	pattern, text string
	want          string // the matches, or "error" for a pattern that Java refuses
}

func javaCases(t testing.TB) []javaCase {
	t.Helper()
	f, err := os.Open("testdata/java.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []javaCase
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		field := strings.Split(lines.Text(), "\t")
		pattern, err1 := strconv.Unquote(field[0])
		text, err2 := strconv.Unquote(field[1])
		if err1 != nil || err2 != nil || len(field) != 3 {
			t.Fatalf("line %q: %v %v", lines.Text(), err1, err2)
		}
		cases = append(cases, javaCase{pattern, text, field[2]})
	}
	return cases
}

// matches writes all matches as the table does: each group's start and end in
// characters, - for one that took no part.
func matches(p *Pattern, text string) (string, error) {
	var all []string
	err := p.Each(NewBudget(), text, func(m Match) bool {
		all = append(all, placesOf(m, text))
		return true
	})
	return strings.Join(all, ";"), err
}

func placesOf(m Match, text string) string {
	var groups []string
	for i := 0; i < len(m); i += 2 {
		if m[i] < 0 {
			groups = append(groups, "-")
			continue
		}
		groups = append(groups, fmt.Sprintf("%d-%d", utf8.RuneCountInString(text[:m[i]]), utf8.RuneCountInString(text[:m[i+1]])))
	}
	return strings.Join(groups, " ")
}

// Every match and every group is where java.util.regex finds it.
func TestMatchesAsJava(t *testing.T) {
	for _, c := range javaCases(t) {
		p, err := Compile(c.pattern)
		if err != nil {
			if c.want != "error" {
				t.Errorf("Compile(%q) = %v, want %s", c.pattern, err, c.want)
			}
			continue
		}
		if got, err := matches(p, c.text); err != nil || got != c.want {
			t.Errorf("%q in %q: matches %s, %v, want %s", c.pattern, c.text, got, err, c.want)
		}
	}
}

// What RE2 is given finds a match in the same texts, for Go's engine of that family.
func TestRE2AsJava(t *testing.T) {
	used := 0
	for _, c := range javaCases(t) {
		text, err := ToRE2(c.pattern)
		if err != nil || text == "" || c.want == "error" {
			continue
		}
		re, err := regexp.Compile(text)
		if err != nil {
			t.Errorf("ToRE2(%q) = %q, which is no pattern: %v", c.pattern, text, err)
			continue
		}
		if used++; re.MatchString(c.text) != (c.want != "") {
			t.Errorf("%q in %q: ToRE2 finds a match: %v, want %q", c.pattern, c.text, c.want == "", c.want)
		}
	}
	if used < 200 {
		t.Errorf("only %d patterns for RE2", used)
	}
}

// The form for Go's engine, which rescues a search that takes too many steps, finds the same.
func TestLinearFormAsJava(t *testing.T) {
	used := 0
	for _, c := range javaCases(t) {
		n, parsed, err := parse(c.pattern)
		if err != nil {
			continue
		}
		l := toLinear(n, parsed.names)
		if l == nil || !l.fits(c.text) {
			continue
		}
		var all []string
		for _, m := range l.FindAllStringSubmatchIndex(c.text, -1) {
			all = append(all, placesOf(m, c.text))
		}
		if used++; strings.Join(all, ";") != c.want {
			t.Errorf("%q in %q: %q matches %v, want %s", c.pattern, c.text, l, all, c.want)
		}
	}
	if used < 100 {
		t.Errorf("only %d patterns in the linear form", used)
	}
}

// A leading loop is tried once per run of what it takes, not from every place in it.
func TestLeadingLoopIsLinear(t *testing.T) {
	text := strings.Repeat("abc ", 10_000)
	for _, pattern := range []string{`.*(?=x)y`, `(.+)error (?=\d)`, `[^,]*?,(?!a)`, `\w+@(?!b)`} {
		p, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if found, err := p.Matches(NewBudget(), text); found || err != nil {
			t.Errorf("%q: Matches = %v, %v, want false", pattern, found, err)
		}
	}
}

// A pattern that takes exponential time ends with an error, or is searched by the linear engine.
func TestStepsAreBounded(t *testing.T) {
	many := strings.Repeat("a", 60)
	tests := []struct {
		pattern, text string
		err           error
	}{
		{`(a+)+$`, many + "!", nil}, {`(a|a)*b`, many, nil}, {`(?=(a+)+$)b|a`, many + "!", ErrTooComplex},
		{`(a+)+$`, many + "!\n", ErrTooComplex}, {`(a*)*\1b`, many, ErrTooComplex}, {`(.*)*x\1`, strings.Repeat("ab", 5000), ErrTooComplex},
		{`(a|b|ab)*c(?!d)`, strings.Repeat("ab", 40), ErrTooComplex}, {`(?:(?:a{1,100}){1,100}){1,100}(?!x)b`, many, ErrTooComplex},
	}
	for _, tt := range tests {
		p, err := Compile(tt.pattern)
		if err != nil {
			t.Errorf("Compile(%q) = %v", tt.pattern, err)
			continue
		}
		begun := time.Now()
		if _, err := p.Matches(NewBudget(), tt.text); err != tt.err {
			t.Errorf("%q: Matches = %v, want %v", tt.pattern, err, tt.err)
		}
		t.Logf("%q took %v", tt.pattern, time.Since(begun))
	}
}

func TestExtractAndReplace(t *testing.T) {
	tests := []struct {
		pattern, text, replacement string
		first                      string // the first match
		replaced                   string
	}{
		{`(\d+)([a-z])`, "é1a 22b", "$2$1", "1a", "éa1 b22"},
		{`(?<=é)\d`, "é1 é2 3", "<$0>", "1", "é<1> é<2> 3"},
		{`(?<x>.)\k<x>`, "aabbc", "${x}", "aa", "abc"},
		{`b*`, "abc", "-", "", "-a--c-"},
		{`a`, "aa", `\$\\`, "a", `$\$\`},
		{`.*`, "x", "yy", "x", "yyyy"},
		{``, "xxx", "y", "", "yxyxyxy"},
		{`x`, "xxx", "$05", "x", "x5x5x5"},
		{`(x)`, "xxx", "$01", "x", "xxx"},
		{`(1)(2)(3)(4)(5)(6)(7)(8)(9)`, "123456789", "$10", "123456789", "10"},
		{`(1)(2)(3)(4)(5)(6)(7)(8)(9)(0)`, "1234567890", "$10,$11", "1234567890", "0,11"},
		{`(?<w>w)|(?<xyz>[xyz])`, "wxyz", "[${w}](${xyz})", "w", "[w]()[](x)[](y)[](z)"},
		{`(?<xyz>[xyz])+`, "xyz", "${xyz}", "xyz", "z"},
		{`q`, "abc", "$9", "", "abc"}, // nothing is replaced
	}
	for _, tt := range tests {
		p, err := Compile(tt.pattern)
		if err != nil {
			t.Errorf("Compile(%q) = %v", tt.pattern, err)
			continue
		}
		if first, _, err := p.Extract(NewBudget(), tt.text, 0); first != tt.first || err != nil {
			t.Errorf("Extract(%q, %q) = %q, %v, want %q", tt.pattern, tt.text, first, err, tt.first)
		}
		if got, err := p.Replace(NewBudget(), tt.text, tt.replacement); got != tt.replaced || err != nil {
			t.Errorf("Replace(%q, %q, %q) = %q, %v, want %q", tt.pattern, tt.text, tt.replacement, got, err, tt.replaced)
		}
	}
}

func TestReplacementsThatAreWrong(t *testing.T) {
	p, err := Compile("(?<name>a)")
	if err != nil {
		t.Fatal(err)
	}
	for replacement, want := range map[string]string{
		"$2": "Illegal replacement sequence: unknown group 2", "${x}": "Illegal replacement sequence: unknown group { x }", "x$": "Illegal replacement sequence: x$",
		"$x": "Illegal replacement sequence: $x", `\`: `Illegal replacement sequence: \`, "${}": "Illegal replacement sequence: unknown group {  }", "${0}": "Illegal replacement sequence: unknown group { 0 }",
	} {
		if got, err := p.Replace(NewBudget(), "a", replacement); err == nil || err.Error() != want {
			t.Errorf("Replace(%q) = %q, %v, want the error %q", replacement, got, err, want)
		}
	}
}

func TestPosition(t *testing.T) {
	tests := []struct {
		pattern, text string
		start, n      int64
		want          int64
	}{
		{`\d`, "é1a2", 1, 1, 2}, {`\d`, "é1a2", 3, 1, 4}, {`\d`, "é1a2", 1, 2, 4}, {`\d`, "é1a2", 1, 3, -1}, {`\d`, "é1a2", 9, 1, -1}, {`^`, "ab", 2, 1, -1}, {`\b`, "ab", 2, 1, 3}, {``, "ab", 2, 2, 3},
	}
	for _, tt := range tests {
		p, err := Compile(tt.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Position(NewBudget(), tt.text, tt.start, tt.n); got != tt.want || err != nil {
			t.Errorf("Position(%q, %q, %d, %d) = %d, %v, want %d", tt.pattern, tt.text, tt.start, tt.n, got, err, tt.want)
		}
	}
}

// Patterns of any size and depth are refused or run within bounds.
func TestHostilePatterns(t *testing.T) {
	tests := map[string]struct{ pattern, want string }{
		"large":         {strings.Repeat("a", maxPattern+1), "a regular expression has at most 32768 bytes, not 32769"},
		"deep":          {strings.Repeat("(", 10_000) + strings.Repeat(")", 10_000), "more than 250 groups and classes in one another"},
		"deep class":    {strings.Repeat("[", 10_000) + "a" + strings.Repeat("]", 10_000), "more than 250 groups and classes in one another"},
		"deep look":     {strings.Repeat("(?=", 7_000) + "a" + strings.Repeat(")", 7_000), "more than 250 groups and classes in one another"},
		"block":         {`\p{InGreek}`, `the Unicode block \p{InGreek} is not supported here`},
		"java property": {`\p{javaLowerCase}`, `\p{javaLowerCase} is not supported here`},
		"name":          {`\N{DIGIT ONE}`, `\N{name} is not supported here`},
		"cluster":       {`\b{g}`, `\b{g} is not supported here`},
		"dangling":      {`a**`, `'a**' is not a valid regular expression: Dangling meta character '*'`},
		"look behind":   {`(?<=(ab)+)c`, "Look-behind group does not have an obvious maximum length"},
	}
	for name, tt := range tests {
		if _, err := Compile(tt.pattern); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Compile = %v, want an error with %q", name, err, tt.want)
		}
	}
	for _, pattern := range []string{"a{1000000}", "(a{1000000}){1000000}", "((a{2147483647}){2147483647}|b){2147483647}c", "(?i)" + strings.Repeat("[a-z]", 6000)} {
		p, err := Compile(pattern)
		if err != nil {
			t.Errorf("Compile(%.40q) = %v", pattern, err)
			continue
		}
		if _, err := p.Matches(NewBudget(), strings.Repeat("ab", 1000)); err != nil && err != ErrTooComplex {
			t.Errorf("Matches(%.40q) = %v", pattern, err)
		}
	}
}
