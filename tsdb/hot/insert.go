package hot

import (
	"context"
	"fmt"
	"math"
	"strings"

	"tidemark/internal/duckdb"
)

// define makes the tables and columns that the part needs.
func (p *part) define(ctx context.Context, tx *transaction) error {
	if err := p.defineDictionary(ctx, tx); err != nil {
		return err
	}
	for seg, list := range p.replaced {
		for _, rep := range list {
			if err := p.widen(ctx, tx, seg, rep.row); err != nil {
				return err
			}
		}
	}
	var err error
	if p.target, err = p.ready(ctx, tx, false, p.inserts); err == nil {
		p.overlay, err = p.ready(ctx, tx, true, p.overrides)
	}
	return err
}

// ready returns a segment that can take the rows, or nil when there are none.
func (p *part) ready(ctx context.Context, tx *transaction, overlay bool, rows []*Row) (*segment, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	seg := p.table.open(overlay)
	if seg == nil {
		return p.createSegment(ctx, tx, overlay)
	}
	for _, r := range rows {
		if err := p.widen(ctx, tx, seg, r); err != nil {
			return nil, err
		}
	}
	return seg, nil
}

func (p *part) createSegment(ctx context.Context, tx *transaction, overlay bool) (*segment, error) {
	p.last++
	seg := newSegment(p.table.id, p.last, overlay, len(p.schema.columns), tx.store.opts.Now())
	if err := tx.exec(ctx, createSegment(seg.name, p.schema.columns)); err != nil {
		return nil, err
	}
	return seg, tx.exec(ctx, "INSERT INTO hot_segments VALUES ($1, $2, $3, $4)", p.table.id, seg.seq, seg.opened.UnixNano(), overlay)
}

// defineDictionary writes down the growth of the schema.
func (p *part) defineDictionary(ctx context.Context, tx *transaction) error {
	id, have := p.table.id, p.table.mu.schema
	if !p.table.mu.stored {
		if err := tx.exec(ctx, createDictionary(id, len(p.schema.dims))); err != nil {
			return err
		}
		if err := tx.exec(ctx, "INSERT INTO hot_tables VALUES ($1)", id); err != nil {
			return err
		}
	} else if err := p.addDimensions(ctx, tx); err != nil {
		return err
	}
	var columns, measures []string
	for i := len(have.dims); i < len(p.schema.dims); i++ {
		columns = append(columns, fmt.Sprintf("(%d, true, %d, %s, %d)", id, i, duckdb.Quote(p.schema.dims[i]), Varchar))
	}
	for i := len(have.columns); i < len(p.schema.columns); i++ {
		c := p.schema.columns[i]
		columns = append(columns, fmt.Sprintf("(%d, false, %d, %s, %d)", id, i, duckdb.Quote(c.Name), c.Type))
	}
	for i := len(have.measures); i < len(p.schema.measures); i++ {
		m := p.schema.measures[i]
		measures = append(measures, fmt.Sprintf("(%d, %d, %s, %d)", id, i, duckdb.Quote(m.Name), m.Type))
	}
	if err := tx.insertValues(ctx, "hot_columns", columns); err != nil {
		return err
	}
	return tx.insertValues(ctx, "hot_measures", measures)
}

func (tx *transaction) insertValues(ctx context.Context, table string, rows []string) error {
	if len(rows) == 0 {
		return nil
	}
	return tx.exec(ctx, "INSERT INTO "+table+" VALUES "+strings.Join(rows, ", "))
}

// addDimensions gives the dictionary the columns of new dimensions.
func (p *part) addDimensions(ctx context.Context, tx *transaction) error {
	name := dictionaryName(p.table.id)
	for i := len(p.table.mu.schema.dims); i < len(p.schema.dims); i++ {
		tx.writer.forget(name)
		if err := tx.exec(ctx, fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s VARCHAR", name, dimensionColumn(i))); err != nil {
			return err
		}
	}
	return nil
}

// widen gives a segment the columns that a row needs.
func (p *part) widen(ctx context.Context, tx *transaction, seg *segment, r *Row) error {
	for i := range r.Cells {
		if int(r.Cells[i].column) < p.width(seg) {
			continue
		}
		tx.writer.forget(seg.name)
		for n := p.width(seg); n < len(p.schema.columns); n++ {
			c := p.schema.columns[n]
			if err := tx.exec(ctx, fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", seg.name, valueColumn(n), sqlTypes[c.Type])); err != nil {
				return err
			}
		}
		p.wider[seg] = len(p.schema.columns)
	}
	return nil
}

// width returns how many value columns a segment has inside the transaction.
func (p *part) width(seg *segment) int { return max(seg.columns, p.wider[seg]) }

