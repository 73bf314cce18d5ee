package tsdb

import (
	"math"
	"slices"
	"unicode/utf8"

	"tidemark/fault"
	"tidemark/tsdb/hot"
)

// Limits on one record (developer guide, "Quotas"). Sizes are bytes of names and
// values of dimensions, and of values of measures, where a number counts as 8.
const (
	maxDimensions    = 128
	maxDimensionSize = 2048
	maxMeasures      = 256
	maxValueSize     = 2048
)

// check validates records and turns them into rows. An error fails the whole write.
func (w *write) check(t *openTable, recs []Record, accepted window) error {
	w.window = accepted
	c := checker{table: t}
	for i := range recs {
		if err := c.malformed(&recs[i]); err != "" {
			return fault.New(fault.Invalid, "Record %d: %s", i, err)
		}
		if reason := c.refusal(&recs[i], accepted); reason != "" {
			w.skip(i)
			w.reject(i, reason)
			continue
		}
		if w.index != nil {
			w.index = append(w.index, i)
		}
		w.add(&recs[i])
	}
	return nil
}

// skip begins to note which record a row came from, since they differ from now on.
func (w *write) skip(record int) {
	if w.index != nil {
		return
	}
	w.index = make([]int, record, cap(w.rows))
	for i := range w.index {
		w.index[i] = i
	}
}

func counts(recs []Record) (cells, dims int) {
	for i := range recs {
		cells += len(recs[i].Measures)
		if recs[i].Set == nil {
			dims += len(recs[i].Dimensions)
		}
	}
	return cells, dims
}

// checker validates the records of one write. Names that stand at the same place in
// the record before were checked with it.
type checker struct {
	table *openTable
	last  *Record
}

// malformed returns what is wrong with a record as such; it fails the whole write.
func (c *checker) malformed(r *Record) string {
	if r.Version < 1 {
		return "The version must be 1 or more."
	}
	if c.last == nil || c.last.MeasureName != r.MeasureName {
		if wrong := checkColumnName("measure", r.MeasureName, maxMeasureName); wrong != "" {
			return wrong
		}
	}
	if wrong := c.dimensions(r); wrong != "" {
		return wrong
	}
	wrong := c.measures(r)
	c.last = r
	return wrong
}

func (c *checker) dimensions(r *Record) string {
	if r.Set != nil {
		return r.Set.wrong
	}
	same := c.last != nil && slices.EqualFunc(c.last.Dimensions, r.Dimensions, func(a, b Dimension) bool { return a.Name == b.Name })
	return wrongDimensions(r.Dimensions, same)
}

func repeated[T any](list []T, is func(*T) bool) bool {
	for i := range list {
		if is(&list[i]) {
			return true
		}
	}
	return false
}

func (c *checker) measures(r *Record) string {
	if !r.Multi {
		return single(r)
	}
	if len(r.Measures) == 0 {
		return "A multi-measure record needs at least one measure."
	}
	same := c.last != nil && c.last.Multi && slices.EqualFunc(c.last.Measures, r.Measures, func(a, b Measure) bool { return a.Name == b.Name })
	if !same {
		if wrong := attributeNames(r.Measures); wrong != "" {
			return wrong
		}
	}
	for i := range r.Measures {
		m := &r.Measures[i]
		if wrong := badValue(&m.Value); wrong != "" {
			return "The measure " + quote(m.Name) + " " + wrong
		}
	}
	return ""
}

func single(r *Record) string {
	if len(r.Measures) != 1 {
		return "A single-measure record has exactly one measure."
	}
	m := &r.Measures[0]
	if m.Value.Type == Timestamp {
		return "A single-measure record cannot be of type TIMESTAMP."
	}
	if wrong := badValue(&m.Value); wrong != "" {
		return "The measure " + quote(r.MeasureName) + " " + wrong
	}
	return ""
}

