package hot

// index finds numbers by the hash of what they stand for. It is an open-addressing
// table with linear probing whose slots keep 32 bits of the hash beside the number.
// A large one is cut into shards, each of which grows by itself and by little: no
// growth takes long, and the memory follows the entries smoothly.
type index struct {
	shards []shard
	n      int // entries
	slots  int // of all shards
}

// shard is a part of an index: slots with a tag above and number plus one below, 0
// where nothing is. The tag is 32 bits of the hash; its highest bits choose the shard,
// the others the slot.
type shard struct {
	slots []uint64
	used  int
}

const (
	shardBits  = 8
	shardAbove = 1 << 15 // entries
	firstSlots = 8
)

// find returns the number of the hash that is the one wanted, or noSeries.
func (x *index) find(hash uint64, is func(n uint32) bool) uint32 {
	if x.n == 0 {
		return noSeries
	}
	s := x.shard(uint32(hash))
	for i := x.place(uint32(hash), s); s.slots[i] != 0; i = s.after(i) {
		if uint32(s.slots[i]>>32) == uint32(hash) && is(uint32(s.slots[i])-1) {
			return uint32(s.slots[i]) - 1
		}
	}
	return noSeries
}

// add notes a number, which must not be there yet.
func (x *index) add(hash uint64, n uint32) {
	switch x.n {
	case 0:
		x.shards = make([]shard, 1)
	case shardAbove:
		x.split()
	}
	s := x.shard(uint32(hash))
	if s.used >= len(s.slots)-len(s.slots)/5 {
		x.resize(s, len(s.slots)+len(s.slots)/4+firstSlots)
	}
	x.put(s, uint64(uint32(hash))<<32|uint64(n+1))
	x.n++
}

// bits is how many bits of a tag choose the shard.
func (x *index) bits() int {
	if len(x.shards) == 1 {
		return 0
	}
	return shardBits
}

func (x *index) shard(tag uint32) *shard { return &x.shards[uint64(tag)>>(32-x.bits())] }

// place is the slot where a tag belongs.
func (x *index) place(tag uint32, s *shard) int {
	return int(uint64(tag<<x.bits()) * uint64(len(s.slots)) >> 32)
}

func (s *shard) after(i int) int {
	if i++; i < len(s.slots) {
		return i
	}
	return 0
}

func (x *index) put(s *shard, slot uint64) {
	i := x.place(uint32(slot>>32), s)
	for s.slots[i] != 0 {
		i = s.after(i)
	}
	s.slots[i] = slot
	s.used++
}

func (x *index) resize(s *shard, slots int) {
	old := s.slots
	s.slots, s.used = make([]uint64, slots), 0
	x.slots += slots - len(old)
	for _, slot := range old {
		if slot != 0 {
			x.put(s, slot)
		}
	}
}

// split cuts an index into shards. Their sizes differ, so that they do not all grow at
// the same time.
func (x *index) split() {
	old := x.shards[0].slots
	x.shards, x.slots = make([]shard, 1<<shardBits), 0
	for i := range x.shards {
		const room = shardAbove >> shardBits * 5 / 4
		x.resize(&x.shards[i], room+room*i>>(shardBits+2))
	}
	for _, slot := range old {
		if slot == 0 {
			continue
		}
		s := x.shard(uint32(slot >> 32))
		if s.used >= len(s.slots)-len(s.slots)/5 {
			x.resize(s, len(s.slots)+len(s.slots)/4)
		}
		x.put(s, slot)
	}
}

// bytes returns the memory that the index takes.
func (x *index) bytes() int64 {
	return int64(x.slots)*8 + int64(len(x.shards))*(sliceBytes+8)
}

// likely returns the first number whose hash seems to be this one, mostly the one that
// find returns, or noSeries.
func (x *index) likely(hash uint64) uint32 {
	if x.n == 0 {
		return noSeries
	}
	s := x.shard(uint32(hash))
	i := x.place(uint32(hash), s)
	for s.slots[i] != 0 && uint32(s.slots[i]>>32) != uint32(hash) {
		i = s.after(i)
	}
	return uint32(s.slots[i]) - 1
}
