package regex

import (
	"unicode"
	"unicode/utf16"
)

// escape reads from behind a backslash, outside of brackets.
func (p *parser) escape() node {
	c := p.raw()
	switch {
	case c == end:
		return p.fail("a backslash at the end")
	case c >= '1' && c <= '9':
		return p.backReference(c)
	case c == 'k':
		return p.namedReference()
	}
	if kind, ok := places[c]; ok {
		return p.place(c, kind)
	}
	switch c {
	case 'R':
		return lineBreak{}
	case 'X':
		return cluster{}
	}
	p.pos--
	s, _ := p.escaped()
	return char{s}
}

// places are the escapes for a place in the text.
var places = map[rune]assertionKind{'A': textStart, 'z': textEnd, 'Z': finalEnd, 'b': wordBoundary, 'B': notWordBoundary, 'G': lastMatchEnd}

func (p *parser) place(c rune, kind assertionKind) node {
	p.places = p.places || c == 'G'
	switch {
	case c == 'Z' && p.flags.unixLines:
		kind = finalNewline
	case c == 'b' && p.take("{g}"):
		return p.failWith(unsupported(`\b{g}`))
	case c == 'b' && p.flags.unicodeClass:
		kind = unicodeBoundary
	case c == 'B' && p.flags.unicodeClass:
		kind = notUnicodeBoundary
	}
	return assertion{kind}
}

// backReference takes as many digits as name a group that is open or closed by now.
func (p *parser) backReference(first rune) node {
	p.places = true
	n := int(first - '0')
	for p.pos < len(p.text) && asciiDigit(p.text[p.pos]) {
		longer := n*10 + int(p.text[p.pos]-'0')
		if longer > p.groups {
			break
		}
		n = longer
		p.pos++
	}
	return reference{n, p.flags.fold()}
}

func (p *parser) namedReference() node {
	p.places = true
	if p.raw() != '<' {
		return p.fail(`\k is not followed by '<' for named capturing group`)
	}
	name, ok := p.name()
	if !ok {
		return empty{}
	}
	n, known := p.names[name]
	if !known {
		return p.fail("named capturing group <%s> does not exist", name)
	}
	return reference{n, p.flags.fold()}
}

// escaped reads from behind a backslash what stands for characters, in brackets and
// outside; single reports an escape of one character.
func (p *parser) escaped() (s set, single bool) {
	c := p.raw()
	switch c {
	case end:
		p.fail("a backslash at the end")
		return nil, false
	case 'p', 'P':
		s := p.property()
		if c == 'P' {
			return s.negate(), false
		}
		return s, false
	}
	if s, ok := p.shorthand(c); ok {
		return s, false
	}
	if r, ok := p.character(c); ok {
		return p.literal(r), true
	}
	return nil, false
}

// shorthand is \d, \D and their like.
func (p *parser) shorthand(c rune) (set, bool) {
	s, ok := predefined[unicode.ToLower(c)]
	if !ok {
		return nil, false
	}
	if u, wide := unicodeClasses[string(unicode.ToLower(c))]; wide && p.flags.unicodeClass {
		key := propertyKey{name: string(unicode.ToLower(c)), unicodeClass: true}
		if s, ok = p.properties[key]; !ok {
			s = u()
			p.properties[key] = s
		}
	}
	if unicode.IsUpper(c) {
		return s.negate(), true
	}
	return s, true
}

// controls are the escapes of control characters.
var controls = map[rune]rune{'t': '\t', 'n': '\n', 'r': '\r', 'f': '\f', 'a': '\a', 'e': 0x1B}

// character reads the escape of one character.
func (p *parser) character(c rune) (rune, bool) {
	if r, ok := controls[c]; ok {
		return r, true
	}
	switch {
	case c == '0':
		return p.octal()
	case c == 'x':
		return p.hexadecimal()
	case c == 'u':
		return p.utf16()
	case c == 'c':
		r := p.raw()
		if r == end {
			p.fail("Illegal control escape sequence")
		}
		return r ^ 64, r != end
	case c == 'N':
		p.failWith(unsupported(`\N{name}`))
		return 0, false
	case asciiLetter(c) || asciiDigit(c):
		p.fail("Illegal/unsupported escape sequence")
		return 0, false
	}
	return c, true
}

