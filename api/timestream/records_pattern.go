package timestream

import (
	"bytes"

	"tidemark/tsdb"
)

// pattern is how a sender writes the measure value at one place of a list: everything
// but the value itself. The next record has the same at that place, and so the decoder
// compares instead of parsing: what begins and ends like a measure value that was parsed,
// with another plain text where its value was, is the same measure value with that one.
type pattern struct {
	before, after []byte // with the quotes around the value
	name          string
	kind          tsdb.ValueType
}

const longestPattern = 512 // bytes before a value, and after it

// patterned reads the n-th measure value, from 0, if it is like the one before at this
// place, and otherwise nothing.
func (d *decoder) patterned(n int) bool {
	if n >= len(d.patterns) {
		return false
	}
	d.peek()
	p := &d.patterns[n]
	rest := d.b[d.i:]
	if !bytes.HasPrefix(rest, p.before) {
		return false
	}
	rest = rest[len(p.before):]
	end := 0
	for end < len(rest) && plain[rest[end]] {
		end++
	}
	if end == 0 || end > maxValue || !bytes.HasPrefix(rest[end:], p.after) {
		return false
	}
	d.measures = append(d.measures, rawMeasure{value: rest[:end:end], known: p.name, kind: p.kind})
	d.i += len(p.before) + end + len(p.after)
	return true
}

// learn notes how the n-th measure value was written, which was parsed from start on. A
// request in which something was wrong teaches nothing.
func (d *decoder) learn(n, start int, m *rawMeasure) {
	value := m.valueAt
	switch {
	case d.broken.Err() != nil || n > len(d.patterns) || m.kind == 0 || len(m.name) == 0 || len(m.value) == 0:
		return
	case value <= start || d.b[value-1] != '"' || &d.b[value] != &m.value[0]: // it had escapes
		return
	case value-start > longestPattern || d.i-value-len(m.value) > longestPattern:
		return
	case n == len(d.patterns):
		d.patterns = append(d.patterns, pattern{})
	}
	p := &d.patterns[n]
	p.before = append(p.before[:0], d.b[start:value]...)
	p.after = append(p.after[:0], d.b[value+len(m.value):d.i]...)
	p.name, p.kind = same(m.name, p.name), m.kind
}
