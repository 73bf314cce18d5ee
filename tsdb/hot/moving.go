package hot

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// Moving is rows of a table on their way into files: all its frozen segments, or none
// of them when only files are written anew. What it shows does not change, and it keeps
// that readable until Publish or Abort, one of which must follow.
type Moving struct {
	table    *Table
	schema   *schema
	segments []*segment // overlays among them
	fields   map[string]int
	deletes  []deletion
	through  uint32
	applied  uint64
	snapshot *Snapshot
}

// Freeze closes the segments that take rows now, so that Move takes them.
func (t *Table) Freeze(ctx context.Context) error {
	return t.store.ask(ctx, func() error {
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, seg := range t.mu.segments {
			seg.frozen = true
		}
		return nil
	})
}

// Waiting returns how many rows wait to be moved: those of frozen segments.
func (t *Table) Waiting() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n := 0
	for _, seg := range t.mu.segments {
		if seg.frozen {
			n += seg.rows
		}
	}
	return n
}

// Move begins to move the frozen segments, and closes what is older than the newest of
// them. It returns nil when none is frozen. A second piece of work on the table at the
// same time is fault.Conflict.
func (t *Table) Move(ctx context.Context) (m *Moving, err error) {
	err = t.store.ask(ctx, func() error {
		m, err = t.begin(true)
		return err
	})
	return m, err
}

// Compact begins to write files anew. Segments are not part of it.
func (t *Table) Compact(ctx context.Context) (m *Moving, err error) {
	err = t.store.ask(ctx, func() error {
		m, err = t.begin(false)
		return err
	})
	return m, err
}

// begin runs on the committer.
func (t *Table) begin(segments bool) (*Moving, error) {
	snapshot := t.store.Snapshot()
	t.mu.Lock()
	defer t.mu.Unlock()
	m := &Moving{
		table: t, schema: t.mu.schema, fields: t.mu.fields, deletes: t.mu.deletes,
		through: t.mu.flushed, applied: t.mu.deleted, snapshot: snapshot,
	}
	if segments {
		m.take(t.mu.segments)
	}
	if err := t.store.usable(); err != nil {
		snapshot.Close()
		return nil, err
	}
	switch {
	case t.dropped.Load():
		snapshot.Close()
		return nil, errDropped
	case t.mu.moving:
		snapshot.Close()
		return nil, fault.New(fault.Conflict, "rows of table %d are on their way already", t.id)
	case segments && len(m.segments) == 0:
		snapshot.Close()
		return nil, nil
	}
	t.mu.moving = true
	return m, nil
}

// take takes all segments up to the newest frozen one, and freezes them.
func (m *Moving) take(all []*segment) {
	for _, seg := range all {
		if seg.frozen {
			m.through = seg.seq
		}
	}
	for _, seg := range all {
		if seg.seq <= m.through {
			seg.frozen = true
			m.segments = append(m.segments, seg)
		}
	}
}

// Through is the number of the newest segment in it: with those up to it in files, a
// later start does without them.
func (m *Moving) Through() uint32 { return m.through }

// Applied is the number of the last delete that its rows obey.
func (m *Moving) Applied() uint64 { return m.applied }

// Schema returns the dimensions and columns of its rows.
func (m *Moving) Schema() Schema { return Schema{Dimensions: m.schema.dims, Columns: m.schema.columns} }

// Dictionary names the engine's table of series: sid, measure, d0, d1 and so on.
func (m *Moving) Dictionary() string { return dictionaryName(m.table.id) }

// DayRows counts the rows of the moving segments in one day; Overrides of them stand
// instead of rows of other segments or of files.
type DayRows struct {
	Day             int32 // days since 1970
	Rows, Overrides int64

	MinTime, MaxTime     int64 // of the overrides, when there are any
	MinSeries, MaxSeries uint32
}

// Days returns the days of the segments' rows, in order.
func (m *Moving) Days(ctx context.Context, conn *duckdb.Conn) ([]DayRows, error) {
	if len(m.segments) == 0 {
		return nil, nil
	}
	parts := make([]string, len(m.segments))
	for i, seg := range m.segments {
		parts[i] = fmt.Sprintf("SELECT sid, time, %t AS overlay FROM %s", seg.overlay, seg.name)
	}
	const day = "epoch_ns(time) // 86400000000000 - (epoch_ns(time) % 86400000000000 < 0)::BIGINT"
	rows, err := collect(ctx, conn, "SELECT ("+day+")::INTEGER AS day, count(*), count(*) FILTER (overlay), "+
		"coalesce(min(epoch_ns(time)) FILTER (overlay), 0), coalesce(max(epoch_ns(time)) FILTER (overlay), 0), "+
		"coalesce(min(sid) FILTER (overlay), 0)::UINTEGER, coalesce(max(sid) FILTER (overlay), 0)::UINTEGER FROM ("+
		strings.Join(parts, " UNION ALL ")+") GROUP BY day ORDER BY day")
	if err != nil {
		return nil, fmt.Errorf("days of the moving rows: %w", err)
	}
	days := make([]DayRows, len(rows))
	for i, row := range rows {
		days[i] = DayRows{
			Day: row[0].(int32), Rows: row[1].(int64), Overrides: row[2].(int64),
			MinTime: row[3].(int64), MaxTime: row[4].(int64),
			MinSeries: uint32(row[5].(int64)), MaxSeries: uint32(row[6].(int64)),
		}
	}
	return days, nil
}

