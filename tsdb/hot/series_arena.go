package hot

// arena holds pieces of bytes one after another, each found by a reference of 32 bits.
// What is in it stays until all of it is forgotten.
type arena struct{ blocks [][]byte }

const (
	arenaUnit  = 4 // a piece begins at a multiple, so that references reach further
	blockBits  = 14
	blockBytes = arenaUnit << blockBits // 64 KiB
	maxBlocks  = 1 << (32 - blockBits)  // 16 GiB
)

// reserve returns the block that has room for a piece of n bytes, and the reference of
// the piece that begins at its end.
func (a *arena) reserve(n int) (*[]byte, uint32) {
	n += arenaUnit
	last := len(a.blocks) - 1
	switch {
	case last < 0:
		a.blocks = append(a.blocks, make([]byte, 0, n)) // it grows, for most tables are small
		last = 0
	case len(a.blocks[last])+n > blockBytes:
		a.blocks = append(a.blocks, make([]byte, 0, max(n, blockBytes)))
		last++
	}
	block := &a.blocks[last]
	return block, uint32(last)<<blockBits | uint32(len(*block)/arenaUnit)
}

// put adds a piece.
func (a *arena) put(piece []byte) uint32 {
	block, ref := a.reserve(len(piece))
	*block = padded(append(*block, piece...))
	return ref
}

func padded(block []byte) []byte {
	for len(block)%arenaUnit != 0 {
		block = append(block, 0)
	}
	return block
}

// at returns the bytes from a reference to the end of its block.
func (a *arena) at(ref uint32) []byte {
	return a.blocks[ref>>blockBits][ref%(1<<blockBits)*arenaUnit:]
}

// full reports whether the next batch might not find references.
func (a *arena) full() bool { return len(a.blocks) > maxBlocks-maxBlocks/16 }

// bytes returns the memory that the arena takes.
func (a *arena) bytes() int64 {
	if len(a.blocks) == 0 {
		return 0
	}
	return int64(cap(a.blocks[0])) + int64(len(a.blocks)-1)*blockBytes + int64(cap(a.blocks))*sliceBytes
}
