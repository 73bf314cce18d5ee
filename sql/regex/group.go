package regex

import "strings"

// group reads from behind the opening parenthesis.
func (p *parser) group() node {
	if !p.enter() {
		return empty{}
	}
	defer p.leave()
	saved := p.flags
	if p.peek() != '?' {
		return p.capture(saved, "")
	}
	p.pos++
	switch c := p.raw(); c {
	case ':':
		return p.body(saved)
	case '=', '!':
		return look{body: p.body(saved), negate: c == '!'}
	case '>':
		p.places = true
		return atomic{p.body(saved)}
	case '<':
		return p.angle(saved)
	case end:
		return p.fail("Unknown inline modifier")
	}
	p.pos--
	return p.modifiers(saved)
}

// body reads up to the closing parenthesis and restores the flags.
func (p *parser) body(saved flags) node {
	n := p.alternation()
	if p.peek() != ')' {
		return p.fail("Unclosed group")
	}
	p.pos++
	p.flags = saved
	return n
}

func (p *parser) capture(saved flags, name string) node {
	p.groups++
	number := p.groups
	if name != "" {
		p.names[name] = number
	}
	return group{number, p.body(saved)}
}

// angle reads (?<=, (?<! and (?<name>.
func (p *parser) angle(saved flags) node {
	switch p.peek() {
	case '=', '!':
		negate := p.raw() == '!'
		n := look{body: p.body(saved), behind: true, negate: negate}
		var ok bool
		if n.min, n.max, ok = span2(n.body); !ok {
			return p.fail("Look-behind group does not have an obvious maximum length")
		}
		return n
	}
	name, ok := p.name()
	if !ok {
		return empty{}
	}
	if _, twice := p.names[name]; twice {
		return p.fail("Named capturing group <%s> is already defined", name)
	}
	return p.capture(saved, name)
}

// name reads a group's name and the > after it.
func (p *parser) name() (string, bool) {
	var b strings.Builder
	for c := p.raw(); c != '>'; c = p.raw() {
		switch {
		case asciiLetter(c) || asciiDigit(c) && b.Len() > 0:
			b.WriteRune(c)
		case b.Len() == 0:
			p.fail("capturing group name does not start with a Latin letter")
			return "", false
		default:
			p.fail("named capturing group is missing trailing '>'")
			return "", false
		}
	}
	if b.Len() == 0 {
		p.fail("capturing group name does not start with a Latin letter")
	}
	return b.String(), p.err == nil
}

// modifiers reads (?i-m) and (?i-m:body).
func (p *parser) modifiers(saved flags) node {
	on := true
	for {
		switch c := p.raw(); c {
		case '-':
			if !on {
				return p.fail("Unknown inline modifier")
			}
			on = false
		case ')':
			return nil
		case ':':
			return p.body(saved)
		default:
			f := p.flags.of(c)
			if f == nil {
				return p.fail("Unknown inline modifier")
			}
			*f = on
		}
	}
}

// of returns the flag of a letter.
func (f *flags) of(c rune) *bool {
	switch c {
	case 'i':
		return &f.ignoreCase
	case 'd':
		return &f.unixLines
	case 'm':
		return &f.multiline
	case 's':
		return &f.dotAll
	case 'u':
		return &f.unicodeCase
	case 'x':
		return &f.comments
	case 'U':
		return &f.unicodeClass
	}
	return nil
}
