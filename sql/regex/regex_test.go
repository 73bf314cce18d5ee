package regex

import (
	"strings"
	"testing"
)

func TestRE2(t *testing.T) {
	tests := []struct {
		java, want string // want is empty for a pattern that RE2 cannot run
	}{
		{`\d+b`, `[0-9]+b`}, {`[\d-]+`, `[0-9-]+`}, {`(?<n>a)`, `(?P<n>a)`}, {`\p{Alpha}\P{Digit}[\p{Upper}x]`, `[A-Za-z][^0-9][A-Zx]`}, {`a\++`, `a\++`}, {`[+*]+`, `[+*]+`}, {`é\.ü`, `é\.ü`},
		{`a(?=b)`, ""}, {`(?<!a)b`, ""}, {`(a)\1`, ""}, {`(?>a)`, ""}, {`\p{L}`, `\p{L}`}, {`a{2}`, `a{2}`}, {`\Qa*+\E.`, `a\*\+.`}, {`[\[&]`, `[\[&]`},
	}
	for _, tt := range tests {
		got, ok, err := RE2(tt.java)
		if err != nil || ok != (tt.want != "") || got != tt.want {
			t.Errorf("RE2(%q) = %q, %v, %v, want %q", tt.java, got, ok, err, tt.want)
		}
	}
	for _, wrong := range []string{"(", "[a", "a{2,1}", "*", `(?<=a`, `a*+`, `[a&&b]`, `[a[b]]`, strings.Repeat("a", maxPattern+1)} {
		if _, _, err := RE2(wrong); err == nil {
			t.Errorf("RE2(%.20q) gave no error", wrong)
		}
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
		{`b*`, "abc", "-", "", "-a-c-"},
		{`a`, "aa", `\$\\`, "a", `$\$\`},
	}
	for _, tt := range tests {
		p, err := Compile(tt.pattern)
		if err != nil {
			t.Errorf("Compile(%q) = %v", tt.pattern, err)
			continue
		}
		if first, _, err := p.Extract(tt.text, 0); first != tt.first || err != nil {
			t.Errorf("Extract(%q, %q) = %q, %v, want %q", tt.pattern, tt.text, first, err, tt.first)
		}
		if got, err := p.Replace(tt.text, tt.replacement); got != tt.replaced || err != nil {
			t.Errorf("Replace(%q, %q, %q) = %q, %v, want %q", tt.pattern, tt.text, tt.replacement, got, err, tt.replaced)
		}
	}
	p, err := Compile("(a)")
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"$2", "${x}", "$", "$x"} {
		if got, err := p.Replace("a", wrong); err == nil {
			t.Errorf("Replace(%q) = %q, want an error", wrong, got)
		}
	}
}

// An exponential pattern ends with an error instead of holding a query.
func TestMatchTimeIsBounded(t *testing.T) {
	p, err := Compile(`(?=x)?(a+)+$`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Match(strings.Repeat("a", 40) + "!"); err == nil {
		t.Error("Match of an exponential pattern gave no error")
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{`(?<n>a)\k<n>`, `[\p{Alpha}&&[a]]`, `\p{`, `\`, `a++`, `$1`, `[[`} {
		f.Add(s, "abc aab", "$1")
	}
	f.Fuzz(func(t *testing.T, pattern, text, replacement string) {
		if len(pattern) > 20 || len(text) > 20 {
			return
		}
		p, err := Compile(pattern)
		if err != nil {
			return
		}
		p.Match(text)
		p.Extract(text, int64(p.Groups()))
		p.Replace(text, replacement)
	})
}