// octal reads one to three digits, at most 377.
func (p *parser) octal() (rune, bool) {
	n, count := rune(0), 0
	for count < 3 && p.pos < len(p.text) && p.text[p.pos] >= '0' && p.text[p.pos] <= '7' && n*8 <= 0o377 {
		if count == 2 && n > 0o37 {
			break
		}
		n = n*8 + p.text[p.pos] - '0'
		p.pos++
		count++
	}
	if count == 0 {
		p.fail("Illegal octal escape sequence")
	}
	return n, count > 0
}

// hexadecimal reads \xhh and \x{h...}.
func (p *parser) hexadecimal() (rune, bool) {
	if !p.take("{") {
		return p.hexDigits(2, "Illegal hexadecimal escape sequence")
	}
	n, count := rune(0), 0
	for digit, ok := p.hexDigit(); ok; digit, ok = p.hexDigit() {
		if n, count = n*16+digit, count+1; n > unicode.MaxRune {
			p.fail("Hexadecimal codepoint is too big")
			return 0, false
		}
	}
	if count == 0 || !p.take("}") {
		p.fail("Unclosed hexadecimal escape sequence")
		return 0, false
	}
	return n, true
}

func (p *parser) hexDigits(n int, complaint string) (rune, bool) {
	value := rune(0)
	for range n {
		digit, ok := p.hexDigit()
		if !ok {
			p.fail("%s", complaint)
			return 0, false
		}
		value = value*16 + digit
	}
	return value, true
}

func (p *parser) hexDigit() (rune, bool) {
	if p.pos >= len(p.text) {
		return 0, false
	}
	digit := rune(0)
	switch c := p.text[p.pos]; {
	case asciiDigit(c):
		digit = c - '0'
	case c >= 'a' && c <= 'f':
		digit = c - 'a' + 10
	case c >= 'A' && c <= 'F':
		digit = c - 'A' + 10
	default:
		return 0, false
	}
	p.pos++
	return digit, true
}

// utf16 reads \uhhhh, and two of them that are one character.
func (p *parser) utf16() (rune, bool) {
	const complaint = "Illegal Unicode escape sequence"
	r, ok := p.hexDigits(4, complaint)
	if !ok || !utf16.IsSurrogate(r) {
		return r, ok
	}
	back := p.pos
	if p.take(`\u`) {
		if low, ok := p.hexDigits(4, complaint); ok {
			if pair := utf16.DecodeRune(r, low); pair != unicode.ReplacementChar {
				return pair, true
			}
		}
	}
	p.pos = back
	return r, p.err == nil
}

// property reads what follows \p: a letter, or a name in braces.
func (p *parser) property() set {
	name := string(p.raw())
	if name == "{" {
		from := p.pos
		for p.pos < len(p.text) && p.text[p.pos] != '}' {
			p.pos++
		}
		if p.pos >= len(p.text) {
			p.fail("Unclosed character family")
			return nil
		}
		name = string(p.text[from:p.pos])
		p.pos++
		if name == "" {
			p.fail("Empty character family")
			return nil
		}
	}
	key := propertyKey{name, p.flags.fold(), p.flags.unicodeClass}
	s, known := p.properties[key]
	if !known {
		s = p.propertySet(name)
		p.properties[key] = s
	}
	return s
}

// propertyKey says what a property stands for.
type propertyKey struct {
	name         string
	fold         folding
	unicodeClass bool
}

func (p *parser) propertySet(name string) set {
	if u, ok := unicodeClasses[name]; ok && p.flags.unicodeClass && len(name) > 1 {
		return u()
	}
	s, err := property(name, p.flags.fold())
	if err != nil {
		p.failWith(err)
	}
	return s
}
