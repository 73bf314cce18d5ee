package importer

import (
	"fmt"
	"slices"

	"tidemark/importer/lineproto"
	"tidemark/internal/duckdb"
	"tidemark/tsdb"
)

// lineBatch is rows of lines.
type lineBatch struct {
	rowBatch
	file    *lineFile
	byDim   map[string]int
	byField map[string]*valueColumn
	touched int // stamps which columns the line has
}

func newLineBatch(f *lineFile, path string, from place) *lineBatch {
	return &lineBatch{rowBatch: newRowBatch(path, from, f.rows), file: f, byDim: map[string]int{}, byField: map[string]*valueColumn{}}
}

// Bounds of a batch that are beyond those of a table, whose schema says what fits.
const (
	maxFields = 2048
	maxTags   = 512
)

// fill reads lines until the batch is full.
func (b *lineBatch) fill(r *lineReader) error {
	for !b.full() && r.more() {
		number := r.line
		line, err := r.next()
		if err != nil {
			return err
		}
		b.add(line, number)
	}
	b.file.rows, b.file.columns = b.rows, len(b.values)
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
	var s *rowSeries
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
		t = b.file.mapping.Unit.instant(p.Time)
	}
	b.end(s, t, number)
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
func (b *lineBatch) addPoint(p *lineproto.Point) (*rowSeries, string) {
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

// newSeries takes up a measurement with tags.
func (b *lineBatch) newSeries(p *lineproto.Point) *rowSeries {
	s := &rowSeries{measure: string(p.Measurement), tags: make([]rowTag, 0, len(p.Tags))}
	for i := range p.Tags {
		dim, reason := b.dimension(p.Tags[i].Key)
		if reason == "" && slices.ContainsFunc(s.tags, func(t rowTag) bool { return t.dim == dim }) {
			reason = "The line has a tag twice."
		}
		if reason != "" {
			s.reason = reason
			break
		}
		s.tags = append(s.tags, rowTag{dim, string(p.Tags[i].Value)})
	}
	b.know(s, string(p.Series))
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
	if len(b.dims) >= maxTags {
		return 0, fmt.Sprintf("There are more than %d tags, which is more than a table has.", maxTags)
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
	if len(b.values) >= maxFields {
		return nil, fmt.Sprintf("There are more than %d fields, which is more than a table has.", maxFields)
	}
	b.file.types[name] = kind
	expected := 0
	if len(b.values) < b.file.columns {
		expected = b.file.rows
	}
	c := newValueColumn(name, kind, expected)
	b.byField[name] = c
	b.values = append(b.values, c)
	return c, ""
}

// prune removes columns that only refused lines have.
func (b *lineBatch) prune() {
	none := func(m duckdb.Bitmap) bool { return !slices.ContainsFunc(m, func(w uint64) bool { return w != 0 }) }
	b.values = slices.DeleteFunc(b.values, func(c *valueColumn) bool { return none(c.valid) })
	b.series = slices.DeleteFunc(b.series, func(s *rowSeries) bool { return s.rows == 0 })
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
