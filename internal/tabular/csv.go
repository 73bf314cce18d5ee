package tabular

import (
	"bufio"
	"io"
	"strings"

	"tidemark/sql/types"
)

// csv prints comma-separated values. Lists, rows and series are JSON texts, as in
// Timestream's own CSV files (developer guide, "UNLOAD").
type csv struct {
	out     *bufio.Writer
	columns []Column
	begun   bool
}

func newCSV(w io.Writer, columns []Column) Writer {
	return &csv{out: bufio.NewWriter(w), columns: columns}
}

// Write prints rows, after the header if it was not printed yet.
func (c *csv) Write(rows [][]any) error {
	c.begin()
	for _, row := range rows {
		for i, v := range row {
			c.field(i, v != nil, c.text(c.columns[i].Type, v))
		}
		c.out.WriteByte('\n')
	}
	return c.out.Flush()
}

// Close prints the header if there was no row.
func (c *csv) Close() error {
	c.begin()
	return c.out.Flush()
}

func (c *csv) begin() {
	if c.begun {
		return
	}
	c.begun = true
	for i, column := range c.columns {
		c.field(i, true, column.Name)
	}
	c.out.WriteByte('\n')
}

func (c *csv) text(t types.Type, v any) string {
	switch v.(type) {
	case nil:
		return ""
	case []any, []types.Point:
		return string(appendJSON(nil, t, v))
	}
	return types.Text(t, v)
}

// field prints one field; present tells an empty text from NULL.
func (c *csv) field(i int, present bool, text string) {
	if i > 0 {
		c.out.WriteByte(',')
	}
	if present && (text == "" || strings.ContainsAny(text, ",\"\r\n") || text[0] == ' ' || text[len(text)-1] == ' ') {
		text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	c.out.WriteString(text)
}
