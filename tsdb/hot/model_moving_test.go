package hot

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// coldState is what a cold store keeps of a table: each commit replaces it.
type coldState struct {
	files   []File
	fields  map[string]int
	flushed uint32
}

// worldMoving is a move or compaction that takes a step now and then.
type worldMoving struct {
	moving      *Moving
	days        []DayRows
	compact     bool
	fields      map[string]int
	add, remove []File
	committed   bool
}

func (w *world) beginMove() {
	t := w.table()
	moving, err := t.hot.Move(w.t.Context())
	w.began(t, moving, err, false)
}

func (w *world) beginCompaction() {
	t := w.table()
	moving, err := t.hot.Compact(w.t.Context())
	w.began(t, moving, err, true)
}

func (w *world) began(t *worldTable, moving *Moving, err error, compact bool) {
	if t.moving != nil {
		if fault.KindOf(err) != fault.Conflict {
			w.fail("a second move of table %d: %v, want %v", t.id, err, fault.Conflict)
		}
		return
	}
	w.must(err)
	if moving == nil {
		return
	}
	m := &worldMoving{moving: moving, compact: compact, fields: map[string]int{}}
	maps.Copy(m.fields, t.cold.fields)
	for _, name := range []string{SeriesColumn, TimeColumn, VersionColumn} {
		m.field(name)
	}
	for _, c := range moving.Schema().Columns {
		m.field(c.Name)
	}
	m.days, err = moving.Days(w.t.Context(), w.conn)
	w.must(err)
	if compact {
		m.days = someDays(w, t.cold.files)
	}
	t.moving = m
	w.note("move %d, compact %t, through %d, applied %d, days %v", t.id, compact, moving.Through(), moving.Applied(), m.days)
}

func (m *worldMoving) field(name string) {
	if _, ok := m.fields[name]; !ok {
		m.fields[name] = len(m.fields) + 1
	}
}

// someDays draws days of which files are written anew.
func someDays(w *world, files []File) []DayRows {
	var days []DayRows
	for _, f := range files {
		if w.rng.IntN(2) == 0 && !slices.ContainsFunc(days, func(d DayRows) bool { return d.Day == f.Day }) {
			days = append(days, DayRows{Day: f.Day})
		}
	}
	return days
}

// advance writes the next day of a move, or commits it, or shows it.
func (w *world) advance() {
	t := w.table()
	m := t.moving
	switch {
	case m == nil:
	case len(m.days) > 0:
		w.writeDay(t, m, m.days[0])
		m.days = m.days[1:]
	case !m.committed:
		w.commitMove(t, m)
	default:
		w.note("publish %d", t.id)
		w.must(m.moving.Publish(w.t.Context(), m.add, m.remove, m.fields))
		w.retire(m.remove)
		t.moving = nil
		w.check(t)
	}
}

// commitMove is the cold store's commit.
func (w *world) commitMove(t *worldTable, m *worldMoving) {
	files := slices.DeleteFunc(slices.Clone(t.cold.files), func(f File) bool { return slices.Contains(m.remove, f) })
	t.cold = coldState{append(files, m.add...), m.fields, m.moving.Through()}
	sortFiles(t.cold.files)
	m.committed = true
	w.note("commit %d, %d files, flushed %d", t.id, len(t.cold.files), t.cold.flushed)
}

func (w *world) abort() {
	t := w.table()
	if t.moving == nil || t.moving.committed {
		return
	}
	w.note("abort %d", t.id)
	t.moving.moving.Abort()
	w.retire(t.moving.add)
	t.moving = nil
}

// writeDay writes the rows of a day together with old files of it: with all of them
// where rows stand instead of theirs, else with some.
func (w *world) writeDay(t *worldTable, m *worldMoving, day DayRows) {
	var old []File
	for _, f := range t.cold.files {
		if f.Day == day.Day && (day.Overrides > 0 || w.rng.IntN(2) == 0) {
			old = append(old, f)
		}
	}
	if m.compact && len(old) == 0 {
		return
	}
	m.remove = append(m.remove, old...)
	rows := m.moving.Rows(day.Day, old)
	cut := w.rng.IntN(6) // a day may become two files
	for _, where := range []string{fmt.Sprint("sid < ", cut), fmt.Sprint("sid >= ", cut)} {
		f := w.copyRows(m, day.Day, "SELECT * FROM "+rows+" r WHERE "+where)
		if f.Rows > 0 {
			m.add = append(m.add, f)
		} else {
			w.removed = append(w.removed, f.Path)
		}
	}
	w.note("write day %d of %d with %d files", day.Day, t.id, len(old))
}

func (w *world) copyRows(m *worldMoving, day int32, rows string) File {
	columns := []string{"sid::INTEGER AS ts_series", "time", "version AS ts_version"}
	ids := []string{fmt.Sprintf("ts_series: %d, time: %d, ts_version: %d", m.fields[SeriesColumn], m.fields[TimeColumn], m.fields[VersionColumn])}
	for i, c := range m.moving.Schema().Columns {
		columns = append(columns, fmt.Sprintf("v%d AS %s", i, duckdb.Ident(c.Name)))
		ids = append(ids, fmt.Sprintf("%s: %d", duckdb.Ident(c.Name), m.fields[c.Name]))
	}
	w.files++
	f := File{Path: filepath.Join(w.dir, fmt.Sprintf("%d.parquet", w.files)), Day: day, Applied: m.moving.Applied()}
	_, err := w.conn.Exec(w.t.Context(), "COPY (SELECT "+strings.Join(columns, ", ")+" FROM ("+rows+") ORDER BY sid, time) TO "+duckdb.Quote(f.Path)+
		" (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT 1, ROW_GROUP_SIZE 61440, FIELD_IDS {"+strings.Join(ids, ", ")+"})")
	w.must(err)
	stats, err := collect(w.t.Context(), w.conn, "SELECT count(*), min(epoch_ns(time)), max(epoch_ns(time)), min(ts_series), max(ts_series) FROM read_parquet("+duckdb.Quote(f.Path)+")")
	w.must(err)
	if f.Rows = stats[0][0].(int64); f.Rows > 0 {
		f.MinTime, f.MaxTime = stats[0][1].(int64), stats[0][2].(int64)
		f.MinSeries, f.MaxSeries = uint32(stats[0][3].(int32)), uint32(stats[0][4].(int32))
		if dayOf(f.MinTime) != day || dayOf(f.MaxTime) != day {
			w.fail("rows of day %d lie from %d to %d", day, f.MinTime, f.MaxTime)
		}
	}
	return f
}

// expire drops the files of the first days; what is older than the next day is not
// written or read any more.
func (w *world) expire() {
	t := w.table()
	if len(t.cold.files) < 2 || t.moving != nil {
		return
	}
	before := t.cold.files[len(t.cold.files)/2].Day
	old := slices.DeleteFunc(slices.Clone(t.cold.files), func(f File) bool { return f.Day >= before })
	if len(old) == 0 {
		return
	}
	w.note("expire %d before day %d", t.id, before)
	moving, err := t.hot.Compact(w.t.Context())
	w.must(err)
	m := &worldMoving{moving: moving, fields: t.cold.fields, remove: old}
	w.commitMove(t, m)
	w.must(moving.Publish(w.t.Context(), nil, old, m.fields))
	w.retire(old)
	t.model.floor = int64(before) * dayLength
	t.model.remove(wanted{min: -1 << 63, max: t.model.floor - 1})
}
