package hot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"tidemark/internal/duckdb"
)

// recover prepares the file and reads what it holds into memory: columns, measures
// and series as they are, and of every segment which rows it has.
func (s *Store) recover(ctx context.Context) error {
	conn := s.writer.conn
	for _, text := range append(layout, createProbe) {
		if _, err := conn.Exec(ctx, text); err != nil {
			return err
		}
	}
	if err := checkFormat(ctx, conn); err != nil {
		return err
	}
	if err := sweep(ctx, conn); err != nil {
		return fmt.Errorf("remove what a crash left: %w", err)
	}
	ids, err := collect(ctx, conn, "SELECT id FROM hot_tables ORDER BY id")
	if err != nil {
		return err
	}
	for _, row := range ids {
		id := uint32(row[0].(int64))
		t := s.deleted(id)
		if t == nil {
			t = s.Table(id)
		}
		if err := t.recover(ctx, conn); err != nil {
			return fmt.Errorf("table %d: %w", id, err)
		}
	}
	return nil
}

// deleted returns the table of a number whose rows wait to be dropped, or nil.
func (s *Store) deleted(id uint32) *Table {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.mu.dropping {
		if d.table.id == id {
			return d.table
		}
	}
	return nil
}

// heal looks, while no rows come, whether what made the store unhealthy has passed.
func (s *Store) heal() {
	switch {
	case s.Health() == nil || s.diskHasRoom() != nil:
	case s.writer.dead:
		_ = s.revive() // it keeps its error as the health
	default:
		s.setHealth(nil)
	}
}

const reviveAfter = time.Second

// revive opens the database again after DuckDB has shut it, and reads it anew: a
// commit that failed may be on disk nevertheless. Rows that were resolved before
// keep their numbers, since series and columns that were committed keep theirs.
func (s *Store) revive() error {
	w := s.writer
	if since := time.Since(w.revived); since < reviveAfter {
		return s.Health()
	}
	w.revived = time.Now()
	ctx := context.Background()
	w.forgetAll()
	if err := s.opts.Engine.Reopen(ctx); err != nil {
		return s.broken(err)
	}
	conn, err := s.opts.Engine.Connect(ctx)
	if err != nil {
		return s.broken(err)
	}
	w.conn = conn
	if err := s.recover(ctx); err != nil {
		return s.broken(fmt.Errorf("recover: %w", err))
	}
	w.dead = false
	s.setHealth(nil)
	s.opts.Logger.Info("hot store writes again", "component", "hot", "took", time.Since(w.revived))
	return nil
}

func checkFormat(ctx context.Context, conn *duckdb.Conn) error {
	found, err := collect(ctx, conn, "SELECT version FROM hot_format")
	if err != nil {
		return err
	}
	if len(found) == 0 {
		_, err := conn.Exec(ctx, "INSERT INTO hot_format VALUES ($1)", formatVersion)
		return err
	}
	version := int(found[0][0].(int32))
	if version < 1 || version > formatVersion {
		return fmt.Errorf("the file has format %d, this program reads formats 1 to %d", version, formatVersion)
	}
	for ; version < formatVersion; version++ {
		if _, err := conn.Exec(ctx, upgrades[version]); err != nil {
			return fmt.Errorf("upgrade from format %d: %w", version, err)
		}
	}
	return nil
}

// sweep removes tables of loads that did not end.
func sweep(ctx context.Context, conn *duckdb.Conn) error {
	left, err := collect(ctx, conn, `SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND (table_name LIKE 'bulk\_%' ESCAPE '\'
		OR regexp_full_match(table_name, 't[0-9]+_[bs][0-9]+') AND table_name NOT IN (SELECT concat('t', id, '_s', seq) FROM hot_segments))`)
	for _, row := range left {
		if _, err := conn.Exec(ctx, "DROP TABLE "+row[0].(string)); err != nil {
			return err
		}
	}
	return err
}

func collect(ctx context.Context, conn *duckdb.Conn, text string, args ...any) ([][]any, error) {
	rows, err := conn.Query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	return rows.All(ctx)
}