// Rows returns a parenthesised SELECT of sid, time, version and the value columns v0, v1
// and so on: the rows of one day of the moving segments and of the given files of that
// day, each identity once. Deletes that the files lack are applied.
func (m *Moving) Rows(day int32, files []File) string {
	var all selecting
	all.from, all.to = timesOf(day)
	values := ordinals(len(m.schema.columns))
	var base, over []string
	var overlays []segmentView
	for _, seg := range m.segments {
		if seg.overlay {
			overlays = append(overlays, segmentView{name: seg.name})
			over = append(over, segmentText(seg.name, seg.columns, m.schema, values, true, all))
		} else {
			base = append(base, segmentText(seg.name, seg.columns, m.schema, values, true, all))
		}
	}
	if len(files) > 0 {
		base = append(base, filesText(files, m.fields, m.schema, values, true, all, m.deletes))
	}
	for i := range over {
		over[i] = exceptOverlaid(over[i], overlays[i+1:], all.from, all.to)
	}
	if len(base) > 0 {
		over = append(over, exceptOverlaid(strings.Join(base, " UNION ALL "), overlays, all.from, all.to))
	}
	return "(" + strings.Join(over, " UNION ALL ") + ")"
}

// Publish shows readers the new files instead of the moved segments and removed files,
// all at once. fields are the numbers of the files' columns by name. What was removed
// stays readable for snapshots that are open.
func (m *Moving) Publish(ctx context.Context, add, remove []File, fields map[string]int) error {
	defer m.Abort()
	return m.table.store.ask(context.WithoutCancel(ctx), func() error {
		t := m.table
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.dropped.Load() {
			return errDropped
		}
		t.mu.fields = maps.Clone(fields)
		t.replaceFiles(add, remove)
		t.leave(m.through)
		return nil
	})
}

// Abort gives up. Nothing has changed but that the segments are frozen.
func (m *Moving) Abort() {
	m.table.mu.Lock()
	m.table.mu.moving = false
	m.table.mu.Unlock()
	m.snapshot.Close()
}

// replaceFiles changes the table's files, and the deletes that they lack. The lock is held.
func (t *Table) replaceFiles(add, remove []File) {
	gone := map[string]struct{}{}
	for _, f := range remove {
		gone[f.Path] = struct{}{}
	}
	files := slices.DeleteFunc(slices.Clone(t.mu.files), func(f File) bool {
		_, ok := gone[f.Path]
		return ok
	})
	files = append(files, add...)
	slices.SortFunc(files, func(a, b File) int { return cmp.Or(cmp.Compare(a.Day, b.Day), strings.Compare(a.Path, b.Path)) })
	for i := range add {
		t.mu.deleted = max(t.mu.deleted, add[i].Applied) // numbers are not used again
	}
	t.mu.files = files
	t.store.leftTable(remove)
	t.forgetDeletes()
}

// leave forgets the segments up to a number, because their rows are in files: they go
// from the engine's file once no snapshot reads them. The lock is held.
func (t *Table) leave(through uint32) {
	t.mu.flushed, t.mu.last = max(t.mu.flushed, through), max(t.mu.last, through)
	var left []*segment
	t.mu.segments = slices.DeleteFunc(slices.Clone(t.mu.segments), func(seg *segment) bool {
		if seg.seq <= through {
			left = append(left, seg)
		}
		return seg.seq <= through
	})
	if len(left) == 0 {
		return
	}
	var unsaved []uint32
	for n := range uint32(t.mu.series.len()) {
		if s := t.mu.series.at(n); s.home != inFiles && s.home <= through {
			s.home = inFiles
			unsaved = append(unsaved, n)
		}
	}
	t.mu.leaving++
	t.store.dropLater(dropping{table: t, segments: left, unsaved: unsaved})
}

// dropLater has the committer drop something once no open snapshot reads it.
func (s *Store) dropLater(d dropping) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.after = s.mu.last
	s.mu.dropping = append(s.mu.dropping, d)
	s.notify()
}

// leftTable notes files that no later snapshot will read.
func (s *Store) leftTable(files []File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range files {
		s.mu.removed[f.Path] = s.mu.last
	}
}

// Files returns the table's files by day.
func (t *Table) Files() []File {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.mu.files
}

// Lacks reports whether rows of a file were deleted since it was written.
func (t *Table) Lacks(f File) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.ContainsFunc(t.mu.deletes, func(d deletion) bool { return d.concerns(&f) })
}

// SetFiles tells a table its files, and that segments up to a number are in them. It is
// for the start, before Run.
func (t *Table) SetFiles(files []File, fields map[string]int, flushed uint32) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if gone := t.gone(flushed); gone > 0 {
		return fmt.Errorf("rows of table %d are missing: segments up to number %d should be in files, and only those up to %d are", t.id, gone, flushed)
	}
	t.mu.fields = maps.Clone(fields)
	t.replaceFiles(files, t.mu.files)
	for _, f := range files {
		t.mu.deleted = max(t.mu.deleted, f.Applied) // deletes that every file obeys are forgotten, their numbers are not used again
	}
	t.leave(flushed)
	return nil
}

// gone returns the number of the newest segment that is neither here nor in files with
// segments up to a number: 0 when none is missing. The numbers of a table have no gaps.
func (t *Table) gone(flushed uint32) uint32 {
	switch {
	case len(t.mu.segments) > 0 && t.mu.segments[0].seq > flushed+1:
		return t.mu.segments[0].seq - 1
	case flushed == 0 && t.hasFiled():
		return 1
	default:
		return 0
	}
}

// hasFiled reports whether the newest row of a series is in a file.
func (t *Table) hasFiled() bool {
	for n := range uint32(t.mu.series.len()) {
		if s := t.mu.series.at(n); s.home == inFiles && s.newest != never {
			return true
		}
	}
	return false
}
