// Package scanner turns a query text into tokens.
//
//	tokens, err := scanner.Scan(text)
//
// The last token is always EOF. Comments and white space leave no token. The text
// may be hostile: what is not a token is a syntax error with its position, and the
// size is bounded by MaxText. All functions are safe to call at once.
// Source: Timestream developer guide, "Query language reference"; where it is silent,
// the lexical rules of Trino.
package scanner

import (
	"strings"
	"unicode/utf8"

	"tidemark/sql/sqlerr"
	"tidemark/sql/token"
)

// MaxText is the longest query text, in bytes (developer guide, "Quotas").
const MaxText = 262144

// Scan returns the tokens of a query text, EOF last.
func Scan(text string) ([]token.Token, error) {
	s := &scanner{text: text, line: 1}
	if len(text) > MaxText {
		return nil, sqlerr.New(token.Span{}, "The query text has %d bytes; at most %d are allowed", len(text), MaxText)
	}
	if err := s.checkText(); err != nil {
		return nil, err
	}
	tokens := make([]token.Token, 0, len(text)/3+8)
	for {
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		if t.Kind == token.EOF {
			return tokens, nil
		}
	}
}

// scanner reads text from offset at; line and lineStart say where that is. Columns
// count code points, so wide counts the bytes since lineStart that continue one.
type scanner struct {
	text      string
	at        int
	line      int
	lineStart int
	wide      int
}

// checkText refuses bytes that are not UTF-8, and NUL, which ends texts in C.
func (s *scanner) checkText() error {
	if utf8.ValidString(s.text) && strings.IndexByte(s.text, 0) < 0 {
		return nil
	}
	for s.at < len(s.text) {
		r, n := utf8.DecodeRuneInString(s.text[s.at:])
		if r == utf8.RuneError && n == 1 {
			return s.wrong(s.pos(), "the text is not valid UTF-8")
		}
		if r == 0 {
			return s.wrong(s.pos(), "the text holds a NUL character")
		}
		s.advance(n)
	}
	return nil
}

func (s *scanner) pos() token.Pos {
	return token.Pos{Offset: int32(s.at), Line: int32(s.line), Column: int32(s.at - s.lineStart - s.wide + 1)}
}

// advance moves n bytes on and keeps count of lines and columns.
func (s *scanner) advance(n int) {
	for end := s.at + n; s.at < end; {
		c := s.text[s.at]
		s.at++
		switch {
		case c == '\n':
			s.line, s.lineStart, s.wide = s.line+1, s.at, 0
		case c&0xC0 == 0x80:
			s.wide++
		}
	}
}

// peek returns the byte n places on, and 0 beyond the end.
func (s *scanner) peek(n int) byte {
	if s.at+n < len(s.text) {
		return s.text[s.at+n]
	}
	return 0
}

func (s *scanner) next() (token.Token, error) {
	if err := s.skip(); err != nil {
		return token.Token{}, err
	}
	switch c := s.peek(0); {
	case s.at == len(s.text):
		return s.token(token.EOF, 0), nil
	case isLetter(c):
		return s.name(), nil
	case isDigit(c), c == '.' && isDigit(s.peek(1)):
		return s.number()
	case c == '\'':
		return s.quoted(token.String, '\'', "string")
	case c == '"':
		return s.quoted(token.Quoted, '"', "quoted name")
	case c == '@':
		return s.param()
	}
	return s.operator()
}

// token takes the next n bytes as a token whose text is what is written.
func (s *scanner) token(kind token.Kind, n int) token.Token {
	start, text := s.pos(), s.text[s.at:s.at+n]
	s.advance(n)
	return token.Token{Kind: kind, Text: text, Span: token.Span{Start: start, End: s.pos()}}
}

// skip passes white space and comments.
func (s *scanner) skip() error {
	for {
		switch c := s.peek(0); {
		case c == ' ', c == '\t', c == '\r', c == '\n':
			s.advance(1)
		case c == '-' && s.peek(1) == '-':
			s.lineComment()
		case c == '/' && s.peek(1) == '*':
			if err := s.blockComment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

func (s *scanner) lineComment() {
	n := strings.IndexByte(s.text[s.at:], '\n')
	if n < 0 {
		n = len(s.text) - s.at
	}
	s.advance(n)
}

func (s *scanner) blockComment() error {
	start := s.pos()
	n := strings.Index(s.text[s.at+2:], "*/")
	if n < 0 {
		s.advance(2)
		return s.wrong(start, "the comment has no end")
	}
	s.advance(n + 4)
	return nil
}

// wrong returns the syntax error from start up to where the scanner stands.
func (s *scanner) wrong(start token.Pos, format string, args ...any) error {
	return sqlerr.Syntax(token.Span{Start: start, End: s.pos()}, format, args...)
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