// recover reads a table. What it had in memory is forgotten, but for the seed of the
// hashes, which rows on their way carry.
func (t *Table) recover(ctx context.Context, conn *duckdb.Conn) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.mu.segments
	t.mu.stored, t.mu.schema, t.mu.segments, t.mu.leaving = true, newSchema(), nil, 0
	t.mu.series.reset()
	defer t.account()
	if err := t.recoverSchema(ctx, conn); err != nil {
		return err
	}
	if err := t.recoverSeries(ctx, conn); err != nil {
		return fmt.Errorf("dictionary: %w", err)
	}
	if err := t.recoverDeletes(ctx, conn); err != nil {
		return fmt.Errorf("deletes: %w", err)
	}
	if err := t.recoverNewest(ctx, conn); err != nil {
		return fmt.Errorf("newest times: %w", err)
	}
	segments, err := collect(ctx, conn, "SELECT seq, opened, overlay FROM hot_segments WHERE id = $1 ORDER BY overlay, seq", t.id)
	if err != nil {
		return err
	}
	for _, row := range segments {
		seg := newSegment(t.id, uint32(row[0].(int64)), row[2].(bool), 0, time.Unix(0, row[1].(int64)))
		if i := slices.IndexFunc(before, func(old *segment) bool { return old.seq == seg.seq && old.overlay && seg.overlay }); i >= 0 {
			seg.touched = before[i].touched // views have it
		}
		if err := t.recoverSegment(ctx, conn, seg); err != nil {
			return fmt.Errorf("segment %s: %w", seg.name, err)
		}
		t.mu.segments = append(t.mu.segments, seg)
	}
	t.refreeze()
	t.store.forgetLeft(t)
	t.leave(t.mu.flushed)
	return nil
}

// forgetLeft takes back that segments of a table are to be dropped, because the table
// has just found them again.
func (s *Store) forgetLeft(t *Table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.dropping = slices.DeleteFunc(s.mu.dropping, func(d dropping) bool { return d.table == t && d.segments != nil })
}

// refreeze closes all segments but the last, which takes rows again, and that one too
// when there is an overlay: rows of the overlay may replace some of its own. While rows
// move nothing is opened again.
func (t *Table) refreeze() {
	slices.SortFunc(t.mu.segments, func(a, b *segment) int { return cmp.Compare(a.seq, b.seq) })
	overlaid := slices.ContainsFunc(t.mu.segments, func(seg *segment) bool { return seg.overlay })
	var last [2]*segment
	for _, seg := range t.mu.segments {
		seg.frozen, last[bit(seg.overlay)] = true, seg
		t.mu.last = max(t.mu.last, seg.seq)
	}
	for _, seg := range last {
		if seg != nil && !t.mu.moving && (seg.overlay || !overlaid) {
			seg.frozen = seg.rows >= t.store.opts.SegmentRows
		}
	}
}

func (t *Table) recoverSchema(ctx context.Context, conn *duckdb.Conn) error {
	columns, err := collect(ctx, conn, "SELECT dimension, name, type FROM hot_columns WHERE id = $1 ORDER BY dimension, ordinal", t.id)
	if err != nil {
		return err
	}
	for _, row := range columns {
		if row[0].(bool) {
			t.mu.schema.addDim(row[1].(string))
		} else {
			t.mu.schema.addColumn(row[1].(string), Type(row[2].(int32)))
		}
	}
	measures, err := collect(ctx, conn, "SELECT name, type FROM hot_measures WHERE id = $1 ORDER BY ordinal", t.id)
	for _, row := range measures {
		t.mu.schema.addMeasure(Measure{row[0].(string), Type(row[1].(int32))})
	}
	return err
}

func (t *Table) recoverSegment(ctx context.Context, conn *duckdb.Conn, seg *segment) error {
	columns, err := conn.Columns(ctx, "SELECT * FROM "+seg.name)
	if err != nil {
		return err
	}
	seg.columns = len(columns) - fixedColumns
	rows, err := conn.Query(ctx, "SELECT sid, time FROM "+seg.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		chunk, err := rows.Next(ctx)
		if err != nil || chunk == nil {
			return err
		}
		if err := t.recoverRows(seg, chunk.Column(0).Uint32s(chunk.Len()), chunk.Column(1).Int64s(chunk.Len())); err != nil {
			return err
		}
	}
}

func (t *Table) recoverRows(seg *segment, sids []uint32, times []int64) error {
	seg.rows += len(sids)
	var keys []key
	for i, sid := range sids {
		if int(sid) >= t.mu.series.len() {
			return fmt.Errorf("series %d is not in the dictionary", sid)
		}
		seg.filter.add(key{sid, times[i]})
		if seg.overlay {
			keys = append(keys, key{sid, times[i]})
		}
		seg.min, seg.max = min(seg.min, times[i]), max(seg.max, times[i])
		if s := t.mu.series.at(sid); times[i] >= s.newest {
			s.newest, s.tip, s.home = times[i], times[i], seg.seq
		}
	}
	if seg.overlay {
		seg.touched.add(&t.store.sums.keys, keys)
	}
	return nil
}
