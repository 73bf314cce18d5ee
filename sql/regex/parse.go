package regex

import (
	"fmt"
	"math"
)

// Bounds of a pattern.
const (
	maxPattern = 32 << 10 // bytes
	maxDepth   = 250      // groups and classes in one another
)

// flags are what (?idmsuxU) sets.
type flags struct{ ignoreCase, unixLines, multiline, dotAll, unicodeCase, comments, unicodeClass bool }

func (f flags) fold() folding {
	switch {
	case f.ignoreCase && (f.unicodeCase || f.unicodeClass):
		return unicodeFold
	case f.ignoreCase:
		return asciiFold
	}
	return exact
}

// parser reads a pattern by the grammar of java.util.regex.Pattern. After an error
// it is at the end of the text.
type parser struct {
	text  []rune
	pos   int
	flags flags
	depth int

	groups     int                 // opened so far
	names      map[string]int      // of the groups
	properties map[propertyKey]set // that were asked for
	places     bool                // a match depends on where it or a group begins: \1, \G, (?>...)
	err        error
}

// end is what peek returns at the end of the text.
const end = -1

// parse returns the tree of a pattern, the number of its groups and their names.
func parse(java string) (node, *parser, error) {
	if len(java) > maxPattern {
		return nil, nil, fmt.Errorf("a regular expression has at most %d bytes, not %d", maxPattern, len(java))
	}
	p := &parser{text: unquote([]rune(java)), names: map[string]int{}, properties: map[propertyKey]set{}}
	n := p.alternation()
	if p.err == nil && p.pos < len(p.text) {
		p.fail("Unmatched closing ')'")
	}
	if p.err != nil {
		return nil, nil, fmt.Errorf("'%s' is not a valid regular expression: %w", shorten(java), p.err)
	}
	return n, p, nil
}

// shorten keeps error texts readable.
func shorten(java string) string {
	if text := []rune(java); len(text) > 200 {
		return string(text[:200]) + "..."
	}
	return java
}

// unsupportedError is what Java has and this package has not.
type unsupportedError string

func (e unsupportedError) Error() string { return string(e) + " is not supported here" }

func unsupported(what string) error { return unsupportedError(what) }

// unquote writes \Qtext\E with a backslash before every sign.
func unquote(text []rune) []rune {
	var out []rune
	for i := 0; i < len(text); {
		if text[i] != '\\' || i+1 == len(text) {
			out, i = append(out, text[i]), i+1
			continue
		}
		if text[i+1] != 'Q' {
			out, i = append(out, text[i], text[i+1]), i+2
			continue
		}
		for i += 2; i < len(text); i++ {
			if text[i] == '\\' && i+1 < len(text) && text[i+1] == 'E' {
				i += 2
				break
			}
			if c := text[i]; c < 0x80 && !asciiLetter(c) && !asciiDigit(c) {
				out = append(out, '\\')
			}
			out = append(out, text[i])
		}
	}
	return out
}

func asciiLetter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func asciiDigit(c rune) bool  { return c >= '0' && c <= '9' }

func (p *parser) fail(format string, args ...any) node {
	return p.failWith(fmt.Errorf(format, args...))
}

func (p *parser) failWith(err error) node {
	if p.err == nil {
		p.err = err
	}
	p.pos = len(p.text)
	return empty{}
}

// raw reads a character; white space counts.
func (p *parser) raw() rune {
	if p.pos >= len(p.text) {
		return end
	}
	p.pos++
	return p.text[p.pos-1]
}

// peek returns the next character that counts.
func (p *parser) peek() rune {
	for p.flags.comments && p.pos < len(p.text) {
		c := p.text[p.pos]
		if c == '#' {
			for p.pos < len(p.text) && !terminators.has(p.text[p.pos]) {
				p.pos++
			}
		} else if !whitespace.has(c) {
			break
		} else {
			p.pos++
		}
	}
	if p.pos >= len(p.text) {
		return end
	}
	return p.text[p.pos]
}

func (p *parser) next() rune {
	c := p.peek()
	if c != end {
		p.pos++
	}
	return c
}

