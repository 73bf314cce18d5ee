package scanner

import (
	"strings"
	"unicode/utf8"

	"tidemark/sql/token"
)

// measureValue starts the names of the columns that single-measure records have,
// for example measure_value::double. Such a name is one token, not a cast.
const measureValue = "measure_value"

// name takes an unquoted name, a word, or measure_value::type.
func (s *scanner) name() token.Token {
	n := s.nameLength(0)
	if n == len(measureValue) && s.peek(n) == ':' && s.peek(n+1) == ':' && strings.EqualFold(s.text[s.at:s.at+n], measureValue) {
		if isLetter(s.peek(n + 2)) {
			t := s.token(token.Ident, n+2+s.nameLength(n+2))
			t.Text = strings.ToLower(t.Text)
			return t
		}
	}
	return s.token(token.Lookup(s.text[s.at:s.at+n]), n)
}

// nameLength counts the bytes that may stand in an unquoted name, from n places on.
func (s *scanner) nameLength(n int) int {
	end := n
	for isLetter(s.peek(end)) || isDigit(s.peek(end)) {
		end++
	}
	return end - n
}

// param takes @name.
func (s *scanner) param() (token.Token, error) {
	if !isLetter(s.peek(1)) {
		return token.Token{}, s.unexpected()
	}
	t := s.token(token.Param, 1+s.nameLength(1))
	t.Text = t.Text[1:]
	return t, nil
}

// quoted takes text between two quote characters; a doubled one stands for itself.
func (s *scanner) quoted(kind token.Kind, quote byte, what string) (token.Token, error) {
	start, n := s.pos(), 1
	for {
		i := strings.IndexByte(s.text[s.at+n:], quote)
		if i < 0 {
			s.advance(1)
			return token.Token{}, s.wrong(start, "the %s has no end", what)
		}
		n += i + 1
		if s.peek(n) != quote {
			break
		}
		n++
	}
	t := s.token(kind, n)
	q := string(quote)
	t.Text = strings.ReplaceAll(t.Text[1:n-1], q+q, q)
	if kind == token.Quoted && t.Text == "" {
		return token.Token{}, s.wrong(start, "a quoted name is empty")
	}
	return t, nil
}

// operators lists the operators with longer ones before those they start with.
var operators = []struct {
	text string
	kind token.Kind
}{
	{"->", token.Arrow}, {"||", token.Concat}, {"<>", token.NotEq}, {"!=", token.NotEq}, {"<=", token.LessEq}, {">=", token.GreaterEq},
	{"(", token.LParen}, {")", token.RParen}, {"[", token.LBracket}, {"]", token.RBracket}, {",", token.Comma}, {".", token.Dot},
	{";", token.Semicolon}, {"+", token.Plus}, {"-", token.Minus}, {"*", token.Star}, {"/", token.Slash}, {"%", token.Percent},
	{"=", token.Eq}, {"<", token.Less}, {">", token.Greater},
}

func (s *scanner) operator() (token.Token, error) {
	for _, op := range operators {
		if strings.HasPrefix(s.text[s.at:], op.text) {
			return s.token(op.kind, len(op.text)), nil
		}
	}
	return token.Token{}, s.unexpected()
}

// hints say what stands in for characters that other dialects have.
var hints = map[rune]string{
	'`': ": a name that needs quotes takes double quotes",
	'!': ": a condition is negated with NOT",
	'&': ": conditions are joined with AND",
	'|': ": texts are joined with ||, conditions with OR",
}

// unexpected is the error for a character that starts no token.
func (s *scanner) unexpected() error {
	start := s.pos()
	r, n := utf8.DecodeRuneInString(s.text[s.at:])
	hint := hints[r]
	switch {
	case r == ':' && s.peek(1) == ':':
		hint = ": a type after :: belongs only to measure_value, other values convert with CAST(value AS type)"
	case r == '&' && s.at > 0 && s.text[s.at-1]|0x20 == 'u':
		hint = ": U&'...' is not supported, a string holds any character as it is"
	}
	s.advance(n)
	return s.wrong(start, "unexpected character %q%s", r, hint)
}
