package hot

import "encoding/binary"

// interner keeps texts once each and refers to them by number. A number is the place
// of its text: small texts that come early have small ones.
type interner struct {
	entries arena // of four bytes for the owner, the length, and the text
	index   index
}

const noteBytes = 4

// find returns the number of a text, or noSeries.
func (in *interner) find(hash uint64, text string) uint32 {
	return in.index.find(hash, func(n uint32) bool { return in.is(n, text) })
}

// number returns the number of a text, a new one with a note if it has none.
func (in *interner) number(hash uint64, text string, note uint32) uint32 {
	n := in.find(hash, text)
	if n != noSeries {
		return n
	}
	block, n := in.entries.reserve(noteBytes + binary.MaxVarintLen32 + len(text))
	*block = binary.LittleEndian.AppendUint32(*block, note)
	*block = binary.AppendUvarint(*block, uint64(len(text)))
	*block = padded(append(*block, text...))
	in.index.add(hash, n)
	return n
}

// text returns a text. It is valid until the next one gets a number.
func (in *interner) text(n uint32) []byte {
	b := in.entries.at(n)
	if size := b[noteBytes]; size < 0x80 {
		return b[noteBytes+1:][:size]
	}
	length, size := binary.Uvarint(b[noteBytes:])
	return b[noteBytes+size:][:length]
}

// is reports whether a number stands for a text.
func (in *interner) is(n uint32, text string) bool { return string(in.text(n)) == text }

// note returns what the owner keeps with a text.
func (in *interner) note(n uint32) uint32 { return binary.LittleEndian.Uint32(in.entries.at(n)) }

func (in *interner) setNote(n, note uint32) { binary.LittleEndian.PutUint32(in.entries.at(n), note) }

func (in *interner) bytes() int64 { return in.entries.bytes() + in.index.bytes() }

// values are the values of a dimension, or the measure names, with the series that
// have each: the note is a posting.
type values struct {
	interner
	lists postings
}

// have notes that a series, greater than all before, has a value, and returns its number.
func (v *values) have(series uint32, hash uint64, text string) uint32 {
	n := v.number(hash, text, uint32(noPosting))
	v.gain(n, series)
	return n
}

// gain is have for a value whose number is known.
func (v *values) gain(n, series uint32) {
	was := posting(v.note(n))
	if now := v.lists.add(was, series); now != was {
		v.setNote(n, uint32(now))
	}
}

// with appends the series that have a value, unless they are many.
func (v *values) with(series []uint32, hash uint64, value string) ([]uint32, bool) {
	n := v.find(hash, value)
	if n == noSeries {
		return series, true
	}
	return v.lists.list(series, posting(v.note(n)))
}

func (v *values) full() bool { return v.entries.full() || v.lists.full() }

func (v *values) bytes() int64 { return v.interner.bytes() + v.lists.bytes() }
