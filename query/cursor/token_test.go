package cursor

import "testing"

func FuzzToken(f *testing.F) {
	tokens := newTokens()
	f.Add(tokens.print("Q1", 3))
	f.Add("")
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		id, page, err := tokens.parse(text)
		if err == nil && tokens.print(id, page) != text {
			t.Errorf("parse(%q) = %q, %d, which prints %q", text, id, page, tokens.print(id, page))
		}
	})
}
