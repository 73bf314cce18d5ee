package hot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// Bulk is many rows of one kind that a table of the engine holds, with the columns
// measure, d0, d1 and so on, time (TIMESTAMP_NS), version (BIGINT), v0, v1 and so on. A
// dimension or value that a row lacks is NULL; the others are as the limits of records
// have them, which the caller sees to. Every row has a value.
type Bulk struct {
	Source  string // the table's name, an identifier of ours
	Dims    []string
	Columns []Column // of v0, v1 and so on
	Kind    Type     // of the measures: Multi, or the type of the only column
}

// BulkReport counts what became of the rows. Rows that repeat a stored one are stored.
type BulkReport struct {
	Stored, Replaced, Rejected int64
	Rejections                 []BulkRejection // the first of them, at most maxBulkRejections
}

// BulkRejection is a row that was not stored: it has other values than the stored one
// and no higher version.
type BulkRejection struct {
	Time            int64
	Measure         string
	Dims            []Dim
	Version, Stored int64
}

const maxBulkRejections = 1000

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
	for _, step := range []func(context.Context) error{l.series, l.segment, l.single, l.examine} {
		if err := step(ctx); err != nil {
			return BulkReport{}, err
		}
	}
	err := t.store.ask(ctx, func() error { return l.enter(context.WithoutCancel(ctx)) })
	return l.report, err
}

// load is a Bulk under way.
type load struct {
	table  *Table
	conn   *duckdb.Conn
	bulk   Bulk
	seg    *segment
	total  int64 // rows of the source
	newest map[uint32]int64
	report BulkReport
}

// bulkSeries is the temporary table with the numbers of the source's series.
const bulkSeries = "bulk_series"

// hash is the hash of a row's series; prefix stands before the columns.
func (l *load) hash(prefix string) string {
	return "(hash(" + prefix + "measure" + strings.ReplaceAll(l.dimensions(), ", ", ", "+prefix) + ") & 9223372036854775807)::BIGINT"
}

func (l *load) dimensions() string {
	var b strings.Builder
	for i := range l.bulk.Dims {
		b.WriteString(", " + dimensionColumn(i))
	}
	return b.String()
}

const seriesAtOnce = 16384 // that the committer numbers in one go

// series numbers the series of the source.
func (l *load) series(ctx context.Context) error {
	if _, err := l.conn.Exec(ctx, "CREATE OR REPLACE TEMPORARY TABLE "+bulkSeries+" AS SELECT DISTINCT "+l.hash("")+
		" AS h, measure"+l.dimensions()+" FROM "+l.bulk.Source); err != nil {
		return fmt.Errorf("find series: %w", err)
	}
	same, err := collect(ctx, l.conn, "SELECT count(*) - count(DISTINCT h) FROM "+bulkSeries)
	if err != nil {
		return err
	}
	if same[0][0] != int64(0) {
		return fault.New(fault.Internal, "two series have one hash") // of 64 bits: once in a million loads of a million series
	}
	rows, hashes, err := l.distinct(ctx)
	if err != nil {
		return err
	}
	sids := make([]uint32, 0, len(rows))
	for part := range slices.Chunk(rows, seriesAtOnce) {
		if err := l.table.store.ask(ctx, func() error { return l.table.register(context.WithoutCancel(ctx), part) }); err != nil {
			return err
		}
		for i := range part {
			sids = append(sids, part[i].series)
		}
	}
	return l.number(ctx, hashes, sids)
}

// distinct reads the series of the source, and their hashes.
func (l *load) distinct(ctx context.Context) (rows []Row, hashes []int64, err error) {
	found, err := l.conn.Query(ctx, "SELECT h, measure"+l.dimensions()+" FROM "+bulkSeries)
	if err != nil {
		return nil, nil, err
	}
	defer found.Close()
	byName := make([]int, len(l.bulk.Dims))
	for i := range byName {
		byName[i] = i
	}
	slices.SortFunc(byName, func(a, b int) int { return strings.Compare(l.bulk.Dims[a], l.bulk.Dims[b]) })
	for {
		chunk, err := found.Next(ctx)
		if err != nil || chunk == nil {
			return rows, hashes, err
		}
		hashes = append(hashes, chunk.Column(0).Int64s(chunk.Len())...)
		for i := range chunk.Len() {
			rows = append(rows, l.row(chunk, i, byName))
		}
	}
}

// row stands for a series with all columns of the source.
func (l *load) row(chunk *duckdb.Chunk, i int, byName []int) Row {
	r := Row{Measure: chunk.Column(1).Text(i), Kind: l.bulk.Kind, series: noSeries}
	for _, n := range byName {
		if v := chunk.Column(2 + n); v.Valid(i) {
			r.Dims = append(r.Dims, Dim{l.bulk.Dims[n], v.Text(i)})
		}
	}
	for _, c := range l.bulk.Columns {
		r.Cells = append(r.Cells, Cell{Name: c.Name, Type: c.Type})
	}
	r.hash = l.table.mu.series.hash(&r)
	return r
}

// number writes the numbers of the series down beside their hashes.
func (l *load) number(ctx context.Context, hashes []int64, sids []uint32) error {
	if _, err := l.conn.Exec(ctx, "CREATE OR REPLACE TEMPORARY TABLE "+bulkSeries+" (h BIGINT, sid UINTEGER)"); err != nil {
		return err
	}
	a, err := l.conn.Appender(ctx, bulkSeries)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Append([]duckdb.Data{{Int64s: hashes}, {Uint32s: sids}}, len(sids)); err != nil {
		return err
	}
	return a.Flush()
}

