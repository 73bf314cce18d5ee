package hot

import (
	"hash/maphash"
	"math"
	"slices"
	"strings"
)

// never is the newest time of a series that has no row.
const never = math.MinInt64

// seriesTable knows every series of a table by its dimensions and measure name.
// Numbers are dense, begin at 0 and stay. The owner's lock guards it.
type seriesTable struct {
	seed  maphash.Seed
	heads map[uint64]uint32 // by hash; further series of the hash follow through next
	list  []series
	pairs []pair // the dimensions of all series, each run sorted by name

	measures interner
	named    [][]uint32  // by measure: its series, ascending
	used     [][]bool    // by measure: which dimensions its series have
	dims     []dimension // by ordinal in the schema
}

// series is one time series.
type series struct {
	next    uint32
	measure uint32
	from    uint32 // in pairs
	count   uint8
	home    uint32 // the segment of the newest row
	newest  int64  // of the rows that are committed
	tip     int64  // the same with the batch in progress; the committer's own
}

// pair is a dimension by its ordinal and the number of its value.
type pair struct {
	dim   uint16
	value uint32
}

// dimension is one dimension with its values and the series that have them.
type dimension struct {
	name   string
	values interner
	having [][]uint32 // by value: series, ascending
}

// interner numbers texts.
type interner struct {
	byText map[string]uint32
	texts  []string
}

func (in *interner) number(text string) uint32 {
	if n, ok := in.byText[text]; ok {
		return n
	}
	if in.byText == nil {
		in.byText = map[string]uint32{}
	}
	n := uint32(len(in.texts))
	text = strings.Clone(text) // it may be part of a request's body
	in.byText[text] = n
	in.texts = append(in.texts, text)
	return n
}

func newSeriesTable() seriesTable {
	return seriesTable{seed: maphash.MakeSeed(), heads: map[uint64]uint32{}}
}

// reset forgets every series. It leaves the seed alone, which hash reads without a lock.
func (st *seriesTable) reset() {
	st.heads, st.list, st.pairs = map[uint64]uint32{}, nil, nil
	st.measures, st.named, st.used, st.dims = interner{}, nil, nil, nil
}

// hash returns the hash of a row's identity. It needs no lock.
func (st *seriesTable) hash(r *Row) uint64 {
	var h maphash.Hash
	h.SetSeed(st.seed)
	writeText(&h, r.Measure)
	for i := range r.Dims {
		writeText(&h, r.Dims[i].Name)
		writeText(&h, r.Dims[i].Value)
	}
	return h.Sum64()
}

func writeText(h *maphash.Hash, text string) {
	h.WriteString(text)
	h.WriteByte(0xff) // never in UTF-8: the parts cannot run together
}

// find returns the number of a row's series, or noSeries. r.hash is set.
func (st *seriesTable) find(r *Row) uint32 {
	n, ok := st.heads[r.hash]
	for ; ok && n != noSeries; n = st.list[n].next {
		if st.is(&st.list[n], r) {
			return n
		}
	}
	return noSeries
}

func (st *seriesTable) is(s *series, r *Row) bool {
	if int(s.count) != len(r.Dims) || st.measures.texts[s.measure] != r.Measure {
		return false
	}
	for i, p := range st.run(s) {
		d := &st.dims[p.dim]
		if d.name != r.Dims[i].Name || d.values.texts[p.value] != r.Dims[i].Value {
			return false
		}
	}
	return true
}

func (st *seriesTable) run(s *series) []pair { return st.pairs[s.from : s.from+uint32(s.count)] }

// add gives a row's series the next number. sc has all its dimensions.
func (st *seriesTable) add(r *Row, sc *schema) uint32 {
	for len(st.dims) < len(sc.dims) {
		st.dims = append(st.dims, dimension{name: sc.dims[len(st.dims)]})
	}
	n := uint32(len(st.list))
	s := series{next: noSeries, from: uint32(len(st.pairs)), count: uint8(len(r.Dims)), newest: never, tip: never}
	s.measure = st.measures.number(r.Measure)
	if int(s.measure) == len(st.used) {
		st.used, st.named = append(st.used, nil), append(st.named, nil)
	}
	st.named[s.measure] = append(st.named[s.measure], n)
	for i := range r.Dims {
		st.pairs = append(st.pairs, st.have(n, s.measure, sc.dimIndex[r.Dims[i].Name], r.Dims[i].Value))
	}
	if head, ok := st.heads[r.hash]; ok {
		s.next = head
	}
	st.heads[r.hash] = n
	st.list = append(st.list, s)
	return n
}

// have notes that a series has a value of a dimension.
func (st *seriesTable) have(n, measure uint32, dim int, value string) pair {
	d := &st.dims[dim]
	v := d.values.number(value)
	if int(v) == len(d.having) {
		d.having = append(d.having, nil)
	}
	d.having[v] = append(d.having[v], n)
	for len(st.used[measure]) <= dim {
		st.used[measure] = append(st.used[measure], false)
	}
	st.used[measure][dim] = true
	return pair{uint16(dim), v}
}

// at returns a series by its number. It is valid until the next add.
func (st *seriesTable) at(n uint32) *series { return &st.list[n] }

// len returns the number of series.
func (st *seriesTable) len() int { return len(st.list) }

// measureOf returns the measure name of a series.
func (st *seriesTable) measureOf(n uint32) string { return st.measures.texts[st.list[n].measure] }

// dimension returns the value that a series has of the dimension with an ordinal.
func (st *seriesTable) dimension(n uint32, ordinal int) (string, bool) {
	for _, p := range st.run(&st.list[n]) {
		if int(p.dim) == ordinal {
			return st.dims[p.dim].values.texts[p.value], true
		}
	}
	return "", false
}

// dimensionsOf returns the dimensions that the series of a measure have.
func (st *seriesTable) dimensionsOf(measure string) []string {
	n, ok := st.measures.byText[measure]
	if !ok {
		return nil
	}
	var names []string
	for i, used := range st.used[n] {
		if used {
			names = append(names, st.dims[i].name)
		}
	}
	return slices.Clip(names)
}
