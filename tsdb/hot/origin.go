package hot

import (
	"hash/maphash"
	"slices"
	"sync/atomic"
)

// Origin is the dimensions of rows that are written again and again, of any table, with
// the series that rows with them belonged to last. It may be used at once.
type Origin struct {
	dims, given []Dim
	size        int64
	found       [originMeasures]atomic.Pointer[foundSeries]
}

// originMeasures is how many measures an origin remembers the series of, more or less.
const originMeasures = 16

// foundSeries is a series as a table had it. A table that was read from disk anew may
// number its series anew: it has another life then.
type foundSeries struct {
	seed    maphash.Seed
	life    *life
	measure string
	hash    uint64
	series  uint32
}

// life is what a table of series is told by, from one time that it is read to the next.
type life struct{ _ byte }

// NewOrigin returns the origin of rows with the given dimensions: sorted by name, and as
// the sender ordered them. Neither may change afterwards.
func NewOrigin(sorted, given []Dim) *Origin {
	o := &Origin{dims: sorted, size: dimsSize(sorted)}
	if !slices.Equal(sorted, given) {
		o.given = given
	}
	return o
}

// From gives a row the dimensions of an origin.
func (r *Row) From(o *Origin) { r.Dims, r.Given, r.origin = o.dims, o.given, o }

func (o *Origin) slot(measure string) *atomic.Pointer[foundSeries] {
	n := uint(len(measure))
	if n > 0 {
		n += uint(measure[0])*7 + uint(measure[n-1])*3 + uint(measure[n/2])
	}
	return &o.found[n%originMeasures]
}

// recall takes over the hash of a row's identity from the last row like it.
func (st *seriesTable) recall(r *Row) bool {
	r.found = nil
	if r.origin == nil {
		return false
	}
	f := r.origin.slot(r.Measure).Load()
	if f == nil || f.seed != st.seed || f.measure != r.Measure {
		return false
	}
	r.hash, r.found = f.hash, f
	return true
}

// recognize takes over a row's series from the last row like it.
func (st *seriesTable) recognize(r *Row) bool {
	if r.found == nil || r.found.life != st.life {
		return false
	}
	r.series = r.found.series
	return true
}

// remember notes the series that was found for a row, unless it is another measure's
// turn: measures of one table do not push out each other.
func (st *seriesTable) remember(r *Row) {
	if r.origin == nil || r.series == noSeries {
		return
	}
	slot := r.origin.slot(r.Measure)
	if f := slot.Load(); f == nil || f.life != st.life {
		slot.Store(&foundSeries{st.seed, st.life, r.Measure, r.hash, r.series})
	}
}
