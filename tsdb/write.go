package tsdb

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"tidemark/tsdb/hot"
)

// Write stores records and returns once they are on disk. Records that cannot be
// stored are listed in a *RejectedRecords; the others are stored nevertheless. A
// record that is malformed fails the whole call with fault.Invalid, an unknown table
// with fault.NotFound, a store that cannot write with fault.Unavailable: then nothing
// was stored. When ctx ends first, the records may still be stored.
func (d *DB) Write(ctx context.Context, ref TableRef, recs []Record) (Ingested, error) {
	type outcome struct {
		ingested Ingested
		err      error
	}
	answered := make(chan outcome, 1)
	d.Submit(ctx, ref, slices.Clip(recs), func(n Ingested, err error) { answered <- outcome{n, err} })
	select {
	case o := <-answered:
		return o.ingested, o.err
	case <-ctx.Done():
		return Ingested{}, context.Cause(ctx)
	}
}

// Submit is Write without the wait: done is called exactly once with what Write would
// return, from this goroutine when nothing has to be stored and otherwise from another
// one, and must not block for long. Submit itself waits only while the queue of the
// store is full, or until ctx is done. The records' slices belong to the store until done.
func (d *DB) Submit(ctx context.Context, ref TableRef, recs []Record, done func(Ingested, error)) {
	t, err := d.open(ref)
	if err == nil {
		err = ownTable(ref)
	}
	if err != nil {
		done(Ingested{}, err)
		return
	}
	w := d.writes.get(recs)
	if err := w.check(t, recs, d.window(&t.doc)); err != nil {
		d.writes.put(w)
		done(Ingested{}, err)
		return
	}
	if len(w.rows) == 0 {
		d.finish(w, nil, nil, done)
		return
	}
	err = t.hot.Submit(ctx, w.rows, func(refused []hot.Refusal, err error) { d.finish(w, refused, err, done) })
	if err != nil {
		d.finish(w, nil, err, done)
	}
}

// finish answers a write and keeps its memory for another.
func (d *DB) finish(w *write, refused []hot.Refusal, err error, done func(Ingested, error)) {
	var n Ingested
	if err == nil {
		n, err = w.outcome(refused)
	}
	d.writes.put(w)
	done(n, err)
}

// write is a checked write: the rows that may be stored, and what was rejected before.
type write struct {
	rows     []hot.Row
	cells    []hot.Cell // of all rows
	dims     []hot.Dim  // of all rows
	index    []int      // of the records that the rows came from; nil when it is the same
	rejected []Rejection
	window   window
}

// writePool keeps the memory of answered writes, because a busy store would otherwise
// give the garbage collector a kilobyte a record.
type writePool struct{ pool sync.Pool }

// keptCells is the size above which a write's memory is not kept.
const keptCells = 1 << 16

func (p *writePool) get(recs []Record) *write {
	w, ok := p.pool.Get().(*write)
	if !ok {
		w = new(write)
	}
	cells, dims := counts(recs)
	*w = write{
		rows: slices.Grow(w.rows[:0], len(recs)), cells: slices.Grow(w.cells[:0], cells), dims: slices.Grow(w.dims[:0], 2*dims),
	}
	return w
}

func (p *writePool) put(w *write) {
	if cap(w.cells) <= keptCells {
		p.pool.Put(w)
	}
}

// outcome counts what was stored and lists what was not.
func (w *write) outcome(refused []hot.Refusal) (Ingested, error) {
	n := Ingested{Total: len(w.rows) - len(refused)}
	for i := range w.rows {
		if w.rows[i].Time >= w.window.memory {
			n.Memory++
		}
	}
	for _, r := range refused {
		if w.rows[r.Row].Time >= w.window.memory {
			n.Memory--
		}
		w.rejected = append(w.rejected, Rejection{Index: w.record(r.Row), Reason: reasonText(r, w.rows[r.Row].Version), ExistingVersion: r.Version})
	}
	n.Magnetic = n.Total - n.Memory
	if len(w.rejected) == 0 {
		return n, nil
	}
	slices.SortFunc(w.rejected, func(a, b Rejection) int { return cmp.Compare(a.Index, b.Index) })
	return n, &RejectedRecords{Rejections: w.rejected}
}

func (w *write) record(row int) int {
	if w.index == nil {
		return row
	}
	return w.index[row]
}

func (w *write) reject(record int, reason string) {
	w.rejected = append(w.rejected, Rejection{Index: record, Reason: reason})
}
