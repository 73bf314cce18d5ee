package hot

import "slices"

// postings are lists of ascending series, one for each value of a dimension. A value
// that a single series has needs no list, and one that more than maxListed have keeps
// none, because nobody asks for so many: a reader joins the dictionary instead. Lists
// are blocks of words in a few large pieces, and a list that outgrows its block leaves
// it to another list.
type postings struct {
	pieces [][]uint32
	free   [len(listWords)]uint32 // by class: the first block that is free, each links the next
}

// posting is what a value keeps: noPosting, manySeries, a single series, or listed with
// the number of a block's first word.
type posting uint32

const (
	noPosting  posting = 1<<32 - 1
	manySeries posting = 1<<32 - 2
	listed     posting = 1 << 31

	pieceBits  = 14
	pieceWords = 1 << pieceBits        // 64 KiB
	maxPieces  = 1 << (31 - pieceBits) // 8 GiB
)

// listWords are the sizes of blocks. The first word of a block holds its class above
// and the length of its list below.
var listWords = [...]uint32{3, 5, 7, 9, 12, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1 + maxListed}

const lengthBits = 16

// add returns the posting of a value that a series gets which is greater than all it had.
func (p *postings) add(was posting, n uint32) posting {
	switch {
	case was == noPosting:
		return posting(n)
	case was == manySeries:
		return manySeries
	case was < listed:
		block, at := p.take(0)
		block[0], block[1], block[2] = 2, uint32(was), n
		return listed | at
	}
	block := p.block(was)
	class, length := block[0]>>lengthBits, block[0]%(1<<lengthBits)
	if int(length)+1 == len(block) {
		return p.move(was, class, n)
	}
	block[length+1] = n
	block[0]++
	return was
}

// move copies a list that fills its block into a larger one and adds a series.
func (p *postings) move(was posting, class, n uint32) posting {
	now := manySeries
	if int(class)+1 < len(listWords) {
		block, at := p.take(class + 1)
		length := uint32(copy(block[1:], p.block(was)[1:])) + 1
		block[length], block[0] = n, (class+1)<<lengthBits|length
		now = listed | at
	}
	old := p.block(was) // only now: take may have moved it
	old[1], p.free[class] = p.free[class], uint32(was-listed)+1
	return now
}

// block returns the block of a list.
func (p *postings) block(at posting) []uint32 {
	piece := p.pieces[(at-listed)>>pieceBits]
	from := uint32(at % pieceWords)
	return piece[from : from+listWords[piece[from]>>lengthBits]]
}

// take returns a block of a class: one that is free, or a new one.
func (p *postings) take(class uint32) ([]uint32, posting) {
	if at := p.free[class]; at != 0 {
		block := p.block(listed | posting(at-1))
		p.free[class] = block[1]
		return block, posting(at - 1)
	}
	size := listWords[class]
	last := len(p.pieces) - 1
	switch {
	case last < 0:
		p.pieces = append(p.pieces, make([]uint32, 0, size))
		last = 0
	case len(p.pieces[last])+int(size) > pieceWords:
		p.pieces = append(p.pieces, make([]uint32, 0, pieceWords))
		last++
	}
	from := len(p.pieces[last])
	p.pieces[last] = slices.Grow(p.pieces[last], int(size))[:from+int(size)]
	block := p.pieces[last][from:]
	block[0] = class << lengthBits
	return block, posting(last<<pieceBits | from)
}

// list appends the series of a posting to a list, unless they are many.
func (p *postings) list(to []uint32, at posting) (series []uint32, ok bool) {
	switch {
	case at == noPosting:
		return to, true
	case at == manySeries:
		return to, false
	case at < listed:
		return append(to, uint32(at)), true
	}
	block := p.block(at)
	return append(to, block[1:1+block[0]%(1<<lengthBits)]...), true
}

// full reports whether the next batch might not find blocks.
func (p *postings) full() bool { return len(p.pieces) > maxPieces-maxPieces/16 }

// bytes returns the memory that the lists take.
func (p *postings) bytes() int64 {
	if len(p.pieces) == 0 {
		return 0
	}
	return int64(cap(p.pieces[0])+(len(p.pieces)-1)*pieceWords)*4 + int64(cap(p.pieces))*sliceBytes
}
