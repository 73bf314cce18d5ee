package importer

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// csvFile stores the chunks of a CSV file. The first begins with the names of columns.
type csvFile struct {
	columnar
	names  []string
	reader *csvReader // of usual records; nil when there are none in this file
	rows   int        // of the largest batch so far
	slow   int64      // bytes that DuckDB reads where the next record is not usual
}

func openCSV(j *job, conn *duckdb.Conn) loader {
	return &csvFile{columnar: columnar{job: j, conn: conn}}
}

// What DuckDB's reader says of rows that it cannot read.
const (
	errorsTable = "import_errors"
	scansTable  = "import_scans"
)

var csvReasons = map[string]string{
	"MISSING COLUMNS":        "The row has fewer columns than the header.",
	"TOO MANY COLUMNS":       "The row has more columns than the header.",
	"UNQUOTED VALUE":         "A quotation mark is not closed, or stands inside a value without another.",
	"LINE SIZE OVER MAXIMUM": "The row is too long.",
	"INVALID ENCODING":       "The row is not valid UTF-8.",
}

func (f *csvFile) load(ctx context.Context, c chunk) error {
	skip, header := 0, int64(0)
	if f.names == nil {
		var err error
		if header, err = f.readNames(c); err != nil || header == c.bytes {
			return err
		}
		skip = 1
	}
	if f.columns == nil {
		if err := f.describe(ctx, c, skip); err != nil {
			return err
		}
		if !f.job.owner.opts.plain {
			f.reader = newCSVReader(f)
		}
	}
	if f.reader != nil {
		return f.loadQuick(ctx, c, header)
	}
	return f.loadSlow(ctx, c, skip)
}

// loadSlow has DuckDB read a chunk.
func (f *csvFile) loadSlow(ctx context.Context, c chunk, skip int) error {
	quoted := csvChunk{file: f, chunk: c, skip: skip}
	defer f.conn.Exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+errorsTable+"; DROP TABLE IF EXISTS "+scansTable)
	return f.store(ctx, batch{relation: f.relation(c, skip, true), rest: quoted.rejected, sample: quoted.sample})
}

// describe finds the types of the columns by the first rows.
func (f *csvFile) describe(ctx context.Context, c chunk, skip int) error {
	rows, err := f.all(ctx, "DESCRIBE SELECT * FROM "+f.sniffer(c, skip))
	if err != nil {
		return err
	}
	if len(rows) != len(f.names) {
		return fault.New(fault.Invalid, "line 1: the header has %d columns, and the rows %d", len(f.names), len(rows))
	}
	columns := make([]source, len(rows))
	for i, row := range rows {
		columns[i] = source{f.names[i], row[1].(string)}
	}
	if err := f.resolve(ctx, columns, f.relation(c, skip, false)); err != nil {
		f.columns = nil
		return err
	}
	for i := range f.columns {
		f.columns[i].typ = "VARCHAR" // so that no value is rounded or cut unseen
	}
	return nil
}

// readNames reads the header and returns its length.
func (f *csvFile) readNames(c chunk) (int64, error) {
	file, err := os.Open(c.path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	head := make([]byte, min(c.bytes, 1<<20))
	if _, err := file.Read(head); err != nil {
		return 0, err
	}
	end := firstRecord(head, f.job.spec.CSV.quote())
	line := head[:end]
	line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	if q := f.job.spec.CSV.quote(); q != '"' {
		line = bytes.ReplaceAll(line, []byte{q}, []byte{'"'})
	}
	r := csv.NewReader(bytes.NewReader(line))
	r.Comma = rune(f.job.spec.CSV.delimiter())
	names, err := r.Read()
	if err != nil {
		return 0, fault.New(fault.Invalid, "line 1: the names of the columns cannot be read: %w", err)
	}
	if len(names) < 2 {
		return 0, fault.New(fault.Invalid, "line 1: the header has one column only, %.80q; is %q the delimiter?", names[0], f.job.spec.CSV.delimiter())
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return 0, fault.New(fault.Invalid, "line 1: the column %q is there twice", name)
		}
	}
	f.names = names
	return int64(end), nil
}

// firstRecord returns the end of the first record.
func firstRecord(buf []byte, quote byte) int {
	inside := false
	for i, b := range buf {
		switch {
		case b == quote:
			inside = !inside
		case b == '\n' && !inside:
			return i + 1
		}
	}
	return len(buf)
}

// dialect are the arguments of read_csv that say how the file is written.
func (f *csvFile) dialect(skip int) string {
	d := f.job.spec.CSV
	quote := duckdb.Quote(string(d.quote()))
	return fmt.Sprintf("delim=%s, quote=%s, escape=%s, skip=%d, header=false, comment='', new_line='\\n', nullstr=%s", duckdb.Quote(string(d.delimiter())), quote, quote, skip, f.nulls())
}

func (f *csvFile) nulls() string {
	if f.job.spec.CSV.Null == "" {
		return "['']"
	}
	return "['', " + duckdb.Quote(f.job.spec.CSV.Null) + "]"
}

// relation reads a chunk as texts. Rows that it cannot read are noted, or passed over.
func (f *csvFile) relation(c chunk, skip int, note bool) string {
	types := make([]string, len(f.names))
	for i, name := range f.names {
		types[i] = duckdb.Quote(name) + ": 'VARCHAR'"
	}
	what := "ignore_errors=true"
	if note {
		what = "store_rejects=true, rejects_table='" + errorsTable + "', rejects_scan='" + scansTable + "'"
	}
	return fmt.Sprintf("read_csv(%s, auto_detect=false, %s, columns={%s}, max_line_size=%d, %s)", duckdb.Quote(c.path), f.dialect(skip), strings.Join(types, ", "), maxRecord, what)
}

const sniffedRows = 100_000

// sniffer reads a chunk with the types that its first rows look like.
func (f *csvFile) sniffer(c chunk, skip int) string {
	return fmt.Sprintf("read_csv(%s, %s, ignore_errors=true, sample_size=%d, auto_type_candidates=['BOOLEAN', 'BIGINT', 'DOUBLE', 'TIMESTAMP', 'VARCHAR'])",
		duckdb.Quote(c.path), f.dialect(skip), sniffedRows)
}
