package regex

import "fmt"

// maxCode is the largest program in instructions.
const maxCode = 50_000

// compiler turns the tree of a pattern into a program.
type compiler struct {
	code      []instruction
	registers int
}

func compile(n node, parsed *parser) (*program, error) {
	c := &compiler{registers: 2 * (parsed.groups + 1)}
	c.node(n)
	c.emit(instruction{op: opMatch})
	if len(c.code) > maxCode {
		return nil, fmt.Errorf("the regular expression is too large")
	}
	p := &program{code: c.code, groups: parsed.groups, registers: c.registers}
	p.prefix, p.first, p.anchored = beginning(n)
	p.lead = leadingRun(n, parsed.places)
	return p, nil
}

func (c *compiler) emit(i instruction) int {
	c.code = append(c.code, i)
	return len(c.code) - 1
}

func (c *compiler) register() int {
	c.registers++
	return c.registers - 1
}

func (c *compiler) node(n node) {
	if len(c.code) > maxCode {
		return
	}
	switch n := n.(type) {
	case char:
		c.char(n)
	case sequence:
		c.sequence(n.items)
	case alternation:
		c.alternation(n)
	case lineBreak:
		c.node(n.tree())
	case cluster:
		c.emit(instruction{op: opCluster})
	case group:
		from := c.register()
		c.emit(instruction{op: opMark, x: from})
		c.node(n.body)
		c.emit(instruction{op: opGroup, x: n.number, y: from})
	case atomic:
		c.inner(instruction{op: opAtomic}, n.body)
	case look:
		c.inner(instruction{op: opLook, behind: n.behind, negate: n.negate, min: n.min, max: n.max}, n.body)
	case repeat:
		c.repeat(n)
	case reference:
		c.emit(instruction{op: opReference, x: n.number, fold: n.fold})
	case assertion:
		c.emit(instruction{op: opAssert, x: int(n.kind)})
	}
}

// sequence writes its items; single characters that follow each other are one text.
func (c *compiler) sequence(items []node) {
	var text []byte
	for _, item := range items {
		if ch, ok := item.(char); ok {
			if r, ok := ch.set.single(); ok {
				text = append(text, string(r)...)
				continue
			}
		}
		c.text(string(text))
		text = text[:0]
		c.node(item)
	}
	c.text(string(text))
}

func (c *compiler) text(text string) {
	if text != "" {
		c.emit(instruction{op: opText, text: text})
	}
}

func (c *compiler) char(n char) {
	if r, ok := n.set.single(); ok {
		c.text(string(r))
		return
	}
	c.emit(instruction{op: opSet, set: newCharset(n.set)})
}

func (c *compiler) alternation(n alternation) {
	var ends []int
	for i, b := range n.branches {
		split := -1
		if i < len(n.branches)-1 {
			split = c.emit(instruction{op: opSplit, x: len(c.code) + 1})
		}
		c.node(b)
		if split >= 0 {
			ends = append(ends, c.emit(instruction{op: opJump}))
			c.code[split].y = len(c.code)
		}
	}
	for _, e := range ends {
		c.code[e].x = len(c.code)
	}
}

// inner writes a program within the program.
func (c *compiler) inner(i instruction, body node) {
	at := c.emit(i)
	c.node(body)
	c.emit(instruction{op: opMatch})
	c.code[at].y = len(c.code)
}

func (c *compiler) repeat(n repeat) {
	if b, ok := n.body.(lineBreak); ok {
		n.body = atomic{b.tree()}
	}
	if n.kind == possessive {
		if ch, ok := n.body.(char); ok {
			c.setLoop(ch, n)
			return
		}
		c.inner(instruction{op: opAtomic}, repeat{n.body, n.min, n.max, greedy})
		return
	}
	ch, simple := n.body.(char)
	switch {
	case simple:
		c.setLoop(ch, n)
	case n.max == 0:
	case n.min == 1 && n.max == 1:
		c.node(n.body)
	case n.min == 0 && n.max == 1:
		split := c.emit(instruction{op: opSplit})
		c.node(n.body)
		c.choose(split, n.kind, split+1, len(c.code))
	case n.max < 0 && n.min <= 1 && !nullable(n.body):
		c.star(n)
	default:
		c.counted(n)
	}
}

func (c *compiler) setLoop(ch char, n repeat) {
	c.emit(instruction{op: opSetLoop, set: newCharset(ch.set), min: n.min, max: n.max, kind: n.kind})
}

// choose sets which way a split tries first: again, or on.
func (c *compiler) choose(split int, kind repeatKind, again, on int) {
	if kind == lazy {
		again, on = on, again
	}
	c.code[split].x, c.code[split].y = again, on
}

// star repeats what never matches nothing, from zero times or once on.
//
//   - split body, end        +  body
//     body                      split body, end
//     jump split
func (c *compiler) star(n repeat) {
	if n.min == 1 {
		body := len(c.code)
		c.node(n.body)
		split := c.emit(instruction{op: opSplit})
		c.choose(split, n.kind, body, split+1)
		return
	}
	split := c.emit(instruction{op: opSplit})
	c.node(n.body)
	c.emit(instruction{op: opJump, x: split})
	c.choose(split, n.kind, split+1, len(c.code))
}

// counted repeats with a counter. A round that matched nothing is the last, whatever
// the least number of rounds.
//
//	      count 0
//	loop: below min: body; from min to max: body or end; else end
//	      mark
//	      body
//	      progress, else end
//	      jump loop
func (c *compiler) counted(n repeat) {
	counter, from := c.register(), c.register()
	c.emit(instruction{op: opCount, x: counter})
	loop := c.emit(instruction{op: opLoop, x: counter, min: n.min, max: n.max, kind: n.kind})
	c.emit(instruction{op: opMark, x: from})
	c.node(n.body)
	progress := c.emit(instruction{op: opProgress, x: from})
	c.emit(instruction{op: opJump, x: loop})
	c.code[loop].y, c.code[progress].y = len(c.code), len(c.code)
}
