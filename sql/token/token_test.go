package token

import "testing"

func TestLookup(t *testing.T) {
	cases := []struct {
		name     string
		want     Kind
		reserved bool
	}{
		{"select", Select, true}, {"SELECT", Select, true}, {"Current_Timestamp", CurrentTimestamp, true}, {"with", With, true},
		{"limit", Limit, false}, {"all", All, false}, {"ZONE", Zone, false},
		{"rank", Ident, false}, {"filter", Filter, false}, {"a_name_longer_than_any_word", Ident, false}, {"", Ident, false},
	}
	for _, c := range cases {
		if got := Lookup(c.name); got != c.want || got.Reserved() != c.reserved || got.Name() == c.reserved {
			t.Errorf("Lookup(%q) = %v (reserved %v, name %v), want %v (reserved %v)", c.name, got, got.Reserved(), got.Name(), c.want, c.reserved)
		}
	}
}

func TestEveryKindHasASpelling(t *testing.T) {
	for k := EOF; k < afterPlain; k++ {
		if k.String() == "an unknown token" {
			t.Errorf("kind %d has no spelling", k)
		}
	}
	if got := afterPlain.String(); got != "an unknown token" {
		t.Errorf("the kind after the last = %q, want an unknown token", got)
	}
}

func TestTokenText(t *testing.T) {
	cases := []struct {
		tok  Token
		want string
	}{
		{Token{Kind: EOF}, "end of query"},
		{Token{Kind: String, Text: "x"}, "a string"},
		{Token{Kind: Quoted, Text: "x"}, `"x"`},
		{Token{Kind: Param, Text: "x"}, "'@x'"},
		{Token{Kind: Select, Text: "select"}, "'select'"},
	}
	for _, c := range cases {
		if got := c.tok.String(); got != c.want {
			t.Errorf("token %v prints %q, want %q", c.tok.Kind, got, c.want)
		}
	}
}
