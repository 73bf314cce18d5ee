package timestream

import (
	"unicode/utf16"
	"unicode/utf8"

	"tidemark/api"
)

// maxDepth bounds the nesting of members that nobody reads.
const maxDepth = 100

// scanner reads JSON from a slice without copying. Its strings are parts of the input
// or, where escapes were decoded, of its own arena; both last until the next reset.
type scanner struct {
	b     []byte
	i     int
	arena []byte
}

func (s *scanner) reset(b []byte) { s.b, s.i, s.arena = b, 0, s.arena[:0] }

var errSyntax = api.Malformed("The request body is not valid JSON.")

// peek returns the next byte that is not blank, 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// take consumes c if it is the next byte that is not blank.
func (s *scanner) take(c byte) bool {
	if s.i < len(s.b) && s.b[s.i] == c { // without a blank before it, as SDKs write
		s.i++
		return true
	}
	if s.peek() != c {
		return false
	}
	s.i++
	return true
}

// null consumes a null, and reports whether one was there.
func (s *scanner) null() (bool, error) {
	if s.peek() != 'n' {
		return false, nil
	}
	return true, s.literal("null")
}

func (s *scanner) literal(word string) error {
	if len(s.b)-s.i < len(word) || string(s.b[s.i:s.i+len(word)]) != word {
		return errSyntax
	}
	s.i += len(word)
	return nil
}

// object calls member for every key, which must consume the value.
func (s *scanner) object(member func(key []byte) error) error {
	if !s.take('{') {
		return errSyntax
	}
	if s.take('}') {
		return nil
	}
	for {
		key, err := s.text()
		if err != nil {
			return err
		}
		if !s.take(':') {
			return errSyntax
		}
		if err := member(key); err != nil {
			return err
		}
		if s.take(',') {
			continue
		}
		if s.take('}') {
			return nil
		}
		return errSyntax
	}
}

// array calls element for every element, which must consume it.
func (s *scanner) array(element func() error) error {
	if !s.take('[') {
		return errSyntax
	}
	if s.take(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if s.take(',') {
			continue
		}
		if s.take(']') {
			return nil
		}
		return errSyntax
	}
}

// plain marks the bytes that stand for themselves in a string. The input's UTF-8 has
// been checked as a whole.
var plain = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 0x20 && c != '"' && c != '\\'
	}
	return t
}()

// text reads a string.
func (s *scanner) text() ([]byte, error) {
	if !s.take('"') {
		return nil, errSyntax
	}
	start := s.i
	rest := s.b[start:]
	for i, c := range rest {
		if plain[c] {
			continue
		}
		if c == '"' {
			s.i = start + i + 1
			return rest[:i:i], nil
		}
		if c != '\\' {
			return nil, errSyntax
		}
		s.i = start + i
		return s.escapedText(start)
	}
	return nil, errSyntax
}

// escapedText goes on from the first backslash of a string that began at start.
func (s *scanner) escapedText(start int) ([]byte, error) {
	from := len(s.arena)
	s.arena = append(s.arena, s.b[start:s.i]...)
	for s.i < len(s.b) {
		c := s.b[s.i]
		s.i++
		switch {
		case c == '"':
			return s.arena[from:len(s.arena):len(s.arena)], nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		case c < 0x20:
			return nil, errSyntax
		default:
			s.arena = append(s.arena, c)
		}
	}
	return nil, errSyntax
}

// escape decodes what follows a backslash (RFC 8259, 7).
func (s *scanner) escape() error {
	if s.i == len(s.b) {
		return errSyntax
	}
	c := s.b[s.i]
	s.i++
	switch c {
	case '"', '\\', '/':
		s.arena = append(s.arena, c)
	case 'b':
		s.arena = append(s.arena, '\b')
	case 'f':
		s.arena = append(s.arena, '\f')
	case 'n':
		s.arena = append(s.arena, '\n')
	case 'r':
		s.arena = append(s.arena, '\r')
	case 't':
		s.arena = append(s.arena, '\t')
	case 'u':
		return s.unicode()
	default:
		return errSyntax
	}
	return nil
}

// unicode decodes the four digits after \u; half a surrogate pair becomes the replacement character.
func (s *scanner) unicode() error {
	r, ok := s.hex4(s.i)
	if !ok {
		return errSyntax
	}
	s.i += 4
	if utf16.IsSurrogate(r) {
		low, ok := rune(0), false
		if s.i+1 < len(s.b) && s.b[s.i] == '\\' && s.b[s.i+1] == 'u' {
			low, ok = s.hex4(s.i + 2)
		}
		pair := utf16.DecodeRune(r, low)
		if ok && pair != utf8.RuneError {
			s.i += 6
		}
		r = pair
	}
	s.arena = utf8.AppendRune(s.arena, r)
	return nil
}

func (s *scanner) hex4(at int) (r rune, ok bool) {
	if at+4 > len(s.b) {
		return 0, false
	}
	for _, c := range s.b[at : at+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// number reads a number and returns its text.
func (s *scanner) number() ([]byte, error) {
	s.peek()
	start := s.i
	s.takeByte('-')
	if !s.takeByte('0') && !s.digits() {
		return nil, errSyntax
	}
	if s.takeByte('.') && !s.digits() {
		return nil, errSyntax
	}
	if s.takeByte('e') || s.takeByte('E') {
		_ = s.takeByte('+') || s.takeByte('-')
		if !s.digits() {
			return nil, errSyntax
		}
	}
	return s.b[start:s.i], nil
}

func (s *scanner) takeByte(c byte) bool {
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

func (s *scanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > start
}

// skip reads a value of any type.
func (s *scanner) skip() error { return s.skipAt(0) }

func (s *scanner) skipAt(depth int) error {
	if depth > maxDepth {
		return api.Malformed("The request body is nested deeper than %d levels.", maxDepth)
	}
	switch s.peek() {
	case '{':
		return s.object(func([]byte) error { return s.skipAt(depth + 1) })
	case '[':
		return s.array(func() error { return s.skipAt(depth + 1) })
	case '"':
		_, err := s.text()
		return err
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		_, err := s.number()
		return err
	}
}

// typeName names the type of the next value, for a message.
func (s *scanner) typeName() string {
	switch s.peek() {
	case '{':
		return "OBJECT"
	case '[':
		return "ARRAY"
	case '"':
		return "STRING"
	case 't', 'f':
		return "BOOL"
	default:
		return "NUMBER"
	}
}
