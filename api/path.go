package api

import "strconv"

// path is the place in a request at which a decoder stands, in the form AWS prints
// it: lower-camel members, list elements as their position from 1 and "member"
// (records.1.member.dimensions).
type path struct{ b []byte }

// member steps into a member and returns the step back.
func (p *path) member(name string) (back func()) {
	n := len(p.b)
	if n > 0 {
		p.b = append(p.b, '.')
	}
	p.b = append(p.b, name...)
	return func() { p.b = p.b[:n] }
}

// element steps into the list element with the index i and returns the step back.
func (p *path) element(i int) (back func()) {
	n := len(p.b)
	if n > 0 {
		p.b = append(p.b, '.')
	}
	p.b = strconv.AppendInt(p.b, int64(i)+1, 10)
	p.b = append(p.b, ".member"...)
	return func() { p.b = p.b[:n] }
}

func (p *path) String() string { return string(p.b) }

// suffix is the path for the end of a sentence; the root has none.
func (p *path) suffix() string {
	if len(p.b) == 0 {
		return ""
	}
	return " at '" + string(p.b) + "'"
}
