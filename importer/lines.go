package importer

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"slices"

	"tidemark/fault"
	"tidemark/importer/lineproto"
	"tidemark/internal/duckdb"
	"tidemark/tsdb"
)

// lineFile stores the chunks of a file of line protocol. A measurement is the measure
// name, tags are dimensions and fields the values of multi-measure records. A line
// without a time is of the moment when the import began.
type lineFile struct {
	columnar
	types map[string]tsdb.ValueType // of fields, by their first value or the table
	dims  map[string]bool           // what is a dimension
	now   int64                     // nanoseconds
	point lineproto.Point
}

func openLines(j *job, conn *duckdb.Conn) loader {
	return &lineFile{columnar: columnar{job: j, conn: conn}, now: j.owner.opts.Now().UnixNano()}
}

// maxCells bounds the values of a batch: rows times columns.
const maxCells = 8 << 20

func (f *lineFile) load(ctx context.Context, c chunk) error {
	if err := f.open(); err != nil {
		return err
	}
	text, err := os.ReadFile(c.path)
	if err != nil {
		return err
	}
	at := place{text: text, line: c.line}
	for len(at.text) > 0 {
		b := newLineBatch(f, at)
		at = b.fill(at)
		if err := b.store(ctx); err != nil {
			return err
		}
	}
	return nil
}

// place is a place in the file.
type place struct {
	text []byte // from there on
	line int64
}

// open reads what the table has.
func (f *lineFile) open() error {
	if f.types != nil {
		return nil
	}
	known, err := f.job.owner.opts.Store.BulkSchema(f.job.spec.Table)
	if err != nil {
		return err
	}
	f.types, f.dims = map[string]tsdb.ValueType{}, map[string]bool{}
	for _, name := range known.Dimensions {
		f.dims[name] = true
	}
	for _, c := range known.Columns {
		f.types[c.Name] = tsdb.ValueType(c.Type)
	}
	f.mapping = &Mapping{Unit: or(f.job.spec.Plan.Unit, Nanoseconds), Version: or(f.job.spec.Plan.Version, 1)}
	return nil
}

var kinds = map[lineproto.Kind]tsdb.ValueType{lineproto.Float: tsdb.Double, lineproto.Integer: tsdb.Bigint, lineproto.Boolean: tsdb.Boolean, lineproto.String: tsdb.Varchar}

// instant is the time of the point; one that no time can be is the farthest.
func (f *lineFile) instant() int64 {
	if !f.point.HasTime {
		return f.now
	}
	factor := units[f.mapping.Unit]
	most := math.MaxInt64/factor - 1
	return max(min(f.point.Time, most), -most) * factor
}

// lineBatch is rows of lines, by column.
type lineBatch struct {
	file    *lineFile
	from    place
	rows    int
	measure textColumn
	dims    []*textColumn
	values  []*valueColumn
	byDim   map[string]int
	byField map[string]int
	lines   []int64
	times   []int64
	tally   tally
	touched int // stamps which columns the line has
}

func newLineBatch(f *lineFile, from place) *lineBatch {
	return &lineBatch{file: f, from: from, byDim: map[string]int{}, byField: map[string]int{}, measure: textColumn{texts: newTexts()}}
}

// fill reads lines until the batch is full, and returns the place after them.
func (b *lineBatch) fill(at place) place {
	for len(at.text) > 0 && b.rows*(len(b.dims)+len(b.values)+3) < maxCells {
		line := at.text
		if end := bytes.IndexByte(line, '\n'); end >= 0 {
			line, at.text = line[:end], line[end+1:]
		} else {
			at.text = nil
		}
		b.add(line, at.line)
		at.line++
	}
	return at
}

// add takes a line, or refuses it.
func (b *lineBatch) add(line []byte, number int64) {
	p := &b.file.point
	err := lineproto.Parse(line, p)
	if err == nil && p.Measurement == nil {
		return
	}
	b.tally.read++
	reason := ""
	if err != nil {
		reason = "The line cannot be read: " + err.Error() + "."
	} else {
		reason = b.addPoint(p)
	}
	if reason != "" {
		b.forget()
		b.tally.refuse(Refusal{Reason: reason, Count: 1, Samples: []Sample{{number, quoted(line)}}})
		return
	}
	b.lines = append(b.lines, number)
	b.times = append(b.times, b.file.instant())
	b.rows++
}

// forget removes what a refused line has put in the next row.
func (b *lineBatch) forget() {
	for _, c := range b.dims {
		if c.stamp == b.touched {
			c.valid = unmarked(c.valid, b.rows)
		}
	}
	for _, c := range b.values {
		if c.stamp == b.touched {
			c.valid = unmarked(c.valid, b.rows)
		}
	}
}

// prune removes columns that only refused lines have.
func (b *lineBatch) prune() {
	none := func(m duckdb.Bitmap) bool { return !slices.ContainsFunc(m, func(w uint64) bool { return w != 0 }) }
	b.dims = slices.DeleteFunc(b.dims, func(c *textColumn) bool { return none(c.valid) })
	b.values = slices.DeleteFunc(b.values, func(c *valueColumn) bool { return none(c.valid) })
}

