package tier

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tidemark/internal/duckdb"
	"tidemark/tsdb/hot"
)

// breadth is how wide the rows of a table are, in values of eight bytes. It bounds how
// many of them are sorted at once and lie in one file.
type breadth struct {
	values  int
	columns int // of the table when it was measured
	at      time.Time
}

const (
	breadthFor = time.Hour
	textValues = 4 // what a text among the values counts for
)

// breadthOf counts the columns of a file, and the texts of a row's series by their mean
// length.
func breadthOf(schema hot.Schema, texts int64) int {
	n := len(columnsOf(schema)) + int(texts/8)
	for _, c := range schema.Columns {
		if c.Type == hot.Varchar {
			n += textValues - 1
		}
	}
	return n
}

// broad returns the table's breadth if it is known, and not for too long.
func (t *table) broad(now time.Time) (values int, ok bool) {
	schema := t.hot.Schema()
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.mu.breadth
	return b.values, b.values > 0 && b.columns == len(schema.Columns)+len(schema.Dimensions) && now.Sub(b.at) < breadthFor
}

// measure finds out how broad the table is, unless that is known.
func (m *Mover) measure(ctx context.Context, conn *duckdb.Conn, t *table, moving *hot.Moving) (values int, err error) {
	if values, ok := t.broad(m.opts.Now()); ok {
		return values, nil
	}
	schema := moving.Schema()
	lengths := []string{"strlen(measure)"}
	for i := range schema.Dimensions {
		lengths = append(lengths, fmt.Sprintf("coalesce(strlen(d%d), 0)", i))
	}
	rows, err := conn.Query(ctx, "SELECT coalesce(avg("+strings.Join(lengths, " + ")+"), 0)::BIGINT FROM "+moving.Dictionary())
	if err != nil {
		return 0, err
	}
	found, err := rows.All(ctx)
	if err != nil {
		return 0, err
	}
	b := breadth{breadthOf(schema, found[0][0].(int64)), len(schema.Columns) + len(schema.Dimensions), m.opts.Now()}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.breadth = b
	return b.values, nil
}

// limit is the number of rows of a file of a table. It asks the engine if need be, which
// a moment without other work on the table.
func (m *Mover) limit(ctx context.Context, t *table) (int64, error) {
	values, ok := t.broad(m.opts.Now())
	switch {
	case len(t.hot.Files()) == 0:
		return m.rows(1), nil // nothing is divided, and a table without rows has no dictionary
	case !ok:
		moving, err := t.hot.Compact(ctx)
		if err != nil {
			return 0, err
		}
		defer moving.Abort()
		conn, err := m.opts.Engine.Connect(ctx)
		if err != nil {
			return 0, err
		}
		defer conn.Close()
		if values, err = m.measure(ctx, conn, t, moving); err != nil {
			return 0, fmt.Errorf("width of rows: %w", err)
		}
	}
	return m.rows(values), nil
}

// memoryShare is the part of the engine's memory that the values of one file may fill
// while they are sorted and encoded. Narrow rows would spill; of hundreds of columns
// each holds blocks of its own that do not.
const memoryShare = 4

// rows is the number of rows of a file for rows of a breadth.
func (m *Mover) rows(values int) int64 {
	p := m.opts.Policy
	if memory, _ := m.opts.Engine.Limits(); memory > 0 {
		p.Cells = min(p.Cells, memory/memoryShare/8)
	}
	return p.limit(values)
}