// register gives rows their series, new ones if need be, and the schema their columns.
// It runs on the committer.
func (t *Table) register(ctx context.Context, rows []Row) error {
	if t.dropped.Load() {
		return errDropped
	}
	p := newPart(t)
	p.target = &segment{seq: inFiles} // the series have no rows yet
	for i := range rows {
		if refusal := p.place(&rows[i], t.store.opts); refusal.Reason != 0 {
			return bulkRefused(refusal)
		}
	}
	if len(p.fresh) == 0 && p.schema == t.mu.schema {
		return nil
	}
	tx := &transaction{store: t.store, writer: t.store.writer, parts: []*part{p}}
	err := t.store.inTransaction(nil, func(ctx context.Context, _ *writer) error {
		return errors.Join(p.defineDictionary(ctx, tx), p.addSeries(ctx, tx))
	})
	if err != nil {
		return t.store.broken(err)
	}
	p.publish()
	t.mu.Lock()
	t.mu.stored = true
	t.mu.Unlock()
	return nil
}

func bulkRefused(r Refusal) error {
	switch r.Reason {
	case TypeConflict:
		return fault.New(fault.Invalid, "The column %q already exists in the table with another type.", r.Name)
	case NameConflict:
		return fault.New(fault.Invalid, "The name %q cannot be both a dimension and a measure of the table.", r.Name)
	case ManySeries:
		return fault.New(fault.Exceeded, "The table would have too many time series.")
	case ManyDimensions:
		return fault.New(fault.Exceeded, "The table would have too many dimensions.")
	case ManyMeasureNames:
		return fault.New(fault.Exceeded, "The table would have too many measure names.")
	default:
		return fault.New(fault.Exceeded, "The table would have too many multi-measure attributes.")
	}
}

// segment fills a segment of its own with the rows.
func (l *load) segment(ctx context.Context) error {
	t := l.table
	var sc *schema
	err := t.store.ask(ctx, func() error {
		sc = t.mu.schema
		t.store.bulks++
		l.seg = newSegment(t.id, 0, false, len(sc.columns), t.store.opts.Now())
		l.seg.name, l.seg.frozen = bulkName(t.id, t.store.bulks), true
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := l.conn.Exec(ctx, createSegment(l.seg.name, sc.columns)); err != nil {
		return fmt.Errorf("make a segment: %w", err)
	}
	at := map[int32]int{} // the source's columns by their ordinals in the table
	for i, c := range l.bulk.Columns {
		at[sc.index[c.Name]] = i
	}
	var values strings.Builder
	for i := range sc.columns {
		if n, ok := at[int32(i)]; ok {
			values.WriteString(", s." + valueColumn(n))
		} else {
			values.WriteString(", NULL")
		}
	}
	l.total, err = l.conn.Exec(ctx, "INSERT INTO "+l.seg.name+" SELECT m.sid, s.time, s.version"+values.String()+" FROM "+l.bulk.Source+" s JOIN "+
		bulkSeries+" m ON m.h = "+l.hash("s."))
	if err != nil {
		return fmt.Errorf("fill a segment: %w", err)
	}
	return nil
}

// single removes all rows of an identity but one.
func (l *load) single(ctx context.Context) error {
	twice, err := collect(ctx, l.conn, "SELECT count(*) FROM (SELECT 1 FROM "+l.seg.name+" GROUP BY sid, time HAVING count(*) > 1 LIMIT 1)")
	if err != nil || twice[0][0] == int64(0) {
		return err
	}
	_, err = l.conn.Exec(ctx, "DELETE FROM "+l.seg.name+" WHERE rowid IN (SELECT rowid FROM "+l.seg.name+
		" QUALIFY row_number() OVER (PARTITION BY sid, time ORDER BY version DESC, rowid) > 1)")
	return err
}

// examine reads which rows there are, as at the start of the store.
func (l *load) examine(ctx context.Context) error {
	rows, err := l.conn.Query(ctx, "SELECT sid, time FROM "+l.seg.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	l.newest = map[uint32]int64{}
	for {
		chunk, err := rows.Next(ctx)
		if err != nil || chunk == nil {
			return err
		}
		sids, times := chunk.Column(0).Uint32s(chunk.Len()), chunk.Column(1).Int64s(chunk.Len())
		for i, sid := range sids {
			l.seg.filter.add(key{sid, times[i]})
			l.seg.min, l.seg.max = min(l.seg.min, times[i]), max(l.seg.max, times[i])
			if newest, ok := l.newest[sid]; !ok || times[i] > newest {
				l.newest[sid] = times[i]
			}
		}
		l.seg.rows += len(sids)
	}
}

// clean removes what is of no use: the segment, unless it entered the table.
func (l *load) clean() {
	ctx := context.Background()
	_, _ = l.conn.Exec(ctx, "DROP TABLE IF EXISTS "+bulkSeries)
	if l.seg != nil && l.seg.seq == 0 {
		_, _ = l.conn.Exec(ctx, "DROP TABLE IF EXISTS "+l.seg.name) // the next start removes it otherwise
	}
}
