package importer

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"tidemark/tsdb"
)

// csvReader takes records in their most usual form: with all columns, without quotes
// inside values, and with values that are plainly of their types. For any other record,
// right or wrong, it has DuckDB read a stretch of the file, so that what it takes is
// what DuckDB makes of the same.
type csvReader struct {
	file     *csvFile
	columns  []csvColumn
	key      []int // the columns that name the series, ascending
	joined   bool  // they stand side by side
	measure  int   // the column of the measure name, or -1
	dims     []int // the columns of the dimensions
	delim    byte
	quote    byte
	null     string
	versions bool
	plan     RecordPlan
}

// csvColumn says what a column is for. Put takes a value for the next row, of which it
// returns the length, and 0 when it is not in the most usual form.
type csvColumn struct {
	put     func(b *csvBatch, c *csvColumn, text []byte) int
	direct  bool // put finds the end of the value itself
	must    bool // there is always a value
	value   int  // of the batch
	unit    Unit
	last    []byte // the time that was read last
	instant int64
}

// newCSVReader returns nil for a plan whose records it cannot make.
func newCSVReader(f *csvFile) *csvReader {
	m, d := f.mapping, f.job.spec.CSV
	if f.job.spec.Dry || m.TimeFormat != "" || len(m.Records) != 1 || !m.Records[0].Multi || m.Records[0].When != "" {
		return nil
	}
	r := &csvReader{file: f, delim: d.delimiter(), quote: d.quote(), null: d.Null, measure: -1, plan: m.Records[0], columns: make([]csvColumn, len(f.names))}
	for i := range r.columns {
		r.columns[i].put = putNothing
	}
	taken := map[int]bool{}
	take := func(name string, c csvColumn) (int, bool) {
		at := slices.Index(f.names, name)
		again := taken[at]
		taken[at], r.columns[at] = true, c
		return at, !again
	}
	ok := r.takeAll(take)
	slices.Sort(r.key)
	r.joined = len(r.key) > 0 && r.key[len(r.key)-1]-r.key[0] == len(r.key)-1
	if !ok { // a column is two things
		return nil
	}
	return r
}

// takeAll says what the columns of the mapping are for, each of which is one thing.
func (r *csvReader) takeAll(take func(name string, c csvColumn) (int, bool)) bool {
	m, null := r.file.mapping, r.null
	const numeric = "+-.0123456789eE"
	direct := !strings.ContainsAny(string([]byte{r.delim, r.quote}), numeric) && (null == "" || strings.IndexByte(numeric, null[0]) < 0)
	_, ok := take(m.Time, csvColumn{put: putTime, must: true, unit: m.Unit})
	if m.VersionColumn != "" {
		_, once := take(m.VersionColumn, csvColumn{put: putVersion, must: true})
		ok, r.versions = ok && once, true
	}
	for _, d := range m.Dimensions {
		at, once := take(d.Source, csvColumn{put: putKey})
		ok, r.dims, r.key = ok && once, append(r.dims, at), append(r.key, at)
	}
	if r.plan.Measure == "" {
		at, once := take(m.MeasureColumn, csvColumn{put: putKey, must: true})
		ok, r.measure, r.key = ok && once, at, append(r.key, at)
	}
	for i, v := range r.plan.Values {
		c := csvValues[v.Type]
		c.direct, c.value, c.unit = c.direct && direct, i, m.Unit
		_, once := take(v.Source, c)
		ok = ok && once
	}
	return ok
}

// csvBatch is rows of CSV.
type csvBatch struct {
	rowBatch
	reader *csvReader
	fields [][]byte // of the key, as they stand in the record
	joint  []byte
	time   int64
	row    int64 // version
}

func newCSVBatch(r *csvReader, path string, from place, rows int) *csvBatch {
	b := &csvBatch{rowBatch: newRowBatch(path, from, rows), reader: r, fields: make([][]byte, len(r.columns))}
	for _, d := range r.file.mapping.Dimensions {
		b.dims = append(b.dims, d.Name)
	}
	for _, v := range r.plan.Values {
		b.values = append(b.values, newValueColumn(v.Name, v.Type, rows))
	}
	return b
}

// quick takes the record of a line. It reports false for one that is not usual.
func (b *csvBatch) quick(line []byte, number int64) bool {
	if len(line) == 0 {
		return true
	}
	s, ok := b.record(line)
	if ok && s == nil {
		s = b.find(line)
	}
	if !ok || s == nil {
		b.forget()
		return false
	}
	if b.reader.versions {
		b.versions = append(b.versions, b.row)
	}
	b.end(s, b.time, number)
	return true
}

// forget removes what a record that was not taken has put in the next row.
func (b *csvBatch) forget() {
	for _, c := range b.values {
		c.valid = unmarked(c.valid, b.rows)
	}
}

// record reads the values of a record. The series is nil where it is still to be found.
func (b *csvBatch) record(line []byte) (s *rowSeries, ok bool) {
	r, at := b.reader, 0
	for i := 0; i < len(r.columns); i++ {
		if i > 0 {
			if at >= len(line) || line[at] != r.delim {
				return nil, false
			}
			at++
		}
		if r.joined && i == r.key[0] {
			if next := b.before.next; next != nil && r.begins(line[at:], next.text) {
				s, at, i = next, at+len(next.text), i+len(r.key)-1
				continue
			}
		}
		size, ok := b.field(i, line[at:])
		if !ok {
			return nil, false
		}
		at += size
	}
	return s, at == len(line)
}

