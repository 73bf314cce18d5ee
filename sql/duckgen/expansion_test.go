package duckgen

import "testing"

func TestExpansion(t *testing.T) {
	x := countRepeats([]string{
		"CREATE MACRO twice(a) AS a + a",
		"CREATE MACRO both(a, b) AS twice(a) * b + [a, 'a']",
		"CREATE MACRO none(a) AS 1",
	})
	tests := []struct {
		text string
		want int
	}{
		{"x", 1},
		{"f(x, 2)", 3},
		{"twice(x)", 2},
		{"twice(twice(x) + 1)", 6},
		{"both(x, y)", 4},                // x three times, y once
		{"both(twice(x), f([y, y]))", 9}, // x six times, f and its two
		{"'twice(x)' || x", 1},
		{"none(f(x)) + 'it''s'", 0},
	}
	for _, tt := range tests {
		if got := x.size(tt.text, func(string) bool { return true }); got != tt.want {
			t.Errorf("size(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}
