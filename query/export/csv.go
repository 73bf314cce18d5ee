package export

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"

	"tidemark/sql/types"
)

// csv writes lines (developer guide, "UNLOAD"). A value is quoted when it has the
// delimiter in it, and also a quote, an escape or the end of a line, because not every
// reader looks for escapes outside quotes. Quotes and escapes in a value have the
// escape in front. NULL is nothing, the empty text a pair of quotes.
type csv struct {
	job  *Job
	to   *sink
	zip  *gzip.Writer // nil without compression
	line []byte
	err  error // of the header
}

// pending is about what the compressor may hold back.
const pending = 256 << 10

func newCSV(j *Job, to *sink) *csv {
	c := &csv{job: j, to: to}
	if j.Gzip {
		c.zip = gzip.NewWriter(to)
	}
	if j.IncludeHeader {
		for i, column := range j.written() {
			c.delimit(i)
			c.text(column.Name)
		}
		c.err = c.end()
	}
	return c
}

func (c *csv) write(row []any) error {
	if c.err != nil {
		return c.err
	}
	for i, v := range row {
		c.delimit(i)
		c.value(c.job.Columns[i].Type, v)
	}
	return c.end()
}

func (c *csv) delimit(i int) {
	if i > 0 {
		c.line = append(c.line, c.job.FieldDelimiter)
	}
}

// end ends the line.
func (c *csv) end() (err error) {
	c.line = append(c.line, '\n')
	if c.zip != nil {
		_, err = c.zip.Write(c.line)
	} else {
		_, err = c.to.Write(c.line)
	}
	c.line = c.line[:0]
	return err
}

// value appends a field.
func (c *csv) value(t types.Type, v any) {
	switch {
	case v == nil:
	case t.Kind == types.Varchar:
		c.text(v.(string))
	case t.Elem != nil || t.Kind == types.Row:
		c.text(string(appendJSON(nil, t, v)))
	default:
		c.scalar(t, v)
	}
}

// scalar appends a field that needs quotes only where the delimiter or the escape is a
// digit or a sign of its own.
func (c *csv) scalar(t types.Type, v any) {
	from := len(c.line)
	c.line = types.AppendText(c.line, t, v)
	field := c.line[from:]
	if bytes.IndexByte(field, c.job.FieldDelimiter) >= 0 || bytes.ContainsRune(field, c.job.EscapedBy) {
		text := string(field)
		c.line = c.line[:from]
		c.text(text)
	}
}

// text appends a field that is not NULL.
func (c *csv) text(s string) {
	if s != "" && !c.needsQuotes(s) {
		c.line = append(c.line, s...)
		return
	}
	c.line = append(c.line, '"')
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == '"' || r == c.job.EscapedBy && !(r == utf8.RuneError && n == 1) {
			c.line = utf8.AppendRune(c.line, c.job.EscapedBy)
		}
		c.line, s = append(c.line, s[:n]...), s[n:]
	}
	c.line = append(c.line, '"')
}

func (c *csv) needsQuotes(s string) bool {
	return strings.IndexByte(s, c.job.FieldDelimiter) >= 0 || strings.ContainsAny(s, "\"\r\n") || strings.ContainsRune(s, c.job.EscapedBy)
}

func (c *csv) flush() error   { return nil }
func (c *csv) waiting() int64 { return 0 }

func (c *csv) close() error {
	if c.zip != nil {
		return c.zip.Close()
	}
	return nil
}

// full leaves room for what the compressor holds back, or for one more line.
func (c *csv) full() bool { return c.to.count >= c.job.MaxFileSize-pending }