// take steps over a text in front.
func (p *parser) take(text string) bool {
	if p.pos+len(text) > len(p.text) || string(p.text[p.pos:p.pos+len(text)]) != text {
		return false
	}
	p.pos += len(text)
	return true
}

// enter counts what stands in one another; leave ends it.
func (p *parser) enter() bool {
	if p.depth++; p.depth > maxDepth {
		p.fail("more than %d groups and classes in one another", maxDepth)
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// alternation reads branches up to a closing parenthesis or the end.
func (p *parser) alternation() node {
	branches := []node{p.sequence()}
	for p.peek() == '|' {
		p.pos++
		branches = append(branches, p.sequence())
	}
	if len(branches) == 1 {
		return branches[0]
	}
	return alternation{branches}
}

func (p *parser) sequence() node {
	var items []node
	for {
		c := p.peek()
		if c == end || c == '|' || c == ')' {
			break
		}
		if n := p.quantified(p.atom()); n != nil {
			items = append(items, n)
		}
	}
	switch len(items) {
	case 0:
		return empty{}
	case 1:
		return items[0]
	}
	return sequence{items}
}

// atom reads one element without its quantifier; nil when only flags were set.
func (p *parser) atom() node {
	if p.peek() == '{' { // a second quantifier repeats nothing
		return empty{}
	}
	switch c := p.next(); c {
	case '(':
		return p.group()
	case '[':
		return char{p.class(true)}
	case '\\':
		return p.escape()
	case '^':
		return assertion{p.pick(textStart, textStart, lineStart, newlineStart)}
	case '$':
		return assertion{p.pick(finalEnd, finalNewline, lineEnd, newlineEnd)}
	case '.':
		return char{p.dot()}
	case '*', '+', '?':
		return p.fail("Dangling meta character '%c'", c)
	default:
		return char{p.literal(c)}
	}
}

// pick chooses by the flags m and d.
func (p *parser) pick(plain, unix, multi, multiUnix assertionKind) assertionKind {
	switch {
	case p.flags.multiline && p.flags.unixLines:
		return multiUnix
	case p.flags.multiline:
		return multi
	case p.flags.unixLines:
		return unix
	}
	return plain
}

func (p *parser) dot() set {
	switch {
	case p.flags.dotAll:
		return everything
	case p.flags.unixLines:
		return chars("\n").negate()
	}
	return terminators.negate()
}

// literal is the set of a character, with the flags for case.
func (p *parser) literal(c rune) set { return foldBy(p.flags.fold(), setOf(span{c, c})) }

func foldBy(f folding, s set) set {
	switch f {
	case asciiFold:
		return foldASCII(s)
	case unicodeFold:
		return foldUnicode(s)
	}
	return s
}

// quantified reads the quantifier after an atom.
func (p *parser) quantified(n node) node {
	if n == nil {
		return nil
	}
	lo, hi, ok := 0, -1, true
	switch p.peek() {
	case '*':
	case '+':
		lo = 1
	case '?':
		hi = 1
	case '{':
		p.pos++
		lo, hi, ok = p.bounds()
	default:
		return n
	}
	if !ok {
		return n
	}
	p.next()
	kind := greedy
	switch p.peek() {
	case '?':
		kind = lazy
		p.pos++
	case '+':
		kind = possessive
		p.pos++
	}
	return repeat{n, lo, hi, kind}
}

// bounds reads {n}, {n,} or {n,m} up to the closing brace.
func (p *parser) bounds() (lo, hi int, ok bool) {
	if !asciiDigit(p.peek()) {
		p.fail("Illegal repetition")
		return 0, 0, false
	}
	lo = p.number()
	hi = lo
	if p.peek() == ',' {
		p.pos++
		hi = -1
		if asciiDigit(p.peek()) {
			hi = p.number()
		}
	}
	switch {
	case p.err != nil:
	case p.peek() != '}':
		p.fail("Unclosed counted closure")
	case hi >= 0 && hi < lo:
		p.fail("Illegal repetition range")
	}
	return lo, hi, p.err == nil
}

func (p *parser) number() int {
	n := 0
	for asciiDigit(p.peek()) {
		if n = n*10 + int(p.next()-'0'); n > math.MaxInt32 {
			p.fail("Illegal repetition range")
			return 0
		}
	}
	return n
}
