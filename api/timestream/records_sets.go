package timestream

import (
	"bytes"
	"hash/maphash"
	"sync/atomic"

	"tidemark/tsdb"
)

// dimensionSets remembers lists of dimensions as they were sent: devices send the same
// ones again and again, byte by byte. A list that is found here is neither parsed nor
// checked again. It holds so many lists at most, and takes in one that comes a second
// time while it remembers the first: series without number do not push out the others.
type dimensionSets struct {
	seed maphash.Seed
	kept [keptSets]atomic.Pointer[dimensionSet]
	seen [keptSets]atomic.Uint32 // of lists that came once: bits of their hashes
}

const (
	keptSets   = 1 << 13
	longestSet = 1024 // bytes of a list; with what is made of them about 20 MB in all
)

// dimensionSet is a list of dimensions that is correct by itself.
type dimensionSet struct {
	text   string // as sent
	set    *tsdb.DimensionSet
	joined atomic.Pointer[joinedSet] // with the common dimensions before it that came last
}

// joinedSet has no set before the common dimensions came twice in a row.
type joinedSet struct{ common, set *tsdb.DimensionSet }

func newDimensionSets() *dimensionSets { return &dimensionSets{seed: maphash.MakeSeed()} }

// sentSet is where a list may be found in a body, up to the first bracket that closes
// something. It is the whole list, unless a text has a bracket in it.
type sentSet struct {
	text []byte
	hash uint64
}

// find looks for the list that rest begins with. s is nil in a decoder that remembers none.
func (s *dimensionSets) find(rest []byte) (*dimensionSet, sentSet) {
	if s == nil {
		return nil, sentSet{}
	}
	end := bytes.IndexByte(rest[:min(len(rest), longestSet)], ']')
	if end < 0 {
		return nil, sentSet{}
	}
	sent := sentSet{text: rest[:end+1]}
	sent.hash = maphash.Bytes(s.seed, sent.text)
	for _, slot := range sent.slots() {
		// A list that began with the same bytes ended with them.
		if have := s.kept[slot].Load(); have != nil && have.text == string(sent.text) {
			return have, sent
		}
	}
	return nil, sent
}

// slots are the two places where a list may be.
func (sent sentSet) slots() [2]uint64 {
	return [2]uint64{sent.hash % keptSets, sent.hash >> 20 % keptSets}
}

// add takes in what was made of a list, if the list was seen before.
func (s *dimensionSets) add(sent sentSet, list []tsdb.Dimension) *dimensionSet {
	slots := sent.slots()
	if tag := uint32(sent.hash >> 32); s.seen[slots[0]].Swap(tag) != tag {
		return nil
	}
	made := &dimensionSet{text: string(sent.text), set: tsdb.NewDimensionSet(list)}
	for _, slot := range slots {
		if s.kept[slot].CompareAndSwap(nil, made) {
			return made
		}
	}
	s.kept[slots[0]].Store(made)
	return made
}