// addPoint puts the values of a point in the next row of each column.
func (b *lineBatch) addPoint(p *lineproto.Point) string {
	b.touched++
	for i := range p.Tags {
		c, reason := b.dimension(i, p.Tags[i].Key)
		if reason != "" {
			return reason
		}
		if c.stamp == b.touched {
			return "The line has a tag twice."
		}
		c.stamp = b.touched
		c.put(b.rows, p.Tags[i].Value)
	}
	for i := range p.Fields {
		c, reason := b.value(i, &p.Fields[i])
		if reason != "" {
			return reason
		}
		if c.stamp == b.touched {
			return "The line has a field twice."
		}
		c.stamp = b.touched
		c.put(b.rows, &p.Fields[i])
	}
	b.measure.put(b.rows, p.Measurement)
	return ""
}

// dimension finds the column of a tag: most lines have the tags of the line before.
func (b *lineBatch) dimension(i int, key []byte) (*textColumn, string) {
	if i < len(b.dims) && b.dims[i].name == string(key) {
		return b.dims[i], ""
	}
	if at, ok := b.byDim[string(key)]; ok {
		return b.dims[at], ""
	}
	name := string(key)
	if wrong := tsdb.CheckDimensionName(name); wrong != "" {
		return nil, wrong
	}
	if _, is := b.file.types[name]; is {
		return nil, fmt.Sprintf("The name %q cannot be both a dimension and a measure.", name)
	}
	b.file.dims[name] = true
	b.byDim[name] = len(b.dims)
	c := &textColumn{name: name, texts: newTexts()}
	b.dims = append(b.dims, c)
	return c, ""
}

// value finds the column of a field.
func (b *lineBatch) value(i int, field *lineproto.Field) (*valueColumn, string) {
	var c *valueColumn
	if i < len(b.values) && b.values[i].name == string(field.Key) {
		c = b.values[i]
	} else if at, ok := b.byField[string(field.Key)]; ok {
		c = b.values[at]
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
	b.byField[name] = len(b.values)
	c := &valueColumn{name: name, kind: kind, texts: newTexts()}
	b.values = append(b.values, c)
	return c, ""
}

// store puts the rows into a table of the engine, and stores them.
func (b *lineBatch) store(ctx context.Context) error {
	defer b.file.conn.Exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+rowsTable)
	b.prune()
	b.describe()
	if b.rows > 0 {
		if err := b.stage(ctx); err != nil {
			return err
		}
		bulk := tsdb.Bulk{Source: rowsTable, Number: "n", Dimensions: b.file.dimensions(), Measures: b.measures()}
		t, err := b.file.storeRows(ctx, 0, bulk, b.sample)
		if err != nil {
			return err
		}
		b.tally.merge(t)
	}
	b.file.job.note(b.tally, b.file.mapping)
	return nil
}

// describe notes the columns as a mapping.
func (b *lineBatch) describe() {
	m := *b.file.mapping
	m.MeasureColumn, m.Dimensions = "the measurement", nil
	for _, c := range b.dims {
		m.Dimensions = append(m.Dimensions, ColumnName{c.name, c.name})
	}
	r := RecordPlan{Multi: true}
	for _, c := range b.values {
		r.Values = append(r.Values, ValueColumn{c.name, c.name, c.kind})
	}
	m.Records = []RecordPlan{r}
	b.file.mapping = &m
}

func (b *lineBatch) measures() (list []tsdb.BulkMeasure) {
	for _, c := range b.values {
		list = append(list, tsdb.BulkMeasure{Name: c.name, Type: c.kind})
	}
	return list
}

func (b *lineBatch) stage(ctx context.Context) error {
	text := "CREATE OR REPLACE TEMPORARY TABLE " + rowsTable + ` (n BIGINT, "time" TIMESTAMP_NS, "version" BIGINT, measure VARCHAR`
	versions := make([]int64, b.rows)
	for i := range versions {
		versions[i] = b.file.mapping.Version
	}
	data := []duckdb.Data{{Int64s: b.lines}, {Int64s: b.times}, {Int64s: versions}, b.measure.data(b.rows)}
	for i, c := range b.dims {
		text += fmt.Sprintf(", d%d VARCHAR", i)
		data = append(data, c.data(b.rows))
	}
	for i, c := range b.values {
		text += fmt.Sprintf(", v%d %s", i, typeWords[c.kind])
		data = append(data, c.data(b.rows))
	}
	if _, err := b.file.conn.Exec(ctx, text+")"); err != nil {
		return err
	}
	a, err := b.file.conn.Appender(ctx, rowsTable)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Append(data, b.rows); err != nil {
		return err
	}
	return a.Flush()
}

// sample quotes lines by their numbers.
func (b *lineBatch) sample(found []Refusal, rows [][]int64) error {
	wanted := map[int64]string{}
	for _, list := range rows {
		for _, n := range list {
			wanted[n] = ""
		}
	}
	left := len(wanted)
	for number, rest := b.from.line, b.from.text; left > 0 && len(rest) > 0; number++ {
		line, after, _ := bytes.Cut(rest, newline)
		if _, ok := wanted[number]; ok {
			wanted[number] = quoted(line)
			left--
		}
		rest = after
	}
	for i, list := range rows {
		for _, n := range list {
			found[i].Samples = append(found[i].Samples, Sample{n, wanted[n]})
		}
	}
	return nil
}

// checkLines refuses what only files with columns have.
func (p *Plan) checkLines() error {
	if p.Time != "" || p.TimeFormat != "" || len(p.Dimensions)+len(p.Measures)+len(p.Records) > 0 || p.MeasureName != "" || p.MeasureColumn != "" || p.Single || p.VersionColumn != "" {
		return fault.New(fault.Invalid, "Line protocol names its measures, dimensions and times itself; only their unit and the version can be given.")
	}
	return nil
}
