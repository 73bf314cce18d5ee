package hot

import "math"

// filter answers "certainly not" or "perhaps" to whether a segment holds a row. It
// is a chain of blocked Bloom filters that double in size, each with the range of
// times that it holds, so late rows that are new cost no query.
type filter struct{ layers []*layer }

const (
	firstLayer = 1 << 14 // rows
	lastLayer  = 1 << 20
	bitsPerRow = 20
	blockWords = 8 // 512 bits: one cache line
	probes     = 7
	probeBits  = 9 // log2 of the bits of a block
)

type layer struct {
	blocks   [][blockWords]uint64
	rows     int
	capacity int
	min, max int64
}

func newLayer(capacity int) *layer {
	blocks := capacity * bitsPerRow / (blockWords * 64)
	return &layer{blocks: make([][blockWords]uint64, blocks), capacity: capacity, min: math.MaxInt64, max: math.MinInt64}
}

// add notes a row.
func (f *filter) add(k key) {
	l := f.open()
	l.rows++
	l.min, l.max = min(l.min, k.time), max(l.max, k.time)
	h := k.hash()
	block := l.block(h)
	for range probes {
		block[h>>6&7] |= 1 << (h & 63)
		h >>= probeBits
	}
}

func (f *filter) open() *layer {
	if n := len(f.layers); n > 0 {
		last := f.layers[n-1]
		if last.rows < last.capacity {
			return last
		}
		f.layers = append(f.layers, newLayer(min(last.capacity*2, lastLayer)))
	} else {
		f.layers = append(f.layers, newLayer(firstLayer))
	}
	return f.layers[len(f.layers)-1]
}

// has reports whether a row may be in the segment.
func (f *filter) has(k key) bool {
	h := k.hash()
	for _, l := range f.layers {
		if k.time >= l.min && k.time <= l.max && l.has(h) {
			return true
		}
	}
	return false
}

func (l *layer) has(h uint64) bool {
	block := l.block(h)
	for range probes {
		if block[h>>6&7]>>(h&63)&1 == 0 {
			return false
		}
		h >>= probeBits
	}
	return true
}

// block picks a block by a second mix of the hash, because its low bits pick bits in it.
func (l *layer) block(h uint64) *[blockWords]uint64 {
	n := mix(h^0x9e3779b97f4a7c15) >> 32 * uint64(len(l.blocks)) >> 32
	return &l.blocks[n]
}

func (k key) hash() uint64 { return mix(uint64(k.time) ^ mix(uint64(k.series)+0x9e3779b97f4a7c15)) }

// mix is the finaliser of splitmix64 (Steele, Lea and Flood, 2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
