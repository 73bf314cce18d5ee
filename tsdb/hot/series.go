package hot

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math"
	"reflect"
)

// never is the newest time of a series that has no row.
const never = math.MinInt64

// seriesTable knows every series of a table by its dimensions and measure name.
// Numbers are dense, begin at 0 and stay. The owner's lock guards it.
//
// A table may have tens of millions of series, so it is compact and nearly without
// pointers: the state of a series has a fixed size, its identity is a few bytes that
// number its values, and each text of a dimension is there once.
type seriesTable struct {
	seed  maphash.Seed
	life  *life // another one after each reset
	index index
	list  pages[series]
	ids   arena    // what identifies each series, see identity
	sets  interner // of dimensions that series have: their ordinals by name, two bytes each
	last  struct { // what the latest series has, for those that come together are alike
		set, measure uint32
	}

	measures values
	used     map[uint32][]bool // by measure: which dimensions its series have
	dims     []dimension       // by ordinal in the schema
}

// series is the state of one time series.
type series struct {
	newest int64  // of the rows that are committed
	tip    int64  // the same with the batch in progress; the committer's own
	home   uint32 // the segment of the newest row
	id     uint32 // in ids
}

// dimension is one dimension with its values.
type dimension struct {
	name   string
	values values
}

func newSeriesTable() seriesTable { return seriesTable{seed: maphash.MakeSeed(), life: new(life)} }

// reset forgets every series. It leaves the seed alone, which hash reads without a lock.
func (st *seriesTable) reset() {
	st.index, st.list, st.ids, st.sets = index{}, pages[series]{}, arena{}, interner{}
	st.measures, st.used, st.dims, st.life = values{}, nil, nil, new(life)
}

// hash returns the hash of a row's identity. It needs no lock. Each part is hashed by
// itself, so that they cannot run together, and recovery hashes a text once.
func (st *seriesTable) hash(r *Row) uint64 {
	h := maphash.String(st.seed, r.Measure)
	for i := range r.Dims {
		h = join(h, maphash.String(st.seed, r.Dims[i].Name))
		h = join(h, maphash.String(st.seed, r.Dims[i].Value))
	}
	return h
}

// join adds a part to the hash of a sequence.
func join(hash, part uint64) uint64 { return mix(hash + 0x9e3779b97f4a7c15 ^ part) }

// find returns the number of a row's series, or noSeries. r.hash is set.
func (st *seriesTable) find(r *Row) uint32 {
	return st.index.find(r.hash, func(n uint32) bool { return st.is(n, r) })
}

func (st *seriesTable) is(n uint32, r *Row) bool {
	id := st.identity(n)
	set := st.sets.text(id.next())
	if !st.names(set, r.Dims) || !st.measures.is(id.next(), r.Measure) {
		return false
	}
	for i := range r.Dims {
		if !st.dims[ordinalAt(set, i)].values.is(id.next(), r.Dims[i].Value) {
			return false
		}
	}
	return true
}

// names reports whether a set has just the dimensions of a row.
func (st *seriesTable) names(set []byte, dims []Dim) bool {
	if len(set) != ordinalBytes*len(dims) {
		return false
	}
	for i := range dims {
		if st.dims[ordinalAt(set, i)].name != dims[i].Name {
			return false
		}
	}
	return true
}

const ordinalBytes = 2

func ordinalAt(set []byte, i int) int { return int(binary.LittleEndian.Uint16(set[i*ordinalBytes:])) }

// identity is what is left to read of a series' identity: the number of its set of
// dimensions, of its measure name and of its value of each dimension of the set.
type identity struct{ rest []byte }

func (st *seriesTable) identity(n uint32) identity { return identity{st.ids.at(st.list.at(n).id)} }

func (id *identity) next() uint32 {
	n, size := binary.Uvarint(id.rest)
	id.rest = id.rest[size:]
	return uint32(n)
}

// add gives a row's series the next number. sc has all its dimensions.
func (st *seriesTable) add(r *Row, sc *schema) uint32 {
	st.learn(sc)
	n := uint32(st.len())
	set := st.setOf(r.Dims, sc)
	var buffer [512]byte
	measure := st.measures.have(n, maphash.String(st.seed, r.Measure), r.Measure)
	id := binary.AppendUvarint(buffer[:0], uint64(set))
	id = binary.AppendUvarint(id, uint64(measure))
	ordinals := st.sets.text(set)
	for i := range r.Dims {
		value := r.Dims[i].Value
		v := st.dims[ordinalAt(ordinals, i)].values.have(n, maphash.String(st.seed, value), value)
		id = binary.AppendUvarint(id, uint64(v))
	}
	st.put(r.hash, set, measure, id)
	return n
}

