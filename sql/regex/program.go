package regex

import "unicode/utf8"

// op is what an instruction does.
type op uint8

const (
	opMatch     op = iota
	opText         // the text of the instruction
	opSet          // one character of the set
	opSetLoop      // min to max characters of the set
	opCluster      // one grapheme cluster
	opSplit        // try x, then y
	opJump         // to x
	opMark         // the place into register x
	opGroup        // group x is from register y to here
	opAssert       // the condition x
	opReference    // what group x matched
	opLook         // the program behind this instruction matches here; go on at y
	opAtomic       // as opLook, and go to where it ended
	opCount        // register x is 0
	opLoop         // see compiler.counted
	opProgress     // go to y when the place is that of register x
)

// instruction is one step of a program.
type instruction struct {
	op     op
	x, y   int
	min    int // opSetLoop, opLoop
	max    int
	kind   repeatKind
	text   string
	set    *charset
	fold   folding
	behind bool
	negate bool
}

// charset is a set that is fast for ASCII.
type charset struct {
	ascii [2]uint64
	set   set
}

func newCharset(s set) *charset {
	c := &charset{set: s}
	for _, r := range s {
		for x := r.lo; x <= r.hi && x < utf8.RuneSelf; x++ {
			c.ascii[x>>6] |= 1 << (x & 63)
		}
	}
	return c
}

// match returns the bytes of the first character if it is in the set, else 0.
func (c *charset) match(text string) int {
	if text == "" {
		return 0
	}
	if b := text[0]; b < utf8.RuneSelf {
		if c.ascii[b>>6]>>(b&63)&1 == 1 {
			return 1
		}
		return 0
	}
	r, n := utf8.DecodeRuneInString(text)
	if c.set.has(r) {
		return n
	}
	return 0
}

// program is a compiled pattern.
type program struct {
	code      []instruction
	groups    int
	registers int // two per group and one for the whole, then marks and counters

	prefix   string   // every match begins with it
	first    *charset // every match begins with one of these; nil if that is not known
	anchored bool     // matches begin at the start of the text only
	lead     *charset // when none begins at one of these, none begins at those right after it either
}
