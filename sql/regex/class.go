package regex

// class reads a character class from behind its opening bracket, or the right side of
// && in one, whose closing bracket it leaves. Ranges and classes in it are united; &&
// intersects all before it with all up to the next && or the end; ^ in front negates
// the whole.
func (p *parser) class(closes bool) set {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	var c classReader
	c.parser = p
	negate := false
	if closes && p.peek() == '^' {
		p.pos++
		negate = true
	}
	for !c.done() {
		c.item()
	}
	if closes {
		p.next()
	}
	if negate {
		return c.union.set().negate()
	}
	return c.union.set()
}

// classReader holds what a class has so far.
type classReader struct {
	*parser
	union union
	begun bool // something was read: a ] is the end, not a character
}

func (c *classReader) done() bool {
	switch c.peek() {
	case end:
		c.fail("Unclosed character class")
		return true
	case ']':
		return c.begun
	}
	return false
}

func (c *classReader) item() {
	switch {
	case c.peek() == '[':
		c.pos++
		c.union.add(c.class(true))
	case c.intersects():
		c.intersection()
	default:
		c.union.add(c.rangeOf())
	}
	c.begun = true
}

func (c *classReader) intersects() bool {
	c.peek()
	return c.take("&&")
}

// intersection reads the right side of &&. Nothing on it changes nothing.
func (c *classReader) intersection() {
	var right union
	some := false
	for c.peek() != ']' && c.peek() != '&' && c.peek() != end {
		if c.peek() == '[' {
			c.pos++
			right.add(c.class(true))
		} else {
			right.add(c.parser.class(false))
		}
		some = true
	}
	switch {
	case !some && !c.begun:
		c.fail("Bad class syntax")
	case !some:
	case !c.begun:
		c.union = right
	default:
		c.union = union{spans: c.union.set().intersect(right.set())}
	}
}

// rangeOf reads a character, a range or an escaped class.
func (c *classReader) rangeOf() set {
	low := c.next()
	if low == '\\' {
		at := c.pos
		s, single := c.escaped()
		if !single {
			return s
		}
		if c.peek() != '-' {
			return s
		}
		c.pos = at
		low, _ = c.character(c.raw())
	}
	if c.peek() != '-' {
		return c.literal(low)
	}
	at := c.pos
	c.pos++
	if next := c.peek(); next == ']' || next == '[' || next == end {
		c.pos = at
		return c.literal(low)
	}
	high := c.next()
	if high == '\\' {
		if high, _ = c.character(c.raw()); c.err != nil {
			c.err = nil
			c.fail("Illegal character range")
		}
	}
	if high < low {
		c.fail("Illegal character range")
		return nil
	}
	return foldBy(c.flags.fold(), setOf(span{low, high}))
}
