package hot

import (
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
)

// maxListed is the most series that a statement names; above, the dictionary is joined.
const maxListed = 1024

// selection is a set of series: all of them, or those listed.
type selection struct {
	listed bool
	series []uint32
}

func (sel selection) single() bool { return sel.listed && len(sel.series) == 1 }

func (sel selection) text() string {
	texts := make([]string, len(sel.series))
	for i, n := range sel.series {
		texts[i] = strconv.FormatUint(uint64(n), 10)
	}
	return strings.Join(texts, ",")
}

// choose finds the series that pass every In, if they are few, ascending. It holds the
// lock for moments only, however many values an In has.
func (t *Table) choose(list []In) selection {
	if len(list) == 0 {
		return selection{}
	}
	list = inOrder(list)
	var best []uint32
	found := false
	for _, in := range list {
		if more, ok := t.having(in); ok && (!found || len(more) < len(best)) {
			best, found = more, true
		}
	}
	if !found {
		return selection{}
	}
	slices.Sort(best)
	t.mu.RLock()
	defer t.mu.RUnlock()
	best = slices.DeleteFunc(best, func(n uint32) bool { return !t.mu.series.passes(n, list) })
	return selection{listed: true, series: best}
}

// inOrder returns the conditions with their values in order, each once.
func inOrder(list []In) []In {
	list = slices.Clone(list)
	for i := range list {
		list[i].Values = distinct(list[i].Values)
	}
	return list
}

// matching returns the series that pass every In, however many they are, ascending. It
// is for the committer, which needs no lock.
func (t *Table) matching(list []In) []uint32 {
	if sel := t.choose(list); sel.listed {
		return sel.series
	}
	st := &t.mu.series
	accepted := make([][]uint32, len(list))
	for i, in := range list {
		accepted[i] = st.numbersOf(in)
	}
	var series []uint32
	for n := range uint32(st.len()) {
		if st.has(n, list, accepted) {
			series = append(series, n)
		}
	}
	return series
}

// numbersOf returns the numbers of the values that series have, ascending.
func (st *seriesTable) numbersOf(in In) []uint32 {
	v := st.valuesOf(in)
	if v == nil {
		return nil
	}
	var numbers []uint32
	for _, value := range in.Values {
		if n := v.find(maphash.String(st.seed, value), value); n != noSeries {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// has reports whether a series has an accepted value, by number, of every In.
func (st *seriesTable) has(n uint32, list []In, accepted [][]uint32) bool {
	for i, in := range list {
		if _, ok := slices.BinarySearch(accepted[i], st.number(n, in)); !ok {
			return false
		}
	}
	return true
}

// number returns the number of a series' value, or noValue.
func (st *seriesTable) number(n uint32, in In) uint32 {
	if in.Role == DimensionField {
		return st.valueOf(n, in.Ordinal)
	}
	id := st.identity(n)
	id.next()
	return id.next()
}

// distinct returns values in order, each once.
func distinct(values []string) []string {
	if slices.IsSorted(values) {
		return slices.Compact(slices.Clone(values))
	}
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

// valuesAtOnce is how many values are looked up under one lock.
const valuesAtOnce = 1024

// having returns the series with one of the values, unless they are too many.
func (t *Table) having(in In) ([]uint32, bool) {
	var series []uint32
	for values := range slices.Chunk(in.Values, valuesAtOnce) {
		more, ok := t.havingOneOf(in, values, series)
		if !ok {
			return nil, false
		}
		series = more
	}
	return series, true
}

// havingOneOf appends the series with one of the values to those found before.
func (t *Table) havingOneOf(in In, values []string, series []uint32) ([]uint32, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	v := t.mu.series.valuesOf(in)
	if v == nil {
		return series, true
	}
	for _, value := range values {
		var few bool
		series, few = v.with(series, maphash.String(t.mu.series.seed, value), value)
		if !few || len(series) > maxListed {
			return nil, false
		}
	}
	return series, true
}

// valuesOf returns what is known of the values of a dimension, or of the measure
// names, and nil where no series has the dimension.
func (st *seriesTable) valuesOf(in In) *values {
	switch {
	case in.Role == MeasureField:
		return &st.measures
	case in.Ordinal < len(st.dims):
		return &st.dims[in.Ordinal].values
	}
	return nil
}

// passes reports whether a series has one of the values of every In. They are sorted.
func (st *seriesTable) passes(n uint32, list []In) bool {
	if int(n) >= st.len() {
		return false // the table is being read anew
	}
	for _, in := range list {
		if _, ok := slices.BinarySearch(in.Values, st.value(n, in)); !ok {
			return false
		}
	}
	return true
}

// value returns a series' value, and an empty text, which none has, where it lacks the dimension.
func (st *seriesTable) value(n uint32, in In) string {
	if in.Role == MeasureField {
		return st.measureOf(n)
	}
	value, _ := st.dimension(n, in.Ordinal)
	return value
}