// addSeries writes the new series into the dictionary.
func (p *part) addSeries(ctx context.Context, tx *transaction) error {
	if len(p.fresh) == 0 {
		return nil
	}
	n := len(p.fresh)
	columns := make([]duckdb.Data, fixedEntries+len(p.schema.dims))
	columns[0].Uint32s, columns[1].Texts = make([]uint32, n), make([]string, n)
	for i, r := range p.fresh {
		columns[0].Uint32s[i], columns[1].Texts[i] = r.series, r.Measure
		for _, d := range r.Dims {
			c := &columns[fixedEntries+p.schema.dimIndex[d.Name]]
			if c.Texts == nil {
				c.Texts, c.Valid = make([]string, n), make(duckdb.Bitmap, (n+63)/64)
			}
			c.Texts[i] = d.Value
			c.Valid.Set(i)
		}
	}
	return tx.writer.appendRows(ctx, dictionaryName(p.table.id), columns, n)
}

// insert appends the new rows to the open segment, and to the open overlay.
func (p *part) insert(ctx context.Context, tx *transaction) error {
	if len(p.inserts) > 0 {
		if err := p.appendTo(ctx, tx, p.target, p.inserts); err != nil {
			return err
		}
	}
	if len(p.overrides) == 0 {
		return nil
	}
	p.overlay.touched.add(&tx.store.sums.keys, keysOf(p.overrides))
	return p.appendTo(ctx, tx, p.overlay, p.overrides)
}

const deleteAtOnce = 1024 // row numbers in one statement

// replace deletes the rows that have a successor and appends the successors.
func (p *part) replace(ctx context.Context, tx *transaction) error {
	for seg, list := range p.replaced {
		rows := make([]*Row, len(list))
		for i, rep := range list {
			rows[i] = rep.row
		}
		for from := 0; from < len(list); from += deleteAtOnce {
			if err := tx.exec(ctx, deleteText(seg, list[from:min(from+deleteAtOnce, len(list))])); err != nil {
				return err
			}
		}
		if err := p.appendTo(ctx, tx, seg, rows); err != nil {
			return err
		}
	}
	return nil
}

func deleteText(seg *segment, list []replacement) string {
	var b strings.Builder
	fmt.Fprintf(&b, "DELETE FROM %s WHERE rowid IN (%d", seg.name, list[0].rowid)
	for _, rep := range list[1:] {
		fmt.Fprintf(&b, ",%d", rep.rowid)
	}
	return b.String() + ")"
}

func (p *part) appendTo(ctx context.Context, tx *transaction, seg *segment, rows []*Row) error {
	columns := tx.writer.slab.columns(p.schema.columns[:p.width(seg)], rows)
	return tx.writer.appendRows(ctx, seg.name, columns, len(rows))
}

// slab is memory that batch after batch uses for its columns.
type slab struct {
	int64s   area[int64]
	uint32s  area[uint32]
	float64s area[float64]
	bools    area[bool]
	texts    area[string]
	words    area[uint64]
}

// area hands out slices of one array.
type area[T any] struct {
	values []T
	used   int
}

func (a *area[T]) reset() { a.used = 0 }

// take returns n values of any content.
func (a *area[T]) take(n int) []T {
	if a.used+n > len(a.values) {
		a.values, a.used = make([]T, max(2*len(a.values), n, 4096)), 0
	}
	a.used += n
	return a.values[a.used-n : a.used : a.used]
}

// columns arranges rows by column. The result is valid until the next call.
func (s *slab) columns(columns []Column, rows []*Row) []duckdb.Data {
	s.reset()
	data := make([]duckdb.Data, fixedColumns+len(columns))
	sid, time, version := s.uint32s.take(len(rows)), s.int64s.take(len(rows)), s.int64s.take(len(rows))
	data[0].Uint32s, data[1].Int64s, data[2].Int64s = sid, time, version
	for i, r := range rows {
		sid[i], time[i], version[i] = r.series, r.Time, r.Version
		for k := range r.Cells {
			c := &r.Cells[k]
			d := &data[fixedColumns+int(c.column)]
			if d.Valid == nil {
				s.column(d, c.Type, len(rows))
			}
			d.Valid.Set(i)
			set(d, i, c)
		}
	}
	return data
}

func (s *slab) reset() {
	s.int64s.reset()
	s.uint32s.reset()
	s.float64s.reset()
	s.bools.reset()
	s.texts.reset()
	s.words.reset()
}

func (s *slab) column(d *duckdb.Data, t Type, rows int) {
	d.Valid = s.words.take((rows + 63) / 64)
	clear(d.Valid)
	switch t {
	case Double:
		d.Float64s = s.float64s.take(rows)
	case Bigint, Timestamp:
		d.Int64s = s.int64s.take(rows)
	case Boolean:
		d.Bools = s.bools.take(rows)
	case Varchar:
		d.Texts = s.texts.take(rows)
		clear(d.Texts)
	}
}

func set(d *duckdb.Data, row int, c *Cell) {
	switch c.Type {
	case Double:
		d.Float64s[row] = math.Float64frombits(c.bits())
	case Bigint, Timestamp:
		d.Int64s[row] = int64(c.Bits)
	case Boolean:
		d.Bools[row] = c.Bits != 0
	case Varchar:
		d.Texts[row] = c.Text
	}
}
