package native

import (
	"fmt"
	"slices"
)

// The functions over time series (developer guide, "Time-series functions"). A series
// is the list of its points; one with NULL for a value counts as no sample.

// kindNames are the ends of the names of functions that exist once per kind.
var kindNames = map[Kind]string{
	Varchar: "varchar", Bigint: "bigint", Integer: "integer", Double: "double", Boolean: "boolean", Timestamp: "timestamp", Date: "date",
}

// numericKinds are the kinds that can be calculated with.
var numericKinds = []Kind{Double, Bigint, Integer}

// seriesFuncs are tm_<function>_<kind>, and tm_<function>_<kind>_at of those that
// take one time instead of a list of times.
func seriesFuncs() []Func {
	var all []Func
	for _, k := range numericKinds {
		s, name := SeriesOf(k), kindNames[k]
		all = append(all,
			Func{Name: "tm_linear_" + name, Args: []Kind{s, ListOf(Timestamp)}, Result: SeriesOf(Double), Batch: interpolate(linear)},
			Func{Name: "tm_linear_" + name + "_at", Args: []Kind{s, Timestamp}, Result: Double, Batch: interpolateAt(linear)},
			Func{Name: "tm_spline_" + name, Args: []Kind{s, ListOf(Timestamp)}, Result: SeriesOf(Double), Batch: interpolate(spline)},
			Func{Name: "tm_spline_" + name + "_at", Args: []Kind{s, Timestamp}, Result: Double, Batch: interpolateAt(spline)},
			Func{Name: "tm_derivative_" + name, Args: []Kind{s, Bigint}, Result: SeriesOf(Double), Batch: derive("derivative_linear", false)},
			Func{Name: "tm_rise_" + name, Args: []Kind{s, Bigint}, Result: SeriesOf(Double), Batch: derive("non_negative_derivative_linear", true)},
			Func{Name: "tm_integral_" + name, Args: []Kind{s, Bigint}, Result: Double, Batch: integrate},
			Func{Name: "tm_pearson_" + name, Args: []Kind{s, s}, Result: Double, Batch: correlate("correlate_pearson", pearson)},
			Func{Name: "tm_spearman_" + name, Args: []Kind{s, s}, Result: Double, Batch: correlate("correlate_spearman", spearman)},
		)
	}
	for _, k := range sortedKinds() {
		name, s, write := kindNames[k], SeriesOf(k), writers[k]
		all = append(all,
			Func{Name: "tm_locf_" + name, Args: []Kind{s, ListOf(Timestamp)}, Result: s, Batch: hold(locf, write)},
			Func{Name: "tm_locf_" + name + "_at", Args: []Kind{s, Timestamp}, Result: k, Batch: holdAt(locf, write)},
			Func{Name: "tm_fill_" + name, Args: []Kind{s, ListOf(Timestamp), k}, Result: s, Batch: hold(fill, write)},
			Func{Name: "tm_fill_" + name + "_at", Args: []Kind{s, Timestamp, k}, Result: k, Batch: holdAt(fill, write)},
		)
	}
	all = append(all,
		Func{Name: "tm_locf_positions", Args: []Kind{ListOf(Timestamp), ListOf(Timestamp)}, Result: ListOf(Bigint), Batch: positions(locf)},
		Func{Name: "tm_fill_positions", Args: []Kind{ListOf(Timestamp), ListOf(Timestamp)}, Result: ListOf(Bigint), Batch: positions(fill)},
	)
	for i := range all {
		all[i].MaxList = maxCopied // where points have no value or are not in order
	}
	return all
}

// writers copy a value from one column to another of its kind.
var writers = map[Kind]func(to *Column, at int, from *Column, row int){
	Varchar:   func(to *Column, at int, from *Column, row int) { to.Texts.PutText(at, from.Texts.Text(row)) },
	Bigint:    func(to *Column, at int, from *Column, row int) { to.Int64s[at] = from.Int64s[row] },
	Timestamp: func(to *Column, at int, from *Column, row int) { to.Int64s[at] = from.Int64s[row] },
	Integer:   func(to *Column, at int, from *Column, row int) { to.Int32s[at] = from.Int32s[row] },
	Date:      func(to *Column, at int, from *Column, row int) { to.Int32s[at] = from.Int32s[row] },
	Double:    func(to *Column, at int, from *Column, row int) { to.Float64s[at] = from.Float64s[row] },
	Boolean:   func(to *Column, at int, from *Column, row int) { to.Bools[at] = from.Bools[row] },
}

// request is the list of times that one row asks for.
type request struct {
	times []int64
	first int // where the answers begin among those of all rows
}

// onto makes room in the result for one point per time of the lists in argument i,
// writes the times, and returns what the rows ask for.
func (b *Batch) onto(i int, function string) ([]request, error) {
	list, total := &b.Args[i], 0
	asked := make([]request, b.Rows)
	err := b.Each(func(row int) error {
		span := list.Spans[row]
		for at := span.Offset; list.Elem.Valid != nil && at < span.Offset+span.Length; at++ {
			if list.Elem.IsNull(int(at)) {
				return fmt.Errorf("%s: a time cannot be null", function)
			}
		}
		asked[row] = request{list.Elem.Int64s[span.Offset : span.Offset+span.Length], total}
		b.Result.Spans[row] = Span{uint64(total), span.Length}
		total += int(span.Length)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := b.Result.Reserve(total); err != nil {
		return nil, err
	}
	for _, r := range asked {
		copy(b.Result.times()[r.first:], r.times)
	}
	return asked, nil
}

// times are those of a series, or the elements of a list.
func (c *Column) times() []int64 {
	if c.Time == nil {
		return c.Elem.Int64s
	}
	return c.Time.Int64s
}

// sortedKinds lists the kinds in an order that does not change.
func sortedKinds() []Kind {
	var kinds []Kind
	for k := range kindNames {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	return kinds
}
