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

// bulkSeries is the temporary table with the numbers of the source's series: of h, what
// a row of the source says of its series, the number sid in the table.
const bulkSeries = "bulk_series"

// key is what a row of the source says of its series: the number that it has there, or
// the hash of the measure name and the dimensions. prefix stands before the columns.
func (l *load) key(prefix string) string {
	if l.bulk.Series != "" {
		return prefix + "series"
	}
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
	rows, keys, err := l.distinct(ctx)
	if l.empty = len(rows) == 0; err != nil || l.empty {
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
	return l.number(ctx, keys, sids)
}

// distinct reads the series that rows of the source have, and their keys.
func (l *load) distinct(ctx context.Context) ([]Row, []int64, error) {
	if l.bulk.Series != "" {
		return l.readSeries(ctx, "SELECT series::BIGINT, measure"+l.dimensions()+" FROM "+l.bulk.Series+
			" WHERE series IN (SELECT series FROM "+l.bulk.Source+")")
	}
	rows, keys, err := l.readSeries(ctx, "SELECT DISTINCT "+l.key("")+", measure"+l.dimensions()+" FROM "+l.bulk.Source)
	if err != nil {
		return nil, nil, fmt.Errorf("find series: %w", err)
	}
	sorted := slices.Sorted(slices.Values(keys))
	if len(slices.Compact(sorted)) < len(keys) {
		return nil, nil, fault.New(fault.Internal, "two series have one hash") // of 64 bits: once in a million loads of a million series
	}
	return rows, keys, nil
}

// readSeries reads series after their keys.
func (l *load) readSeries(ctx context.Context, text string) (rows []Row, keys []int64, err error) {
	found, err := l.conn.Query(ctx, text)
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
			return rows, keys, err
		}
		keys = append(keys, chunk.Column(0).Int64s(chunk.Len())...)
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

// number writes the numbers of the series down beside their keys.
func (l *load) number(ctx context.Context, keys []int64, sids []uint32) error {
	if _, err := l.conn.Exec(ctx, "CREATE OR REPLACE TEMPORARY TABLE "+bulkSeries+" (h BIGINT, sid UINTEGER)"); err != nil {
		return err
	}
	a, err := l.conn.Appender(ctx, bulkSeries)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Append([]duckdb.Data{{Int64s: keys}, {Uint32s: sids}}, len(sids)); err != nil {
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
