package hot

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Table is one table of the store. It has no rows until the first one is committed.
type Table struct {
	store   *Store
	id      uint32
	dropped atomic.Bool

	partition atomic.Pointer[string] // the dimension by which files are sorted
	lastWins  atomic.Bool            // of two rows with one identity the later to come counts

	retired int64 // no series' newest row is of before this time; the committer's own

	mu struct { // written by the committer only
		sync.RWMutex
		stored   bool // its dictionary exists
		schema   *schema
		series   seriesTable
		counted  int64      // bytes of the series, as the store counts them; the committer's own
		segments []*segment // by number, overlays among them; one of each kind may be open
		last     uint32     // the highest number that a segment had
		flushed  uint32     // the segments up to this number are in files
		files    []File
		fields   map[string]int // of the files' columns, by name
		deletes  []deletion     // that some file lacks; replaced, never changed
		past     []deletion     // that only files lack which a snapshot may still read
		deleted  uint64         // the number of the last delete
		saved    int            // value columns of the table of newest rows, -1 without one
		leaving  int            // times that segments wait to be dropped; their newest rows are saved then
		moving   bool           // a Moving is under way
	}
}

// segment is a DuckDB table of rows. A frozen one never changes: a row that replaces
// one of its rows, or one of a file, goes into an overlay, whose rows count instead of
// theirs. A row that replaces one of an open segment or overlay stays there.
type segment struct {
	seq      uint32
	name     string
	overlay  bool
	columns  int // it has the first so many value columns of the schema
	rows     int
	min, max int64 // times
	opened   time.Time
	frozen   bool
	filter   filter   // the committer's own
	touched  *touched // of an overlay
}

func newTable(s *Store, id uint32) *Table {
	t := &Table{store: s, id: id, retired: math.MinInt64}
	t.mu.schema, t.mu.saved = newSchema(), -1
	t.mu.series = newSeriesTable()
	return t
}

func newSegment(id, seq uint32, overlay bool, columns int, opened time.Time) *segment {
	seg := &segment{
		seq: seq, name: segmentName(id, seq), overlay: overlay, columns: columns,
		min: math.MaxInt64, max: math.MinInt64, opened: opened,
	}
	if overlay {
		seg.touched = newTouched()
	}
	return seg
}

// SetLastWriteWins says whether, of two rows with the same identity, the one that
// comes later counts whatever its version. Without it a higher version does.
func (t *Table) SetLastWriteWins(on bool) { t.lastWins.Store(on) }

// ID returns the table's number.
func (t *Table) ID() uint32 { return t.id }

// open returns the segment that takes new rows, or the overlay that takes those that
// replace others; nil when there is none.
func (t *Table) open(overlay bool) *segment {
	for _, seg := range slices.Backward(t.mu.segments) {
		if !seg.frozen && seg.overlay == overlay {
			return seg
		}
	}
	return nil
}

// Submit hands rows to the committer and returns once they wait in its queue. done is
// called exactly once, from another goroutine, when the rows are on disk or refused;
// it must not block for long. The rows belong to the store until then. An error
// returned here means that done will not be called.
func (t *Table) Submit(ctx context.Context, rows []Row, done func([]Refusal, error)) error {
	t.resolve(rows)
	if err := t.bringFor(ctx, rows); err != nil {
		return err
	}
	return t.store.queue.put(ctx, &submission{table: t, rows: rows, done: done})
}

// resolve finds the series and columns of rows, as far as they are known, so that the
// committer need not.
func (t *Table) resolve(rows []Row) {
	st := &t.mu.series
	for i := range rows {
		if !st.recall(&rows[i]) {
			rows[i].hash = st.hash(&rows[i])
		}
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	for i := 0; i < len(rows); {
		if st.recognize(&rows[i]) {
			i++
			continue
		}
		from := i
		for i++; i < len(rows) && rows[i].found == nil; i++ {
		}
		st.findAll(rows[from:i])
	}
	for i := range rows {
		r := &rows[i]
		if r.series == noSeries {
			continue
		}
		if (i == 0 || !likewise(&rows[i-1], r)) && !t.mu.schema.covers(r) {
			r.series = noSeries
		}
	}
}

// likewise reports whether r has the columns of prev, which is resolved, and copies them.
func likewise(prev, r *Row) bool {
	if prev.series == noSeries || prev.Measure != r.Measure || prev.Kind != r.Kind || len(prev.Cells) != len(r.Cells) {
		return false
	}
	for i := range r.Cells {
		if p := &prev.Cells[i]; p.Name != r.Cells[i].Name || p.Type != r.Cells[i].Type {
			return false
		}
	}
	for i := range r.Cells {
		r.Cells[i].column = prev.Cells[i].column
	}
	return true
}

// Schema is what a table holds, in the order in which it was first seen.
type Schema struct {
	Dimensions []string
	Columns    []Column
}

// Schema returns the dimensions and columns of the committed rows.
func (t *Table) Schema() Schema {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return Schema{Dimensions: t.mu.schema.dims, Columns: t.mu.schema.columns}
}

// MeasureUse is a measure with the dimensions of its series.
type MeasureUse struct {
	Measure
	Dimensions []string
}

// Measures returns the measures of the committed rows in the order of their first row.
func (t *Table) Measures() []MeasureUse {
	t.mu.RLock()
	defer t.mu.RUnlock()
	list := make([]MeasureUse, len(t.mu.schema.measures))
	for i, m := range t.mu.schema.measures {
		list[i] = MeasureUse{m, t.mu.series.dimensionsOf(m.Name)}
	}
	return list
}
