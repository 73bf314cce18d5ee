package hot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidemark/internal/duckdb"
)

// The newest row of every series whose newest row is in a file stands in the engine's
// file too, in t<id>_n, which has the columns of a segment. The next start knows the
// newest times by it, and questions for the newest rows read it instead of the files,
// where those rows are spread over every row group.

// saveNewest copies the newest rows of series that leave the engine's file with segments,
// and returns how many value columns the table of newest rows has then.
func (t *Table) saveNewest(ctx context.Context, w *writer, d dropping) (width int, err error) {
	var keys []key
	for _, n := range d.unsaved {
		if s := t.mu.series.at(n); s.home == inFiles && s.newest != never {
			keys = append(keys, key{n, s.newest})
		}
	}
	if len(keys) == 0 {
		return t.mu.saved, nil
	}
	columns := len(t.mu.schema.columns)
	var base []string
	var overlays []segmentView
	for _, seg := range d.segments {
		if seg.overlay {
			overlays = append(overlays, segmentView{name: seg.name, columns: seg.columns})
		} else {
			base = append(base, segmentText(seg.name, seg.columns, t.mu.schema, ordinals(columns), true, everything))
		}
	}
	var rows []string
	for i, seg := range overlays {
		text := segmentText(seg.name, seg.columns, t.mu.schema, ordinals(columns), true, everything)
		rows = append(rows, exceptOverlaid(text, overlays[i+1:], everything.from, everything.to))
	}
	if len(base) > 0 {
		rows = append(rows, exceptOverlaid(strings.Join(base, " UNION ALL "), overlays, everything.from, everything.to))
	}
	return columns, t.storeNewest(ctx, w, keys, strings.Join(rows, " UNION ALL "), nil)
}

// storeNewest puts the rows of the given identities into the table of newest rows, in
// place of those that it has of their series, and removes those of the series gone.
func (t *Table) storeNewest(ctx context.Context, w *writer, keys []key, rows string, gone []uint32) error {
	if err := t.widenNewest(ctx, w); err != nil {
		return err
	}
	name := newestName(t.id)
	if err := w.probe(ctx, keys, gone); err != nil {
		return err
	}
	if len(gone) > 0 {
		if _, err := w.conn.Exec(ctx, "DELETE FROM "+name+" WHERE sid IN (SELECT sid FROM "+probe+")"); err != nil {
			return err
		}
	}
	if len(keys) == 0 {
		return nil
	}
	for _, text := range []string{
		"CREATE OR REPLACE TEMPORARY TABLE newest_rows AS SELECT r.* FROM (" + rows + ") r JOIN " + probe + " p ON r.sid = p.sid AND r.time = p.time",
		"DELETE FROM " + name + " WHERE sid IN (SELECT sid FROM newest_rows)",
		"INSERT INTO " + name + " SELECT * FROM newest_rows",
		"DROP TABLE newest_rows",
	} {
		if _, err := w.conn.Exec(ctx, text); err != nil {
			return fmt.Errorf("newest rows: %w", err)
		}
	}
	return nil
}

// probe fills the table of identities to look for. Series that are gone have a time
// that no row has.
func (w *writer) probe(ctx context.Context, keys []key, gone []uint32) error {
	if _, err := w.conn.Exec(ctx, "DELETE FROM "+probe); err != nil {
		return err
	}
	for _, n := range gone {
		keys = append(keys, key{n, never + 1})
	}
	for part := range slices.Chunk(keys, probedAtOnce) {
		if err := w.appendRows(ctx, probe, probeColumns(part), len(part)); err != nil {
			return err
		}
	}
	return nil
}

const probedAtOnce = 1 << 16 // identities that are handed to the engine together

// widenNewest makes the table of newest rows, or gives it the columns that it lacks.
func (t *Table) widenNewest(ctx context.Context, w *writer) error {
	name := newestName(t.id)
	w.forget(name)
	have, err := newestWidth(ctx, w.conn, name)
	if err != nil {
		return err
	}
	columns := t.mu.schema.columns
	if have < 0 {
		_, err := w.conn.Exec(ctx, createSegment(name, columns))
		return err
	}
	for n := have; n < len(columns); n++ {
		if _, err := w.conn.Exec(ctx, fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", name, valueColumn(n), sqlTypes[columns[n].Type])); err != nil {
			return err
		}
	}
	return nil
}

// newestWidth returns how many value columns a table of newest rows has, or -1 when it
// does not exist.
func newestWidth(ctx context.Context, conn *duckdb.Conn, name string) (int, error) {
	found, err := collect(ctx, conn, "SELECT count(*) FROM duckdb_columns() WHERE table_name = $1", name)
	if err != nil || found[0][0] == int64(0) {
		return -1, err
	}
	return int(found[0][0].(int64)) - fixedColumns, nil
}

// recoverNewest reads the newest times of series whose newest row is in a file.
func (t *Table) recoverNewest(ctx context.Context, conn *duckdb.Conn) (err error) {
	name := newestName(t.id)
	if t.mu.saved, err = newestWidth(ctx, conn, name); err != nil || t.mu.saved < 0 {
		return err
	}
	rows, err := conn.Query(ctx, "SELECT sid, time FROM "+name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		chunk, err := rows.Next(ctx)
		if err != nil || chunk == nil {
			return err
		}
		sids, times := chunk.Column(0).Uint32s(chunk.Len()), chunk.Column(1).Int64s(chunk.Len())
		for i, sid := range sids {
			if int(sid) >= t.mu.series.len() {
				return fmt.Errorf("series %d is not in the dictionary", sid)
			}
			if s := t.mu.series.at(sid); times[i] >= s.newest {
				s.newest, s.tip, s.home = times[i], times[i], inFiles
			}
		}
	}
}
