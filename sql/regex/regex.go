// Package regex runs patterns of java.util.regex, which Timestream's regular
// expression functions take.
//
// Compile reads a pattern and makes a program for a backtracking machine that knows
// all of Java's syntax but what its errors name. A search has a bound on its steps; a
// pattern that means the same to RE2 is searched by that, in linear time, when the
// bound is met. ToRE2 gives such a pattern's text to those who have an engine of that
// family. A Pattern may be used by several goroutines at once.
// Source: java.util.regex.Pattern, Java 17, measured (testdata/java.txt).
package regex

import (
	"fmt"
	"sync"
)

// Pattern is a compiled pattern.
type Pattern struct {
	program  *program
	names    map[string]int
	machines sync.Pool
	linear   func() *linearForm // nil when that does not match the same
}

// Compile reads a Java pattern.
func Compile(java string) (*Pattern, error) {
	n, parsed, err := parse(java)
	if err != nil {
		return nil, err
	}
	prog, err := compile(n, parsed)
	if err != nil {
		return nil, fmt.Errorf("'%s': %w", shorten(java), err)
	}
	p := &Pattern{program: prog, names: parsed.names}
	p.machines.New = func() any { return &machine{program: prog} }
	p.linear = sync.OnceValue(func() *linearForm { return toLinear(n, parsed.names) })
	return p, nil
}

// Groups returns the number of capturing groups.
func (p *Pattern) Groups() int { return p.program.groups }

// Match is one match: group i is text[m[2i]:m[2i+1]], or took no part when that is
// negative; group 0 is the whole.
type Match []int

// Group returns a group's text; ok is false when it took no part.
func (m Match) Group(text string, i int) (found string, ok bool) {
	if m[2*i] < 0 {
		return "", false
	}
	return text[m[2*i]:m[2*i+1]], true
}

// Matches reports whether the pattern matches somewhere in the text.
func (p *Pattern) Matches(b *Budget, text string) (found bool, err error) {
	err = p.Each(b, text, func(Match) bool {
		found = true
		return false
	})
	return found, err
}

// Each calls a function with every match from left to right until it returns false.
// After a match of nothing the search goes on behind the next character, as in Java.
// The Match is valid during the call.
func (p *Pattern) Each(b *Budget, text string, use func(Match) bool) error {
	return p.eachFrom(b, text, 0, use)
}

// eachFrom begins at a place.
func (p *Pattern) eachFrom(b *Budget, text string, start int, use func(Match) bool) error {
	m := p.machines.Get().(*machine)
	defer p.release(m)
	m.begin(text, b)
	defer func() { b.left += max(m.steps, 0) }()
	from := start
	for from <= len(text) && m.search(from) {
		found := Match(m.registers[:2*(p.program.groups+1)])
		from = found[1]
		m.last = from
		if found[0] == found[1] {
			from += max(1, width(text[from:]))
		}
		if !use(found) {
			return nil
		}
	}
	if m.err != ErrTooComplex {
		return m.err
	}
	return p.rest(b, text, from, use)
}

// release keeps a machine for the next search, but no large stack.
func (p *Pattern) release(m *machine) {
	const keep = 16 << 10
	if m.text, m.budget = "", nil; cap(m.stack) > keep {
		m.stack = nil
	}
	p.machines.Put(m)
}

// Size returns the number of instructions, which says how much memory the pattern takes.
func (p *Pattern) Size() int { return len(p.program.code) }

// Budget bounds the work of many searches together.
type Budget struct {
	Halted func() bool // whether to end early, asked every few milliseconds; nil: never

	left   int // steps of the machine
	linear int // and of the other engine
}

// batchSteps is about four seconds of one processor.
const batchSteps = 200_000_000

// NewBudget returns what the searches of one block of rows may take together.
func NewBudget() *Budget { return &Budget{left: batchSteps, linear: batchSteps} }

func (b *Budget) halted() bool { return b.Halted != nil && b.Halted() }
