package importer

import (
	"fmt"
	"slices"

	"tidemark/importer/lineproto"
	"tidemark/internal/duckdb"
	"tidemark/tsdb"
)

// lineBatch is rows of lines, by column. Its series are numbered, because most lines
// have the measurement and tags of an earlier one.
type lineBatch struct {
	file    *lineFile
	path    string
	from    place
	rows    int
	lines   []int64 // by row
	times   []int64
	numbers []uint32 // of series

	series    []*lineSeries
	byText    map[string]*lineSeries
	textBytes int
	before    *lineSeries // of the row before
	dims      []string    // tags' names
	byDim     map[string]int
	values    []*valueColumn
	byField   map[string]*valueColumn
	tally     tally
	touched   int // stamps which columns the line has
}

// lineSeries is a measurement with tags.
type lineSeries struct {
	number  uint32
	text    string // as the lines have it
	measure string
	tags    []lineTag
	reason  string // why its lines are refused
	rows    int

	next   *lineSeries    // what came after its last row
	fields []*valueColumn // what its last row had, as far as it is looked for
}

// lineTag is a dimension of a series.
type lineTag struct {
	dim   int
	value string
}

// Bounds of a batch.
const (
	maxCells      = 16 << 20 // rows times columns
	maxSeriesText = 64 << 20 // bytes
)

func newLineBatch(f *lineFile, path string, from place) *lineBatch {
	b := &lineBatch{
		file: f, path: path, from: from, byText: map[string]*lineSeries{}, byDim: map[string]int{}, byField: map[string]*valueColumn{},
		lines: make([]int64, 0, f.rows), times: make([]int64, 0, f.rows), numbers: make([]uint32, 0, f.rows),
	}
	b.before = &lineSeries{}
	return b
}

// fill reads lines until the batch is full.
func (b *lineBatch) fill(r *lineReader) error {
	for b.rows*(len(b.values)+3) < maxCells && b.textBytes < maxSeriesText && r.more() {
		number := r.line
		line, err := r.next()
		if err != nil {
			return err
		}
		b.add(line, number)
	}
	b.file.rows = max(b.file.rows, b.rows)
	return nil
}

// add takes a line, or refuses it.
func (b *lineBatch) add(line []byte, number int64) {
	if !b.file.plain && b.quick(line, number) {
		return
	}
	p := &b.file.point
	err := lineproto.Parse(line, p)
	if err == nil && p.Measurement == nil {
		return
	}
	var s *lineSeries
	reason := ""
	if err != nil {
		reason = "The line cannot be read: " + err.Error() + "."
	} else {
		s, reason = b.addPoint(p)
	}
	if reason != "" {
		b.forget()
		b.tally.read++
		b.tally.refuse(Refusal{Reason: reason, Count: 1, Samples: []Sample{{number, quoted(line)}}})
		return
	}
	t := b.file.now
	if p.HasTime {
		t = b.file.instant(p.Time)
	}
	b.end(s, t, number)
}

// end completes the next row.
func (b *lineBatch) end(s *lineSeries, t, number int64) {
	b.numbers, b.times, b.lines = append(b.numbers, s.number), append(b.times, t), append(b.lines, number)
	b.rows++
	s.rows++
	b.before.next, b.before = s, s
	b.tally.read++
}

// forget removes what a refused line has put in the next row.
func (b *lineBatch) forget() {
	for _, c := range b.values {
		if c.stamp == b.touched {
			c.valid = unmarked(c.valid, b.rows)
		}
	}
}

// addPoint puts the values of a point in the next row of each column.
func (b *lineBatch) addPoint(p *lineproto.Point) (*lineSeries, string) {
	b.touched++
	s := b.byText[string(p.Series)]
	if s == nil {
		s = b.newSeries(p)
	}
	if s.reason != "" {
		return nil, s.reason
	}
	for i := range p.Fields {
		c, reason := b.value(i, &p.Fields[i])
		if reason != "" {
			return nil, reason
		}
		if c.stamp == b.touched {
			return nil, "The line has a field twice."
		}
		c.stamp = b.touched
		c.put(b.rows, &p.Fields[i])
	}
	return s, ""
}

