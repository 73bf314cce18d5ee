package hot

import (
	"context"
	"fmt"
	"slices"

	"tidemark/internal/duckdb"
)

// The engine's file keeps the newest times of series whose newest row is in a file of
// rows, for the next start: t<id>_n, to which every flush appends those that left with
// it. A later entry of a series has a later time. Once most entries are outdated the
// table is written anew, so that it stays in proportion to the series.

const (
	newestSlack  = 100_000 // entries beyond two for each series
	newestAtOnce = 1 << 16 // entries that are handed to the engine together
)

// saveNewest writes down the newest times that the file does not have yet.
func (t *Table) saveNewest(ctx context.Context, w *writer) error {
	list := t.mu.unsaved
	if t.mu.saved+len(list) > 2*t.mu.series.len()+newestSlack {
		if _, err := w.conn.Exec(ctx, "DELETE FROM "+newestName(t.id)); err != nil {
			return err
		}
		list, t.mu.saved = t.newestInFiles(), 0
	}
	for part := range slices.Chunk(list, newestAtOnce) {
		times := make([]int64, len(part))
		for i, n := range part {
			times[i] = t.mu.series.at(n).newest
		}
		if err := w.appendRows(ctx, newestName(t.id), []duckdb.Data{{Uint32s: part}, {Int64s: times}}, len(part)); err != nil {
			return err
		}
	}
	t.mu.saved += len(list)
	return nil
}

// newestInFiles returns the series whose newest row is in a file.
func (t *Table) newestInFiles() []uint32 {
	var list []uint32
	for n := range uint32(t.mu.series.len()) {
		if s := t.mu.series.at(n); s.home == inFiles && s.newest != never {
			list = append(list, n)
		}
	}
	return list
}

// recoverNewest reads the newest times of series whose newest row is in a file.
func (t *Table) recoverNewest(ctx context.Context, conn *duckdb.Conn) error {
	t.mu.saved = 0
	there, err := collect(ctx, conn, "SELECT 1 FROM duckdb_tables() WHERE table_name = $1", newestName(t.id))
	if err != nil || len(there) == 0 {
		return err
	}
	rows, err := conn.Query(ctx, "SELECT sid, newest FROM "+newestName(t.id))
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		chunk, err := rows.Next(ctx)
		if err != nil || chunk == nil {
			return err
		}
		t.mu.saved += chunk.Len()
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
