package regex

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// ErrTooComplex ends a match that takes too many steps.
var ErrTooComplex = errors.New("The regular expression takes too many steps on this text")

// errHalted ends a match that Budget.Halted ends.
var errHalted = errors.New("interrupted")

// Bounds of the search through one text.
const (
	leastSteps   = 2_000_000 // on any text
	stepsPerByte = 1_000
	maxSteps     = 50_000_000
	stepsAtOnce  = 1 << 18 // between two looks for an interrupt: a few milliseconds
	maxFrames    = 1 << 20
)

// machine searches one text. It tries one way after the other; where a way parts it
// keeps a frame to come back to. Every frame is popped once, so its time is bounded by
// the steps it is given.
type machine struct {
	*program
	text   string
	last   int // where the match before ended
	steps  int // until the budget is asked for more
	budget *Budget
	left   int // steps of this text, beside those
	err    error

	registers []int
	stack     []frame
}

// frame is a way not yet tried, or a register's value to put back.
type frame struct {
	kind  frameKind
	code  int // where to go on; of a register, its number
	place int
	value int // of a register; the least place of a way back; the count of a way on
}

type frameKind uint8

const (
	frameSplit    frameKind = iota // go on at code and place
	frameRegister                  // put the value back
	frameBack                      // a greedy loop: give one character back
	frameOn                        // a lazy loop: take one more character
)

// begin takes a text. The groups keep what a failed look-around left in them, as
// java.util.regex has it.
func (m *machine) begin(text string, b *Budget) {
	m.text, m.err, m.last = text, nil, 0
	m.budget, m.steps, m.left = b, 0, min(leastSteps+stepsPerByte*len(text), maxSteps)
	m.reset()
}

func (m *machine) reset() {
	if len(m.registers) != m.program.registers {
		m.registers = make([]int, m.program.registers)
	}
	for i := range m.registers {
		m.registers[i] = -1
	}
	m.stack = m.stack[:0]
	m.spend(len(m.registers) / 16)
}

// search finds the first match that begins at from or later; the groups are in the registers.
func (m *machine) search(from int) bool {
	m.reset()
	for at := m.candidate(from); at >= 0 && m.err == nil; at = m.candidate(at) {
		if to, ok := m.run(0, at, anywhere); ok {
			m.registers[0], m.registers[1] = at, to
			return true
		}
		if m.lead != nil {
			at = m.behindRun(at)
		}
		if at >= len(m.text) || m.anchored {
			return false
		}
		at += width(m.text[at:])
	}
	return false
}

// behindRun returns the first place that does not begin with what the pattern's
// leading loop takes.
func (m *machine) behindRun(at int) int {
	from := at
	for n := m.lead.match(m.text[at:]); n > 0; n = m.lead.match(m.text[at:]) {
		at += n
	}
	m.spend((at - from) / 8)
	return at
}

func width(text string) int {
	_, n := utf8.DecodeRuneInString(text)
	return n
}

// candidate returns the first place from which a match may begin, negative if none.
func (m *machine) candidate(from int) int {
	switch {
	case m.anchored && from > 0:
		return -1
	case m.prefix != "":
		m.spend(len(m.prefix) / 16)
		i := strings.Index(m.text[from:], m.prefix)
		if i < 0 {
			return -1
		}
		return from + i
	case m.first != nil:
		for at := from; at < len(m.text); at += width(m.text[at:]) {
			if m.first.match(m.text[at:]) > 0 {
				m.spend((at - from) / 8)
				return at
			}
		}
		return -1
	}
	return from
}

func (m *machine) spend(n int) {
	if m.steps -= n; m.steps < 0 {
		m.more()
	}
}

// more takes further steps from the budget, of the text and of all together.
func (m *machine) more() {
	n := min(stepsAtOnce, m.left, m.budget.left)
	m.left -= n
	m.budget.left -= n
	switch m.steps += n; {
	case m.budget.halted():
		m.err = errHalted
	case n == 0 || m.steps < 0 && min(m.left, m.budget.left) <= 0:
		m.err = ErrTooComplex
	case m.steps < 0:
		m.more()
	}
}

func (m *machine) push(f frame) {
	if len(m.stack) >= maxFrames {
		m.err = ErrTooComplex
		return
	}
	m.stack = append(m.stack, f)
}

func (m *machine) set(register, value int) {
	m.push(frame{frameRegister, register, 0, m.registers[register]})
	m.registers[register] = value
}

// anywhere is a target for run that any place meets.
const anywhere = -1

// run matches the program from code on at a place, up to a target. What it changed
// stays changed when it matches, and the ways it did not try are forgotten.
func (m *machine) run(code, place, target int) (int, bool) {
	base := len(m.stack)
	for m.err == nil {
		m.spend(1)
		i := &m.code[code]
		if i.op == opMatch && (target == anywhere || target == place) {
			m.stack = m.stack[:base]
			return place, true
		}
		next, at := m.step(i, code, place)
		if next < 0 {
			if next, at = m.back(base); next < 0 {
				return 0, false
			}
		}
		code, place = next, at
	}
	return 0, false
}

