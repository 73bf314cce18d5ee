package query

import "testing"

func TestLike(t *testing.T) {
	for _, c := range []struct {
		text, pattern string
		want          bool
	}{
		{"", "", true},
		{"", "%", true},
		{"", "_", false},
		{"a", "", false},
		{"demo", "demo", true},
		{"demo", "Demo", false},
		{"demo", "d%", true},
		{"demo", "%o", true},
		{"demo", "%em%", true},
		{"demo", "d__o", true},
		{"demo", "d_o", false},
		{"demo", "demo_", false},
		{"demo", "%%%", true},
		{"abcabcabd", "%abd", true},
		{"abcabcabd", "%abc", false},
		{"abcabcabd", "a%b%d", true},
		{"a%b", `a\%b`, false}, // no escape character
		{`a\xb`, `a\%b`, true},
		{"größe", "gr__e", true}, // characters, not bytes
		{"größe", "%ö%", true},
		{"50%", "50%", true},
	} {
		if got := like(c.text, c.pattern); got != c.want {
			t.Errorf("like(%q, %q) = %v, want %v", c.text, c.pattern, got, c.want)
		}
	}
}
