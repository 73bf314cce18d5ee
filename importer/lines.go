package importer

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"

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
	types         map[string]tsdb.ValueType // of fields, by their first value or the table
	dims          map[string]bool           // what is a dimension
	now           int64                     // nanoseconds
	point         lineproto.Point
	rows, columns int  // of the batch before
	plain         bool // every line is parsed as a whole; for tests
}

func openLines(j *job, conn *duckdb.Conn) loader {
	return &lineFile{columnar: columnar{job: j, conn: conn}, now: j.owner.opts.Now().UnixNano(), plain: j.owner.opts.plain}
}

// linesLonger is how much longer the lines of the protocol are than those of CSV: their
// chunks are as much larger, so that they have about as many records.
const linesLonger = 3

func (f *lineFile) load(ctx context.Context, c chunk) error {
	if err := f.open(); err != nil {
		return err
	}
	file, err := os.Open(c.path)
	if err != nil {
		return err
	}
	defer file.Close()
	r := newLineReader(file, c.line)
	for r.more() {
		b := newLineBatch(f, c.path, r.place)
		if err := b.fill(r); err != nil {
			return err
		}
		if err := b.store(ctx); err != nil {
			return err
		}
	}
	return nil
}

// place is a place in a chunk, and in the file.
type place struct{ offset, line int64 }

// lineReader reads lines.
type lineReader struct {
	place // of the next line
	from  *bufio.Reader
	long  []byte
}

const lineBuffer = 256 << 10

func newLineReader(from io.Reader, line int64) *lineReader {
	return &lineReader{place: place{line: line}, from: bufio.NewReaderSize(from, lineBuffer)}
}

func (r *lineReader) more() bool {
	_, err := r.from.Peek(1)
	return err != io.EOF // another is told by next
}

// next returns the next line without its end, valid until the one after it.
func (r *lineReader) next() ([]byte, error) {
	line, err := r.from.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		r.long = append(r.long[:0], line...)
		line, err = r.from.ReadBytes('\n')
		r.long = append(r.long, line...)
		line = r.long
	}
	if err != nil && err != io.EOF {
		return nil, err
	}
	r.offset += int64(len(line))
	r.line++
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	return line, nil
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

// checkLines refuses what only files with columns have.
func (p *Plan) checkLines() error {
	if p.Time != "" || p.TimeFormat != "" || len(p.Dimensions)+len(p.Measures)+len(p.Records) > 0 || p.MeasureName != "" || p.MeasureColumn != "" || p.Single || p.VersionColumn != "" {
		return fault.New(fault.Invalid, "Line protocol names its measures, dimensions and times itself; only their unit and the version can be given.")
	}
	return nil
}