// step does one instruction and returns where to go on; a negative one is a failure.
func (m *machine) step(i *instruction, code, place int) (int, int) {
	switch i.op {
	case opMatch: // elsewhere than it must
	case opText:
		m.spend(len(i.text) / 16)
		if strings.HasPrefix(m.text[place:], i.text) {
			return code + 1, place + len(i.text)
		}
	case opSet:
		if n := i.set.match(m.text[place:]); n > 0 {
			return code + 1, place + n
		}
	case opSetLoop:
		return m.setLoop(i, code, place)
	case opCluster:
		if place < len(m.text) {
			return code + 1, place + m.cluster(place)
		}
	case opSplit:
		m.push(frame{frameSplit, i.y, place, 0})
		return i.x, place
	case opJump:
		return i.x, place
	case opAssert:
		if m.holds(assertionKind(i.x), place) {
			return code + 1, place
		}
	case opReference:
		if n, ok := m.repeated(i, place); ok {
			return code + 1, place + n
		}
	case opLoop:
		return m.loop(i, code, place)
	case opAtomic:
		if to, ok := m.run(code+1, place, anywhere); ok {
			return i.y, to
		}
	case opLook:
		if m.look(i, code, place) != i.negate {
			return i.y, place
		}
	default:
		return m.note(i, code, place)
	}
	return -1, 0
}

// note does the instructions that only read and set registers.
func (m *machine) note(i *instruction, code, place int) (int, int) {
	switch i.op {
	case opMark:
		m.set(i.x, place)
	case opGroup:
		m.set(2*i.x, m.registers[i.y])
		m.set(2*i.x+1, place)
	case opCount:
		m.set(i.x, 0)
	case opProgress:
		if m.registers[i.x] == place {
			return i.y, place
		}
	}
	return code + 1, place
}

// cluster returns the length of the grapheme cluster at a place.
func (m *machine) cluster(place int) int {
	found, _, _, _ := uniseg.FirstGraphemeClusterInString(m.text[place:], -1)
	m.spend(len(found)) // it is slow
	return len(found)
}

// loop decides about one more round.
func (m *machine) loop(i *instruction, code, place int) (int, int) {
	n := m.registers[i.x]
	switch {
	case n < i.min:
		m.set(i.x, n+1)
		return code + 1, place
	case i.max >= 0 && n >= i.max:
		return i.y, place
	case i.kind == lazy:
		m.push(frame{frameOn, code, place, n})
		return i.y, place
	}
	m.push(frame{frameSplit, i.y, place, 0})
	m.set(i.x, n+1)
	return code + 1, place
}

// setLoop takes the least number of characters, or all it can.
func (m *machine) setLoop(i *instruction, code, place int) (int, int) {
	count, at, least := 0, place, place
	for i.max < 0 || count < i.max {
		if i.kind == lazy && count == i.min {
			break
		}
		n := i.set.match(m.text[at:])
		if n == 0 {
			break
		}
		at += n
		if count++; count == i.min {
			least = at
		}
	}
	m.spend(count / 8)
	switch {
	case count < i.min:
		return -1, 0
	case i.kind == lazy && (i.max < 0 || count < i.max):
		m.push(frame{frameOn, code, at, count})
	case i.kind == greedy && at > least:
		m.push(frame{frameBack, code + 1, at, least})
	}
	return code + 1, at
}

// back takes the latest way not yet tried, down to base; a negative code is none.
func (m *machine) back(base int) (code, place int) {
	for len(m.stack) > base {
		f := &m.stack[len(m.stack)-1]
		switch f.kind {
		case frameRegister:
			m.registers[f.code] = f.value
		case frameSplit:
			code, place = f.code, f.place
			m.stack = m.stack[:len(m.stack)-1]
			return code, place
		case frameBack:
			_, n := utf8.DecodeLastRuneInString(m.text[:f.place])
			f.place -= n
			code, place = f.code, f.place
			if place == f.value {
				m.stack = m.stack[:len(m.stack)-1]
			}
			return code, place
		case frameOn:
			if code, place = m.on(*f); code >= 0 {
				return code, place
			}
			continue
		}
		m.stack = m.stack[:len(m.stack)-1]
	}
	return -1, 0
}

// on takes one more round of a lazy loop; its frame is gone afterwards.
func (m *machine) on(f frame) (code, place int) {
	m.stack = m.stack[:len(m.stack)-1]
	i := &m.code[f.code]
	if i.op == opLoop {
		m.set(i.x, f.value+1)
		return f.code + 1, f.place
	}
	n := i.set.match(m.text[f.place:])
	if n == 0 {
		return -1, 0
	}
	if i.max < 0 || f.value+1 < i.max {
		m.push(frame{frameOn, f.code, f.place + n, f.value + 1})
	}
	return f.code + 1, f.place + n
}

// look reports whether the program inside matches here; behind, whether it matches up to here.
func (m *machine) look(i *instruction, code, place int) bool {
	if !i.behind {
		_, ok := m.run(code+1, place, anywhere)
		return ok
	}
	from := place
	for n := 0; i.max < 0 || n <= i.max; n++ {
		if n >= i.min {
			if _, ok := m.run(code+1, from, place); ok {
				return true
			}
		}
		if from == 0 || m.err != nil {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(m.text[:from])
		from -= size
		m.spend(1)
	}
	return false
}
