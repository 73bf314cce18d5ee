package hot

import (
	"math"
	"slices"
	"sync"
)

// Snapshot keeps what it shows readable until it is closed: no table that it can see
// leaves the file. It is safe to use at once.
type Snapshot struct {
	store  *Store
	number uint64

	mu struct {
		sync.Mutex
		closed   bool
		views    map[*Table]*View
		reserved int64 // bytes for readers of sums
	}
}

// View is one table of a snapshot: the columns and segments of the moment when it was
// first asked for.
type View struct {
	table    *Table
	snapshot *Snapshot // nil: of nobody's
	schema   *schema
	segments []segmentView // overlays among them
	files    []File
	fields   map[string]int
	deletes  []deletion
	last     uint32  // the highest number of a segment then
	flushed  uint32  // the segments up to this number were in files
	deleted  uint64  // the number of the last delete then
	read     *[]File // takes the files that relations read; nil when nobody asks
}

// segmentView is what a reader must know of a segment.
type segmentView struct {
	seq      uint32
	name     string
	overlay  bool
	columns  int
	min, max int64 // times that its rows may have

	rows        int
	first, last int64 // times of the rows that it had
	touched     *touched
}

// Snapshot opens a snapshot. Rows that were acknowledged before are in it.
func (s *Store) Snapshot() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.last++
	sn := &Snapshot{store: s, number: s.mu.last}
	sn.mu.views = map[*Table]*View{}
	s.mu.snapshots[sn.number] = sn
	return sn
}

// Close lets go of what the snapshot kept. It may be called twice.
func (sn *Snapshot) Close() error {
	sn.mu.Lock()
	closed, reserved := sn.mu.closed, sn.mu.reserved
	sn.mu.closed, sn.mu.reserved = true, 0
	sn.mu.Unlock()
	if closed {
		return nil
	}
	s := sn.store
	s.sums.memory.give(reserved)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.snapshots, sn.number)
	if len(s.mu.dropping) > 0 {
		s.notify()
	}
	return nil
}

// View returns a table as the snapshot sees it, always the same.
func (sn *Snapshot) View(t *Table) *View {
	sn.mu.Lock()
	defer sn.mu.Unlock()
	v, ok := sn.mu.views[t]
	if !ok {
		v = t.view()
		v.snapshot = sn
		sn.mu.views[t] = v
	}
	return v
}

func (t *Table) view() *View {
	t.mu.RLock()
	defer t.mu.RUnlock()
	v := &View{
		table: t, schema: t.mu.schema, segments: make([]segmentView, len(t.mu.segments)),
		files: t.mu.files, fields: t.mu.fields, deletes: t.mu.deletes, last: t.mu.last,
		flushed: t.mu.flushed, deleted: t.mu.deleted,
	}
	for i, seg := range t.mu.segments {
		v.segments[i] = segmentView{seg.seq, seg.name, seg.overlay, seg.columns, seg.min, seg.max, seg.rows, seg.min, seg.max, seg.touched}
		if !seg.frozen {
			// Rows committed after the view are in the query's answer or not; their times must not be pruned
			// by bounds that are older than they are.
			v.segments[i].min, v.segments[i].max = math.MinInt64, math.MaxInt64
		}
	}
	return v
}

// deletesNow are the deletes that the view's files lack, those that came after the view
// among them: they have taken rows from segments at once, and must not show what such
// rows stood instead of.
func (v *View) deletesNow() []deletion {
	t := v.table
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.mu.deleted == v.deleted {
		return v.deletes
	}
	list := slices.Clone(v.deletes)
	for _, d := range slices.Concat(t.mu.past, t.mu.deletes) {
		if d.number > v.deleted {
			list = append(list, d)
		}
	}
	return list
}

// Schema returns the dimensions and columns of the view.
func (v *View) Schema() Schema {
	return Schema{Dimensions: v.schema.dims, Columns: v.schema.columns}
}