func attributeNames(measures []Measure) string {
	if len(measures) > maxMeasures {
		return "" // refused for its number, which is the record's fault alone
	}
	seen := make(map[string]struct{}, len(measures))
	for i := range measures {
		name := measures[i].Name
		if wrong := checkColumnName("multi-measure attribute", name, maxMeasureName); wrong != "" {
			return wrong
		}
		if _, twice := seen[name]; twice {
			return "The multi-measure attribute " + quote(name) + " is given twice."
		}
		seen[name] = struct{}{}
	}
	return ""
}

// badValue returns the rest of a sentence about what is wrong with a value.
func badValue(v *Value) string {
	switch v.Type {
	case Double:
		f := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return "must be a finite number."
		}
		if f == 0 && math.Signbit(f) {
			return "must not be negative zero."
		}
	case Varchar:
		if v.text == "" {
			return "must not be empty."
		}
		if !utf8.ValidString(v.text) {
			return "is not valid UTF-8."
		}
	case Timestamp:
		if v.Int() < 0 || v.Int() == math.MaxInt64 {
			return "must be a timestamp from 1970-01-01 to 2262-04-11 23:47:16.854775806."
		}
	case Bigint, Boolean:
	default:
		return "has no type."
	}
	return ""
}

// refusal returns why a well-formed record cannot be stored, or an empty text.
func (c *checker) refusal(r *Record, w window) string {
	switch {
	case !w.holds(r.Time):
		return w.outside()
	case len(r.Dimensions) > maxDimensions:
		return "The record has more than 128 dimensions."
	case len(r.Measures) > maxMeasures:
		return "The record has more than 256 measures."
	case r.dimensionSize() > maxDimensionSize:
		return "The names and values of the record's dimensions exceed 2048 bytes."
	case valueSize(r) > maxValueSize:
		return "The measure values of the record exceed 2048 bytes."
	default:
		return c.partition(r)
	}
}

func (r *Record) dimensionSize() int {
	if r.Set != nil {
		return r.Set.size
	}
	return dimensionSize(r.Dimensions)
}

const numberSize = 8

func valueSize(r *Record) int {
	n := 0
	for i := range r.Measures {
		if v := &r.Measures[i].Value; v.Type == Varchar {
			n += len(v.text)
		} else {
			n += numberSize
		}
	}
	return n
}

// partition requires the dimension that the table's partition key enforces.
func (c *checker) partition(r *Record) string {
	for _, k := range c.table.doc.PartitionKey {
		if k.Enforcement == Required && !repeated(r.Dimensions, func(d *Dimension) bool { return d.Name == k.Name }) {
			return "The record lacks the dimension " + quote(k.Name) + ", which the partition key of the table requires."
		}
	}
	return ""
}

// add converts a record. The texts are shared with it, the lists are the write's.
func (w *write) add(r *Record) {
	row := hot.Row{Measure: r.MeasureName, Kind: hot.Multi, Time: r.Time, Version: r.Version}
	if r.Set != nil {
		row.From(r.Set.origin)
	} else {
		w.addDimensions(&row, r)
	}
	from := len(w.cells)
	for i := range r.Measures {
		m := &r.Measures[i]
		w.cells = append(w.cells, hot.Cell{Name: m.Name, Text: m.Value.text, Bits: m.Value.bits, Type: hot.Type(m.Value.Type)})
	}
	row.Cells = w.cells[from:len(w.cells):len(w.cells)]
	if !r.Multi {
		row.Kind = row.Cells[0].Type
		row.Cells[0].Name = hot.SingleColumn(row.Kind)
	}
	w.rows = append(w.rows, row)
}

func (w *write) addDimensions(row *hot.Row, r *Record) {
	from := len(w.dims)
	for i := range r.Dimensions {
		w.dims = append(w.dims, hot.Dim{Name: r.Dimensions[i].Name, Value: r.Dimensions[i].Value})
	}
	row.Dims = w.dims[from:len(w.dims):len(w.dims)]
	if !slices.IsSortedFunc(row.Dims, byName) {
		row.Given = row.Dims
		from = len(w.dims)
		w.dims = append(w.dims, row.Given...)
		row.Dims = w.dims[from:len(w.dims):len(w.dims)]
		slices.SortFunc(row.Dims, byName)
	}
}
