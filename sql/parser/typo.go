package parser

import (
	"strings"

	"tidemark/sql/token"
)

// clauseWords are the words that a misspelt one may have meant.
var clauseWords = []string{
	"SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "JOIN", "INNER", "OUTER", "CROSS", "UNION",
	"INTERSECT", "EXCEPT", "VALUES", "UNNEST", "BETWEEN", "DISTINCT", "USING", "WINDOW", "SHOW", "DESCRIBE", "UNLOAD", "EXPLAIN",
}

// meant returns a hint where the current token, or the one before it that was taken
// for a name, looks like a word of the grammar.
func (p *parser) meant() string {
	for at := p.at; at >= max(0, p.at-1); at-- {
		t := p.tokens[at]
		if t.Kind != token.Ident {
			continue
		}
		for _, word := range clauseWords {
			if alike(strings.ToUpper(t.Text), word) {
				return "; did you mean " + word + " instead of " + t.Text + "?"
			}
		}
	}
	return ""
}

// alike reports that two words differ by one letter more, less, or other, or by two
// neighbours that changed places.
func alike(a, b string) bool {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	a, b = a[n:], b[n:]
	switch len(a) - len(b) {
	case -1:
		return a == b[1:]
	case 1:
		return a[1:] == b
	case 0:
		return len(a) > 0 && (a[1:] == b[1:] || len(a) > 1 && a[0] == b[1] && a[1] == b[0] && a[2:] == b[2:])
	}
	return false
}
