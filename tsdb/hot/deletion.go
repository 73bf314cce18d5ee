package hot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidemark/internal/duckdb"
)

// deletion is a delete that files written before it still have to obey: rows of some
// series in a range of times.
type deletion struct {
	number   uint64 // a table's deletes are numbered upwards from 1
	from, to int64  // times, inclusive
	all      bool   // of all series; else of those that hot_deleted lists
	table    uint32
	listed   *seriesList // those; nil when they are too many
}

// concerns reports whether a file may have rows that were deleted after it was written.
func (d *deletion) concerns(f *File) bool { return d.number > f.Applied && f.touches(d.from, d.to) }

// rows is true of the rows that the delete takes; sid is the name of the series' column.
func (d *deletion) rows(sid string) string {
	return strings.Join(append(timeRange(d.from, d.to), d.series(sid)), " AND ")
}

// series is true of the series of the delete.
func (d *deletion) series(sid string) string {
	if d.all {
		return "true"
	}
	return fmt.Sprintf("%s IN (SELECT sid FROM hot_deleted WHERE id = %d AND number = %d)", sid, d.table, d.number)
}

// Range says which rows a delete takes: those of all series that pass every In, in a
// range of times.
type Range struct {
	In       []In
	From, To int64 // times, inclusive
}

// Delete removes rows for good and returns how many there were. They are in no answer
// of a snapshot that is opened later; the files that hold some are written anew when
// Moving gets to them.
func (t *Table) Delete(ctx context.Context, r Range) (rows int64, err error) {
	if err := t.bringUnder(ctx, r); err != nil {
		return 0, fmt.Errorf("delete rows: %w", err)
	}
	err = t.store.ask(ctx, func() error {
		rows, err = t.delete(context.WithoutCancel(ctx), r)
		return err
	})
	return rows, err
}

// delete runs on the committer, so nothing is written meanwhile.
func (t *Table) delete(ctx context.Context, r Range) (int64, error) {
	if t.dropped.Load() {
		return 0, errDropped
	}
	if !t.mu.stored || r.From > r.To {
		return 0, nil
	}
	if err := t.store.usable(); err != nil {
		return 0, err
	}
	e := &erasure{table: t, deletion: deletion{number: t.mu.deleted + 1, from: r.From, to: r.To, all: len(r.In) == 0, table: t.id}}
	if !e.all {
		if e.sids = t.matching(r.In); len(e.sids) == 0 {
			return 0, nil
		}
		e.listed = remember(e.sids, t.mu.deletes)
	}
	if err := t.store.inTransaction(nil, e.run); err != nil {
		err = fmt.Errorf("delete rows: %w", err)
		if duckdb.ClassOf(err) != duckdb.Other {
			err = t.store.broken(err)
		}
		return 0, err
	}
	e.publish()
	return e.count, nil
}