// newSeries gives a measurement with tags the next number.
func (b *lineBatch) newSeries(p *lineproto.Point) *lineSeries {
	s := &lineSeries{number: uint32(len(b.series)), text: string(p.Series), measure: string(p.Measurement), tags: make([]lineTag, 0, len(p.Tags))}
	for i := range p.Tags {
		dim, reason := b.dimension(p.Tags[i].Key)
		if reason == "" && slices.ContainsFunc(s.tags, func(t lineTag) bool { return t.dim == dim }) {
			reason = "The line has a tag twice."
		}
		if reason != "" {
			s.reason = reason
			break
		}
		s.tags = append(s.tags, lineTag{dim, string(p.Tags[i].Value)})
	}
	b.series = append(b.series, s)
	b.byText[s.text] = s
	b.textBytes += 2*len(s.text) + 256
	return s
}

// dimension finds the number of a tag's name.
func (b *lineBatch) dimension(key []byte) (int, string) {
	if at, ok := b.byDim[string(key)]; ok {
		return at, ""
	}
	name := string(key)
	if wrong := tsdb.CheckDimensionName(name); wrong != "" {
		return 0, wrong
	}
	if _, is := b.file.types[name]; is {
		return 0, fmt.Sprintf("The name %q cannot be both a dimension and a measure.", name)
	}
	b.file.dims[name] = true
	b.byDim[name] = len(b.dims)
	b.dims = append(b.dims, name)
	return len(b.dims) - 1, ""
}

// value finds the column of a field: most lines have the fields of the line before.
func (b *lineBatch) value(i int, field *lineproto.Field) (*valueColumn, string) {
	var c *valueColumn
	if i < len(b.values) && b.values[i].name == string(field.Key) {
		c = b.values[i]
	} else if known, ok := b.byField[string(field.Key)]; ok {
		c = known
	} else {
		var reason string
		if c, reason = b.newValue(string(field.Key), kinds[field.Kind]); reason != "" {
			return nil, reason
		}
	}
	if c.kind != kinds[field.Kind] {
		return nil, fmt.Sprintf("The field %q has another type than before.", c.name)
	}
	return c, ""
}

func (b *lineBatch) newValue(name string, kind tsdb.ValueType) (*valueColumn, string) {
	if wrong := tsdb.CheckMeasureName(name); wrong != "" {
		return nil, wrong
	}
	if b.file.dims[name] {
		return nil, fmt.Sprintf("The name %q cannot be both a dimension and a measure.", name)
	}
	if known, ok := b.file.types[name]; ok && known != kind {
		return nil, fmt.Sprintf("The field %q has another type than before.", name)
	}
	b.file.types[name] = kind
	c := newValueColumn(name, kind, b.file.rows)
	b.byField[name] = c
	b.values = append(b.values, c)
	return c, ""
}

// prune removes columns that only refused lines have.
func (b *lineBatch) prune() {
	none := func(m duckdb.Bitmap) bool { return !slices.ContainsFunc(m, func(w uint64) bool { return w != 0 }) }
	b.values = slices.DeleteFunc(b.values, func(c *valueColumn) bool { return none(c.valid) })
	b.series = slices.DeleteFunc(b.series, func(s *lineSeries) bool { return s.rows == 0 })
	used := make([]bool, len(b.dims))
	for _, s := range b.series {
		for _, t := range s.tags {
			used[t.dim] = true
		}
	}
	at, names := make([]int, len(b.dims)), b.dims[:0:0]
	for i, name := range b.dims {
		if at[i] = len(names); used[i] {
			names = append(names, name)
		}
	}
	for _, s := range b.series {
		for i := range s.tags {
			s.tags[i].dim = at[s.tags[i].dim]
		}
	}
	b.dims = names
}
