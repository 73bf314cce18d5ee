package importer

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"tidemark/importer/lineproto"
	"tidemark/tsdb"
)

// quick takes a line whose measurement, tags and fields an earlier one has had, letter
// for letter, with values in their most usual form. It reports false, and has done
// nothing, for any other line, right or wrong: that one is parsed as a whole.
func (b *lineBatch) quick(line []byte, number int64) bool {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	s := b.known(line)
	if s == nil || s.reason != "" {
		return false
	}
	b.touched++
	end := b.quickFields(s, line)
	if end < 0 {
		b.forget()
		return false
	}
	t := b.file.now
	if end < len(line) {
		n, size := quickInteger(line[end+1:])
		if size == 0 || end+1+size < len(line) {
			b.forget()
			return false
		}
		t = b.file.mapping.Unit.instant(n)
	}
	b.end(s, t, number)
	return true
}

// known finds the series of a line: mostly the one that came after the series of the row
// before when that was there last. What a line begins with means the same wherever it
// stands, so that texts can be compared.
func (b *lineBatch) known(line []byte) *rowSeries {
	if s := b.before.next; s != nil && len(line) > len(s.text) && line[len(s.text)] == ' ' && string(line[:len(s.text)]) == s.text {
		return s
	}
	end := bytes.IndexByte(line, ' ')
	if end < 0 {
		return nil
	}
	return b.byText[string(line[:end])]
}

// quickFields puts the fields in the next row and returns where they end, or -1.
func (b *lineBatch) quickFields(s *rowSeries, line []byte) int {
	at := len(s.text) + 1
	for i := 0; ; i++ {
		c := b.quickColumn(s, i, line[at:])
		if c == nil || c.stamp == b.touched {
			return -1
		}
		at += len(c.name) + 1
		c.stamp = b.touched
		size := c.quick(c, b.rows, line[at:])
		if size == 0 {
			return -1
		}
		if at += size; at == len(line) || line[at] == ' ' {
			return at
		}
		if line[at] != ',' {
			return -1
		}
		at++
	}
}

// quickColumn finds the column of the field that a text begins with: mostly the one that
// the last row of the series had there.
func (b *lineBatch) quickColumn(s *rowSeries, i int, text []byte) *valueColumn {
	if i < len(s.fields) {
		if c := s.fields[i]; len(text) > len(c.name) && text[len(c.name)] == '=' && string(text[:len(c.name)]) == c.name {
			return c
		}
	}
	end := bytes.IndexByte(text, '=')
	if end < 0 {
		return nil
	}
	c := b.byField[string(text[:end])]
	if c == nil || !c.plain {
		return nil
	}
	s.fields = append(s.fields[:i], c)
	return c
}

// isPlain reports whether a name is written as it is.
func isPlain(name string) bool { return !strings.ContainsAny(name, `\,= `) }

// quickValues read a value of a type, put it into a row and return its length; 0 for one
// that is not in the most usual form. What stands after it is for the caller to judge.
var quickValues = map[tsdb.ValueType]func(c *valueColumn, row int, text []byte) int{
	tsdb.Bigint: quickBigint, tsdb.Double: quickDouble, tsdb.Boolean: quickBoolean, tsdb.Varchar: quickText,
}

func quickBigint(c *valueColumn, row int, text []byte) int {
	n, size := quickInteger(text)
	if size == 0 || size == len(text) || text[size] != 'i' {
		return 0
	}
	c.ints = setAt(c.ints, row, n)
	c.valid = marked(c.valid, row)
	return size + 1
}

func quickDouble(c *valueColumn, row int, text []byte) int {
	v, size := quickFloat(text)
	if size == 0 {
		return 0
	}
	c.reals = setAt(c.reals, row, v)
	c.valid = marked(c.valid, row)
	return size
}

func quickBoolean(c *valueColumn, row int, text []byte) int {
	size := 0
	for size < len(text) && text[size] != ',' && text[size] != ' ' {
		size++
	}
	v, ok := lineproto.ParseBoolean(text[:size])
	if !ok {
		return 0
	}
	c.bools = setAt(c.bools, row, v)
	c.valid = marked(c.valid, row)
	return size
}

func quickText(c *valueColumn, row int, text []byte) int {
	if len(text) == 0 || text[0] != '"' {
		return 0
	}
	size := bytes.IndexByte(text[1:], '"')
	if size < 0 {
		return 0
	}
	word := text[1 : 1+size]
	if bytes.IndexByte(word, '\\') >= 0 || !utf8.Valid(word) {
		return 0
	}
	c.words = setAt(c.words, row, c.texts.of(word))
	c.valid = marked(c.valid, row)
	return size + 2
}
