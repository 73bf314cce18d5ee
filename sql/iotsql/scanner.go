package iotsql

import (
	"strings"
	"unicode/utf8"

	"tidemark/sql/iotsql/value"
)

// scanner cuts text into tokens on demand: it never looks past the token that it
// returns, so that a template ends at its own closing brace.
type scanner struct {
	text string
	pos  int
}

// scan returns the next token.
func (s *scanner) scan() (token, error) {
	for s.pos < len(s.text) && strings.IndexByte(" \t\r\n\f\v", s.text[s.pos]) >= 0 {
		s.pos++
	}
	if s.pos >= len(s.text) {
		return token{span: Span{s.pos, s.pos}}, nil
	}
	switch c := s.text[s.pos]; {
	case c == '\'' || c == '"':
		return s.str(c)
	case isDigit(c):
		return s.number()
	case c == '@':
		return s.variable()
	case isNameStart(c):
		start := s.pos
		return s.token(tokenName, start, s.name()), nil
	default:
		return s.symbol()
	}
}

func (s *scanner) token(kind tokenKind, start int, text string) token {
	return token{kind: kind, text: text, span: Span{start, s.pos}}
}

func (s *scanner) fail(span Span, reason string) error {
	return &SyntaxError{Text: s.text, Span: span, Reason: reason}
}

func isDigit(c byte) bool     { return c-'0' <= 9 }
func isNameStart(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }

// name reads [A-Za-z0-9_]* at pos.
func (s *scanner) name() string {
	start := s.pos
	for s.pos < len(s.text) && (isNameStart(s.text[s.pos]) || isDigit(s.text[s.pos])) {
		s.pos++
	}
	return s.text[start:s.pos]
}

func (s *scanner) variable() (token, error) {
	start := s.pos
	s.pos++
	name := s.name()
	if name == "" {
		return token{}, s.fail(Span{start, s.pos}, "expected the name of a variable after @")
	}
	return s.token(tokenVariable, start, name), nil
}

// number reads digits[.digits][(e|E)[+|-]digits].
func (s *scanner) number() (token, error) {
	start := s.pos
	s.digits()
	if s.at(0) == '.' && isDigit(s.at(1)) {
		s.pos++
		s.digits()
	}
	if s.at(0)|0x20 == 'e' {
		if sign := s.at(1); isDigit(sign) || (sign == '+' || sign == '-') && isDigit(s.at(2)) {
			s.pos += 2
			s.digits()
		}
	}
	if s.pos < len(s.text) && isNameStart(s.text[s.pos]) {
		s.name()
		return token{}, s.fail(Span{start, s.pos}, "a name cannot begin with a digit; read such a member with get()")
	}
	return s.token(tokenNumber, start, s.text[start:s.pos]), nil
}

func (s *scanner) digits() {
	for s.pos < len(s.text) && isDigit(s.text[s.pos]) {
		s.pos++
	}
}

// at returns the byte i places ahead, 0 behind the end.
func (s *scanner) at(i int) byte {
	if s.pos+i < len(s.text) {
		return s.text[s.pos+i]
	}
	return 0
}

// str reads a string: backslash escapes are JSON's and \', a doubled quote
// stands for one quote.
func (s *scanner) str(quote byte) (token, error) {
	start := s.pos
	s.pos++
	var b []byte
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		switch {
		case c == quote && s.at(1) == quote:
			b = append(b, quote)
			s.pos += 2
		case c == quote:
			s.pos++
			return s.token(tokenString, start, string(b)), nil
		case c == '\\':
			var err error
			if b, err = s.escape(b); err != nil {
				return token{}, err
			}
		default:
			b = append(b, c)
			s.pos++
		}
	}
	return token{}, s.fail(Span{start, s.pos}, "the string has no closing quote")
}

// escape reads a backslash escape. A backslash before any other character stays
// as it is, so that regular expressions need no doubling.
func (s *scanner) escape(b []byte) ([]byte, error) {
	if s.at(1) == '\'' {
		s.pos += 2
		return append(b, '\''), nil
	}
	if s.at(1) == 'u' || strings.IndexByte(`"\/bfnrt`, s.at(1)) >= 0 && s.at(1) != 0 {
		out, size := value.AppendUnescaped(b, s.text[s.pos:])
		if size == 0 {
			return nil, s.fail(Span{s.pos, s.pos + 2}, `expected four hexadecimal digits after \u`)
		}
		s.pos += size
		return out, nil
	}
	s.pos++
	return append(b, '\\'), nil
}

// symbols are the operators of two characters; every other is one.
var symbols = []string{"<>", "<=", ">=", "!="}

func (s *scanner) symbol() (token, error) {
	start := s.pos
	if strings.HasPrefix(s.text[start:], "--") {
		return token{}, s.fail(Span{start, start + 2}, "there are no comments in IoT SQL; write - - with a blank to negate twice")
	}
	for _, sym := range symbols {
		if strings.HasPrefix(s.text[s.pos:], sym) {
			s.pos += len(sym)
			return s.token(tokenSymbol, start, sym), nil
		}
	}
	if strings.IndexByte("*,.()+-/%<>={}[]:;", s.text[s.pos]) < 0 {
		_, size := utf8.DecodeRuneInString(s.text[s.pos:])
		return token{}, s.fail(Span{start, start + size}, "unexpected character '"+s.text[start:start+size]+"'")
	}
	s.pos++
	return s.token(tokenSymbol, start, s.text[start:s.pos]), nil
}
