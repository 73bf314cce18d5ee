package hot

import (
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

// choose finds the series that pass every In, if they are few.
func (t *Table) choose(list []In) selection {
	if len(list) == 0 {
		return selection{}
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	best, found := t.mu.series.having(list[0])
	for _, in := range list[1:] {
		if more, ok := t.mu.series.having(in); ok && (!found || len(more) < len(best)) {
			best, found = more, true
		}
	}
	if !found {
		return selection{}
	}
	best = slices.DeleteFunc(best, func(n uint32) bool { return !t.mu.series.passes(n, list) })
	return selection{listed: true, series: best}
}

// having returns the series with one of the values, unless they are too many.
func (st *seriesTable) having(in In) ([]uint32, bool) {
	var series []uint32
	for _, value := range distinct(in.Values) {
		more := st.with(in, value)
		if len(series)+len(more) > maxListed {
			return nil, false
		}
		series = append(series, more...)
	}
	return series, true
}

func distinct(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

func (st *seriesTable) with(in In, value string) []uint32 {
	if in.Role == MeasureField {
		if n, ok := st.measures.byText[value]; ok {
			return st.named[n]
		}
		return nil
	}
	if in.Ordinal >= len(st.dims) {
		return nil
	}
	d := &st.dims[in.Ordinal]
	if n, ok := d.values.byText[value]; ok {
		return d.having[n]
	}
	return nil
}

func (st *seriesTable) passes(n uint32, list []In) bool {
	for _, in := range list {
		if !slices.Contains(in.Values, st.value(n, in)) {
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
