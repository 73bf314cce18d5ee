package duckgen

import "testing"

func TestExpansion(t *testing.T) {
	x := countRepeats([]string{
		"CREATE MACRO twice(a) AS a + a",
		"CREATE MACRO both(a, b) AS twice(a) * b + [a, 'a']",
		"CREATE MACRO none(a) AS 1",
	}, 1, maxExpansion)
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
		{"nullif(nullif(x, y), z)", 7}, // DuckDB's own: x four times, y twice
	}
	for _, tt := range tests {
		if got := x.size(tt.text, func(string) bool { return true }); got != tt.want {
			t.Errorf("size(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}

// A lambda's body counts twice, and what a macro puts into its lambda too.
func TestExpansionOfLambdas(t *testing.T) {
	x := countRepeats([]string{"CREATE MACRO each(a, b) AS list_transform(a, lambda e: e + b)"}, 2, maxBound)
	for _, tt := range []struct {
		text string
		want int
	}{
		{"f(x, lambda y: y)", 6}, // f, x and the two of the lambda twice
		{"f(x, lambda y: f(y, lambda z: z)) + x", 2 + 6 + 8 + 1},
		{"each(x, y)", 3},
		{"each(x, each(y, z))", 1 + 2*(1+2)},
		{`"lambda" + x`, 2},
	} {
		if got := x.size(tt.text, func(string) bool { return true }); got != tt.want {
			t.Errorf("size(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}

// Where it is asked for, a word counts once for each bracket around it, up to the subquery's.
func TestExpansionOfNesting(t *testing.T) {
	x := countRepeats([]string{"CREATE MACRO twice(a) AS a + a"}, 1, maxWalked)
	x.nested = true
	for _, tt := range []struct {
		text string
		want int
	}{
		{"x", 1},
		{"f(x)", 1 + 2},
		{"f(g(x, y))", 1 + 2 + 3 + 3},
		{"twice(f(x))", 2*2 + 2*3},
		{"f(g((SELECT x)))", 1 + 2 + 1 + 1}, // f, g, SELECT, x
	} {
		if got := x.size(tt.text, func(string) bool { return true }); got != tt.want {
			t.Errorf("size(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}
