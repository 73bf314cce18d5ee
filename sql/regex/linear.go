package regex

import (
	"io"
	"unicode/utf8"
)

// rest goes on from a place in linear time, when the steps of a search were too few.
// Where a match depends on what is before it, that engine can only begin at the start.
func (p *Pattern) rest(b *Budget, text string, from int, use func(Match) bool) error {
	l := p.linear()
	if l == nil || !l.fits(text) || l.left && from > 0 {
		return ErrTooComplex
	}
	r := runeReader{budget: b, text: text, cost: 1 + l.size*(1+l.NumSubexp())/8} // each thread has its groups
	for from <= len(text) {
		r.at = from
		found := l.FindReaderSubmatchIndex(&r)
		if r.err != nil || found == nil {
			return r.err
		}
		for i := range found {
			if found[i] >= 0 {
				found[i] += from
			}
		}
		if from = found[1]; !use(found) {
			return nil
		}
		if l.left {
			return ErrTooComplex // to look for another
		}
	}
	return nil
}

// runeReader reads a text while the budget allows.
type runeReader struct {
	budget *Budget
	text   string
	at     int
	read   int
	cost   int // of a character
	err    error
}

// ReadRune returns the next character; io.EOF also ends what the budget does not allow.
func (r *runeReader) ReadRune() (c rune, size int, err error) {
	if r.at >= len(r.text) || r.err != nil {
		return 0, 0, io.EOF
	}
	if r.read++; r.read&1023 == 0 && r.budget.halted() {
		r.err = errHalted
		return 0, 0, io.EOF
	}
	if r.budget.linear -= r.cost; r.budget.linear < 0 {
		r.err = ErrTooComplex
		return 0, 0, io.EOF
	}
	c, size = utf8.DecodeRuneInString(r.text[r.at:])
	r.at += size
	return c, size, nil
}