// begins reports whether whole values at the beginning of a text are these.
func (r *csvReader) begins(text []byte, key string) bool {
	n := len(key)
	return len(text) >= n && string(text[:n]) == key && (len(text) == n || text[n] == r.delim)
}

// field reads the value of a column, and returns its length in the record.
func (b *csvBatch) field(i int, text []byte) (int, bool) {
	r, c := b.reader, &b.reader.columns[i]
	if c.direct {
		if size := c.put(b, c, text); size > 0 && (size == len(text) || text[size] == r.delim) {
			return size, true
		}
	}
	value, size := r.token(text)
	if size < 0 {
		return 0, false
	}
	b.fields[i] = text[:size]
	if r.isNull(value) {
		return size, !c.must
	}
	return size, c.put(b, c, value) == len(value)
}

// token finds the value that a text begins with, and its length with quotes, -1 if it is
// not usual.
func (r *csvReader) token(text []byte) (value []byte, size int) {
	if len(text) > 0 && text[0] == r.quote {
		end := bytes.IndexByte(text[1:], r.quote)
		if end < 0 || end+2 < len(text) && text[end+2] != r.delim {
			return nil, -1
		}
		return text[1 : end+1], end + 2
	}
	for i, c := range text {
		if c == r.delim {
			return text[:i], i
		}
		if c == r.quote {
			return nil, -1
		}
	}
	return text, len(text)
}

func (r *csvReader) isNull(value []byte) bool { return len(value) == 0 || string(value) == r.null }

// find finds the series of a record, or makes one.
func (b *csvBatch) find(line []byte) *rowSeries {
	r := b.reader
	b.joint = b.joint[:0]
	for i, at := range r.key {
		if i > 0 {
			b.joint = append(b.joint, r.delim)
		}
		b.joint = append(b.joint, b.fields[at]...)
	}
	if s := b.byText[string(b.joint)]; s != nil {
		return s
	}
	s := &rowSeries{measure: r.plan.Measure}
	if r.measure >= 0 {
		value, _ := r.token(b.fields[r.measure])
		s.measure = string(value)
	}
	for i, at := range r.dims {
		if value, _ := r.token(b.fields[at]); !r.isNull(value) {
			s.tags = append(s.tags, rowTag{i, string(value)})
		}
	}
	b.know(s, string(b.joint))
	return s
}

// putNothing is for columns that are not used.
func putNothing(_ *csvBatch, _ *csvColumn, text []byte) int { return sound(text) }

// putKey is for the columns that name the series, see find.
func putKey(_ *csvBatch, _ *csvColumn, text []byte) int { return sound(text) }

// sound is the length of a text that DuckDB reads as it is.
func sound(text []byte) int {
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return 0
	}
	return len(text)
}

// csvValues are columns of values of a type.
var csvValues = map[tsdb.ValueType]csvColumn{
	tsdb.Bigint: {put: putBigint, direct: true}, tsdb.Double: {put: putDouble, direct: true}, tsdb.Boolean: {put: putBoolean},
	tsdb.Varchar: {put: putText}, tsdb.Timestamp: {put: putInstant},
}

func putBigint(b *csvBatch, c *csvColumn, text []byte) int {
	n, size := quickInteger(text)
	if size > 0 {
		v := b.values[c.value]
		v.ints, v.valid = setAt(v.ints, b.rows, n), marked(v.valid, b.rows)
	}
	return size
}

func putDouble(b *csvBatch, c *csvColumn, text []byte) int {
	n, size := quickDecimal(text)
	if size > 0 {
		v := b.values[c.value]
		v.reals, v.valid = setAt(v.reals, b.rows, n), marked(v.valid, b.rows)
	}
	return size
}

// csvBooleans are the usual ways to write them.
var csvBooleans = map[string]bool{"true": true, "false": false, "True": true, "False": false, "TRUE": true, "FALSE": false, "t": true, "f": false, "1": true, "0": false}

func putBoolean(b *csvBatch, c *csvColumn, text []byte) int {
	is, ok := csvBooleans[string(text)]
	if !ok {
		return 0
	}
	v := b.values[c.value]
	v.bools, v.valid = setAt(v.bools, b.rows, is), marked(v.valid, b.rows)
	return len(text)
}

func putText(b *csvBatch, c *csvColumn, text []byte) int {
	if sound(text) > 0 {
		v := b.values[c.value]
		v.words, v.valid = setAt(v.words, b.rows, v.texts.of(text)), marked(v.valid, b.rows)
		return len(text)
	}
	return 0
}

func putInstant(b *csvBatch, c *csvColumn, text []byte) int {
	t, ok := c.read(text)
	if !ok {
		return 0
	}
	v := b.values[c.value]
	v.ints, v.valid = setAt(v.ints, b.rows, t), marked(v.valid, b.rows)
	return len(text)
}

func putTime(b *csvBatch, c *csvColumn, text []byte) (size int) {
	t, ok := c.read(text)
	if !ok {
		return 0
	}
	b.time = t
	return len(text)
}

func putVersion(b *csvBatch, _ *csvColumn, text []byte) (size int) {
	b.row, size = quickInteger(text)
	return size
}

// read reads a time: many records have that of the one before.
func (c *csvColumn) read(text []byte) (int64, bool) {
	if len(text) > 0 && bytes.Equal(text, c.last) {
		return c.instant, true
	}
	t, ok := quickTime(text)
	if !ok && c.unit != "" {
		var n int64
		var size int
		if n, size = quickInteger(text); size == len(text) {
			t, ok = c.unit.instant(n), true
		}
	}
	if ok {
		c.last, c.instant = append(c.last[:0], text...), t
	}
	return t, ok
}