// Count returns how many rows Delete would remove. It reads on a connection of its own.
func (t *Table) Count(ctx context.Context, r Range) (int64, error) {
	sn := t.store.Snapshot()
	defer sn.Close()
	conn, err := t.store.opts.Engine.Connect(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	rows, files, err := sn.View(t).Read(ctx, Scan{In: r.In, Min: r.From, Max: r.To})
	if err != nil {
		return 0, fmt.Errorf("count rows: %w", err)
	}
	release, err := t.store.opts.Fetch(ctx, files)
	if err != nil {
		return 0, fmt.Errorf("count rows: %w", err)
	}
	defer release()
	found, err := collect(ctx, conn, "SELECT count(*) FROM "+rows)
	if err != nil {
		return 0, fmt.Errorf("count rows: %w", err)
	}
	return found[0][0].(int64), nil
}

// erasure is a delete under way.
type erasure struct {
	deletion
	table  *Table
	sids   []uint32 // unless all
	silent bool     // nobody wants to know how many rows
	count  int64
	kept   bool                // files have to obey it later
	rows   map[*segment]int64  // deleted from segments
	newest map[uint32]latestIn // the newest rows now of series whose newest row was in the range
}

// latestIn is a series' newest time and where the row is.
type latestIn struct {
	time int64
	home uint32
}

// run does what the transaction has to do.
func (e *erasure) run(ctx context.Context, w *writer) error {
	if err := e.list(ctx, w); err != nil {
		return err
	}
	if !e.silent {
		if err := e.countRows(ctx, w); err != nil {
			return err
		}
	}
	e.rows = map[*segment]int64{}
	for _, seg := range slices.Concat(e.table.mu.segments, e.table.left()) {
		if seg.max < e.from || seg.min > e.to {
			continue
		}
		n, err := w.conn.Exec(ctx, "DELETE FROM "+seg.name+" WHERE "+e.deletion.rows("sid"))
		if err != nil {
			return err
		}
		e.rows[seg] = n
	}
	if err := e.findNewest(ctx, w); err != nil {
		return err
	}
	return e.keep(ctx, w)
}

// left returns the segments whose rows are in files, but which a snapshot may still
// read. A start that finds them takes what they have for the newest rows.
func (t *Table) left() []*segment {
	s := t.store
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*segment
	for _, d := range s.mu.dropping {
		if d.table == t {
			list = append(list, d.segments...)
		}
	}
	return list
}

// list writes down the series.
func (e *erasure) list(ctx context.Context, w *writer) error {
	if e.all {
		return nil
	}
	n := len(e.sids)
	ids, numbers := make([]uint32, n), make([]int64, n)
	for i := range ids {
		ids[i], numbers[i] = e.table.id, int64(e.number)
	}
	return w.appendRows(ctx, "hot_deleted", []duckdb.Data{{Uint32s: ids}, {Int64s: numbers}, {Uint32s: e.sids}}, n)
}

// countRows counts the rows that readers see and that go.
func (e *erasure) countRows(ctx context.Context, w *writer) error {
	rows, release, err := e.table.view().readable(ctx, Scan{Min: e.from, Max: e.to}, e.selection())
	if err != nil || rows == "" {
		return err
	}
	defer release()
	found, err := collect(ctx, w.conn, "SELECT count(*) FROM ("+rows+") s WHERE "+e.series("s.sid"))
	if err != nil {
		return err
	}
	e.count = found[0][0].(int64)
	return nil
}

func (e *erasure) selection() selection {
	if e.all || len(e.sids) > maxListed {
		return selection{}
	}
	return selection{listed: true, series: e.sids}
}

// keep writes the delete down if files have to obey it: those that may have such rows,
// and those that are being written.
func (e *erasure) keep(ctx context.Context, w *writer) error {
	t := e.table
	t.mu.RLock()
	e.kept = t.mu.moving || slices.ContainsFunc(t.mu.files, func(f File) bool { return e.concerns(&f) })
	t.mu.RUnlock()
	text := fmt.Sprintf("INSERT INTO hot_deletes VALUES (%d, %d, %d, %d, %t)", t.id, e.number, e.from, e.to, e.all)
	if !e.kept {
		text = fmt.Sprintf("DELETE FROM hot_deleted WHERE id = %d AND number = %d", t.id, e.number)
	}
	_, err := w.conn.Exec(ctx, text)
	return err
}

// publish shows readers that the rows are gone.
func (e *erasure) publish() {
	t := e.table
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.deleted = e.number
	if e.kept {
		t.mu.deletes = append(slices.Clip(t.mu.deletes), e.deletion)
	}
	for seg, n := range e.rows {
		seg.rows -= int(n)
		if e.all && e.from <= seg.min {
			seg.min = max(seg.min, e.to+1)
		}
	}
	if len(e.newest) > 0 {
		t.mu.saved = len(t.mu.schema.columns)
	}
	for sid, now := range e.newest {
		s := t.mu.series.at(sid)
		s.newest, s.tip, s.home = now.time, now.time, now.home
	}
}

// forgetDeletes drops the deletes that no file has to obey any more. The lock is held.
func (t *Table) forgetDeletes() {
	var done []deletion
	t.mu.deletes = slices.DeleteFunc(slices.Clone(t.mu.deletes), func(d deletion) bool {
		needed := slices.ContainsFunc(t.mu.files, func(f File) bool { return d.concerns(&f) })
		if !needed {
			done = append(done, d)
		}
		return !needed
	})
	if len(done) > 0 {
		t.mu.past = append(t.mu.past, done...)
		t.store.dropLater(dropping{table: t, deletes: done})
	}
}

// forgetPast forgets deletes that no file obeys any more which somebody may read.
func (t *Table) forgetPast(list []deletion) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.past = slices.DeleteFunc(slices.Clone(t.mu.past), func(d deletion) bool { return slices.Contains(list, d) })
}

// dropDeletes are the statements that forget deletes.
func (t *Table) dropDeletes(list []deletion) []string {
	var statements []string
	for _, d := range list {
		for _, name := range []string{"hot_deletes", "hot_deleted"} {
			statements = append(statements, fmt.Sprintf("DELETE FROM %s WHERE id = %d AND number = %d", name, t.id, d.number))
		}
	}
	return statements
}

// recoverDeletes reads the deletes that files have to obey.
func (t *Table) recoverDeletes(ctx context.Context, conn *duckdb.Conn) error {
	rows, err := collect(ctx, conn, "SELECT number, since, until, whole FROM hot_deletes WHERE id = $1 ORDER BY number", t.id)
	if err != nil {
		return err
	}
	t.mu.deletes = nil
	for _, row := range rows {
		d := deletion{number: uint64(row[0].(int64)), from: row[1].(int64), to: row[2].(int64), all: row[3].(bool), table: t.id}
		if err := d.recall(ctx, conn, t.mu.deletes); err != nil {
			return err
		}
		t.mu.deletes = append(t.mu.deletes, d)
		t.mu.deleted = max(t.mu.deleted, d.number)
	}
	return nil
}
