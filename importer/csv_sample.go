package importer

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
)

// csvChunk finds the lines of rows by their numbers. DuckDB numbers those it could read.
type csvChunk struct {
	file  *csvFile
	chunk chunk
	skip  int // header records

	unread map[int64]bool // where rows begin that could not be read; nil: not asked yet
}

// rejected tells which rows DuckDB could not read.
func (c *csvChunk) rejected(ctx context.Context, _ int64) (t tally, err error) {
	rows, err := c.file.all(ctx, "SELECT e, count(*), min(p, 100) FROM (SELECT line_byte_position::BIGINT AS p, min(error_type::VARCHAR) AS e FROM "+errorsTable+
		" GROUP BY ALL) GROUP BY e ORDER BY e")
	if err != nil || len(rows) == 0 {
		return t, err
	}
	var at [][]int64
	for _, row := range rows {
		r := Refusal{Reason: or(csvReasons[row[0].(string)], "The row cannot be read."), Count: row[1].(int64)}
		t.refusals, t.refused, t.read = append(t.refusals, r), t.refused+r.Count, t.read+r.Count
		at = append(at, int64s(row[2]))
	}
	err = c.scan(func(s *csvRecord) bool {
		for i := range at {
			if slices.ContainsFunc(at[i], s.isAt) {
				t.refusals[i].Samples = append(t.refusals[i].Samples, s.sample())
			}
		}
		return true
	})
	return t, err
}

func int64s(list any) (out []int64) {
	for _, v := range list.([]any) {
		out = append(out, v.(int64))
	}
	return out
}

// sample quotes rows that were read and refused.
func (c *csvChunk) sample(found []Refusal, rows [][]int64) error {
	if err := c.findUnread(); err != nil {
		return err
	}
	wanted := map[int64][]int{}
	for i := range rows {
		for _, n := range rows[i] {
			wanted[n] = append(wanted[n], i)
		}
	}
	n := int64(0)
	return c.scan(func(s *csvRecord) bool {
		if slices.ContainsFunc(s.empty, func(at int64) bool { return c.unread[at] }) || c.unread[s.offset] {
			return true
		}
		for _, i := range wanted[n] {
			found[i].Samples = append(found[i].Samples, s.sample())
		}
		delete(wanted, n)
		n++
		return len(wanted) > 0
	})
}

func (c *csvChunk) findUnread() error {
	if c.unread != nil {
		return nil
	}
	rows, err := c.file.all(c.file.job.ctx, "SELECT DISTINCT line_byte_position::BIGINT FROM "+errorsTable)
	c.unread = make(map[int64]bool, len(rows))
	for _, row := range rows {
		c.unread[row[0].(int64)] = true
	}
	return err
}

// csvRecord is a record as it stands in the file.
type csvRecord struct {
	offset int64   // of its first byte, from 1
	empty  []int64 // of the empty lines before it, one of which may be where DuckDB says it is
	line   int64
	text   []byte
}

func (s *csvRecord) isAt(offset int64) bool {
	return s.offset == offset || slices.Contains(s.empty, offset)
}

func (s *csvRecord) sample() Sample {
	return Sample{Line: s.line, Text: quoted(s.text)}
}

// quoted cuts a text for a report.
func quoted(text []byte) string {
	text = bytes.TrimRight(text, "\r\n")
	cut := len(text) > maxSampled
	s := strings.ToValidUTF8(string(text[:min(len(text), maxSampled)]), "\uFFFD")
	if cut {
		s += "…"
	}
	return s
}

// scan goes through the records of the chunk that are not empty, until do says no.
func (c *csvChunk) scan(do func(*csvRecord) bool) error {
	text, err := os.ReadFile(c.chunk.path)
	if err != nil {
		return err
	}
	s := csvRecord{line: c.chunk.line}
	quote, skip := c.file.job.spec.CSV.quote(), c.skip
	for at := 0; at < len(text); {
		s.text = text[at : at+firstRecord(text[at:], quote)]
		s.offset = int64(at) + 1
		at += len(s.text)
		switch {
		case skip > 0:
			skip--
		case len(bytes.TrimRight(s.text, "\r\n")) == 0:
			s.empty = append(s.empty, s.offset)
		case !do(&s):
			return nil
		default:
			s.empty = s.empty[:0]
		}
		s.line += int64(bytes.Count(s.text, newline))
	}
	return nil
}
