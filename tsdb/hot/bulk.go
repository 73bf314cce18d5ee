package hot

import (
	"context"

	"tidemark/internal/duckdb"
)

// Bulk is many rows of one kind that a table of the engine holds, with the columns time
// (TIMESTAMP_NS), version (BIGINT), v0, v1 and so on, and either measure, d0, d1 and so on
// or series (UINTEGER), the number that another table has for these. A dimension or
// value that a row lacks is NULL; the others are as the limits of records have them,
// which the caller sees to. Every row has a value, and a series that is there.
type Bulk struct {
	Source  string // the table's name, an identifier of ours
	Number  string // the column of the source that rejected rows are named by; empty: rowid
	Series  string // the table with series, measure, d0, d1 and so on; empty: the source has these
	Dims    []string
	Columns []Column // of v0, v1 and so on
	Kind    Type     // of the measures: Multi, or the type of the only column
}

// BulkReport counts what became of the rows. Rows that repeat a stored one are stored.
type BulkReport struct {
	Stored, Replaced, Rejected int64
	Lower                      int64           // of the rejected, those with a lower version; the others have the same
	Rejections                 []BulkRejection // the first of both kinds, at most maxBulkRejections of each
}

// BulkRejection is a row that was not stored: it has other values than the stored one
// and no higher version.
type BulkRejection struct {
	Time            int64
	Measure         string
	Dims            []Dim
	Version, Stored int64
	Number          int64 // of the row in the source
}

const maxBulkRejections = 100

// Bulk stores rows as one segment, under the rules for rows that are submitted; of rows
// of one identity inside it, the one with the highest version counts, and the first of
// several. It returns when the rows are on disk. conn is the caller's, and must see the
// source. It is for millions of rows, not more than a segment may have: others wait
// while the last of its work is done, which is long only where rows of the same time
// are stored already. A schema that cannot grow as needed is fault.Exceeded or
// fault.Invalid, and nothing is stored.
func (t *Table) Bulk(ctx context.Context, conn *duckdb.Conn, b Bulk) (BulkReport, error) {
	l := &load{table: t, conn: conn, bulk: b}
	defer l.clean()
	for _, step := range []func(context.Context) error{l.series, l.segment, l.examine, l.single} {
		if err := step(ctx); err != nil || l.empty {
			return BulkReport{}, err
		}
	}
	err := t.store.ask(ctx, func() error { return l.enter(context.WithoutCancel(ctx)) })
	if err == nil {
		err = l.findRejected(ctx)
	}
	return l.report, err
}

// load is a Bulk under way.
type load struct {
	table  *Table
	conn   *duckdb.Conn
	bulk   Bulk
	seg    *segment
	total  int64 // rows of the source
	empty  bool  // there are none
	twice  bool  // there may be several rows of one identity
	newest map[uint32]int64
	report BulkReport

	rejected []uint32 // the series of report.Rejections
}

// clean removes what is of no use: the segment, unless it entered the table.
func (l *load) clean() {
	ctx := context.Background()
	_, _ = l.conn.Exec(ctx, "DROP TABLE IF EXISTS "+bulkSeries)
	if l.seg != nil && l.seg.seq == 0 {
		_, _ = l.conn.Exec(ctx, "DROP TABLE IF EXISTS "+l.seg.name) // the next start removes it otherwise
	}
}