// put adds the next series, whose values are noted already.
func (st *seriesTable) put(hash uint64, set, measure uint32, id []byte) {
	n := uint32(st.len())
	st.list.append(series{newest: never, tip: never, id: st.ids.put(id)})
	st.index.add(hash, n)
	if n == 0 || set != st.last.set || measure != st.last.measure {
		st.use(set, measure)
	}
	st.last.set, st.last.measure = set, measure
}

// learn takes over the dimensions of a schema.
func (st *seriesTable) learn(sc *schema) {
	for len(st.dims) < len(sc.dims) {
		st.dims = append(st.dims, dimension{name: sc.dims[len(st.dims)]})
	}
}

// setOf numbers the dimensions of a row.
func (st *seriesTable) setOf(dims []Dim, sc *schema) uint32 {
	if st.len() > 0 && st.names(st.sets.text(st.last.set), dims) {
		return st.last.set
	}
	var buffer [256]byte
	set := buffer[:0]
	for i := range dims {
		set = binary.LittleEndian.AppendUint16(set, uint16(sc.dimIndex[dims[i].Name]))
	}
	return st.setNumber(set)
}

// setNumber returns the number of a set, mostly that of the series added last.
func (st *seriesTable) setNumber(set []byte) uint32 {
	if st.len() > 0 && bytes.Equal(st.sets.text(st.last.set), set) {
		return st.last.set
	}
	return st.sets.number(maphash.Bytes(st.seed, set), string(set), 0)
}

// use notes that series of a measure have the dimensions of a set.
func (st *seriesTable) use(set, measure uint32) {
	if st.used == nil {
		st.used = map[uint32][]bool{}
	}
	used := append(st.used[measure], make([]bool, len(st.dims)-len(st.used[measure]))...)
	ordinals := st.sets.text(set)
	for i := range len(ordinals) / ordinalBytes {
		used[ordinalAt(ordinals, i)] = true
	}
	st.used[measure] = used
}

// at returns a series by its number. It is valid until the next add.
func (st *seriesTable) at(n uint32) *series { return st.list.at(n) }

// len returns the number of series.
func (st *seriesTable) len() int { return st.list.len() }

// measureOf returns the measure name of a series.
func (st *seriesTable) measureOf(n uint32) string {
	id := st.identity(n)
	id.next()
	return string(st.measures.text(id.next()))
}

// dimension returns the value that a series has of the dimension with an ordinal.
func (st *seriesTable) dimension(n uint32, ordinal int) (string, bool) {
	v := st.valueOf(n, ordinal)
	if v == noValue {
		return "", false
	}
	return string(st.dims[ordinal].values.text(v)), true
}

// noValue is the number of the value of a series that lacks the dimension.
const noValue = math.MaxUint32

// valueOf returns the number of the value that a series has of a dimension, or noValue.
func (st *seriesTable) valueOf(n uint32, ordinal int) uint32 {
	id := st.identity(n)
	set := st.sets.text(id.next())
	id.next()
	for i := range len(set) / ordinalBytes {
		v := id.next()
		if ordinalAt(set, i) == ordinal {
			return v
		}
	}
	return noValue
}

// dimensionsOf returns the dimensions that the series of a measure have.
func (st *seriesTable) dimensionsOf(measure string) []string {
	n := st.measures.find(maphash.String(st.seed, measure), measure)
	var names []string
	for i, used := range st.used[n] {
		if used {
			names = append(names, st.dims[i].name)
		}
	}
	return names
}

// full reports whether the next batch might not find room, whatever memory there is.
func (st *seriesTable) full() bool {
	full := st.ids.full() || st.sets.entries.full() || st.measures.full()
	for i := range st.dims {
		full = full || st.dims[i].values.full()
	}
	return full
}

// usedBytes is about the size of an entry of used, without the dimensions.
const usedBytes = 64

// bytes returns the memory that the series take.
func (st *seriesTable) bytes() int64 {
	n := st.index.bytes() + st.list.bytes() + st.ids.bytes() + st.sets.bytes() + st.measures.bytes()
	n += int64(len(st.used)) * int64(usedBytes+len(st.dims))
	for i := range st.dims {
		n += st.dims[i].values.bytes() + int64(reflect.TypeFor[dimension]().Size())
	}
	return n
}
