package hot

import (
	"context"
	"slices"

	"tidemark/internal/duckdb"
	"tidemark/internal/parquet"
)

// Rows of a file that were deleted since are left out of its sums. Those that an overlay
// may have another version of become results of their own, with their time: the statement
// drops the ones whose identity the overlay has when it runs.

// sumsDelete is a delete that files without its number have to obey.
type sumsDelete struct {
	Number   uint64
	From, To int64
	All      bool // series; else those listed, ascending
	Series   []uint32
}

// Bounds of what a statement says of deletes.
const (
	maxSumsDeletes  = 256
	maxDeleteSeries = 1 << 14 // of all of them
)

// remembered bounds the series of deletes that a table has in memory.
const remembered = 1 << 20

// seriesList is the series of a delete, ascending.
type seriesList []uint32

// remember returns the series of one more delete to have in memory, nil when they are
// too many; others are those before.
func remember(series []uint32, others []deletion) *seriesList {
	total := len(series)
	for i := range others {
		if others[i].listed != nil {
			total += len(*others[i].listed)
		}
	}
	if total > remembered {
		return nil
	}
	list := seriesList(slices.Sorted(slices.Values(series)))
	return &list
}

// recall reads the series of a delete from the engine's file.
func (d *deletion) recall(ctx context.Context, conn *duckdb.Conn, others []deletion) error {
	if d.all {
		return nil
	}
	rows, err := conn.Query(ctx, "SELECT sid FROM hot_deleted WHERE id = $1 AND number = $2 LIMIT $3", d.table, int64(d.number), remembered+1)
	if err != nil {
		return err
	}
	defer rows.Close()
	var series []uint32
	for {
		chunk, err := rows.Next(ctx)
		if err != nil {
			return err
		}
		if chunk == nil {
			d.listed = remember(series, others)
			return nil
		}
		series = append(series, chunk.Column(0).Uint32s(chunk.Len())...)
	}
}

// obey has a request say which deletes files must obey, and returns those that it does
// not say: files that they concern are left to DuckDB.
func (r *sumsRequest) obey(files []File, deletes []deletion, sel selection) (unsaid []deletion) {
	total := 0
	for _, d := range deletes {
		if d.to < r.From || d.from > r.To || !slices.ContainsFunc(files, func(f File) bool { return d.concerns(&f) }) {
			continue
		}
		say, ok := d.said(sel)
		switch {
		case ok && !say.All && len(say.Series) == 0: // of other series
		case !ok || len(r.Deletes) == maxSumsDeletes || total+len(say.Series) > maxDeleteSeries:
			unsaid = append(unsaid, d)
		default:
			total += len(say.Series)
			r.Deletes = append(r.Deletes, say)
		}
	}
	return unsaid
}

// said is the delete as far as it concerns the selected series; ok is false when they are
// not in memory.
func (d *deletion) said(sel selection) (say sumsDelete, ok bool) {
	say = sumsDelete{Number: d.number, From: d.from, To: d.to, All: d.all}
	if d.all {
		return say, true
	}
	if d.listed == nil {
		return say, false
	}
	say.Series = *d.listed
	if sel.listed {
		say.Series = nil
		for _, n := range sel.series {
			if _, found := slices.BinarySearch(*d.listed, n); found {
				say.Series = append(say.Series, n)
			}
		}
	}
	return say, true
}

// holes are the rows of a row group that are not simply added.
type holes struct {
	deletes  []*sumsDelete // that the file has to obey
	touched  *touchedRows
	from, to int64 // times of interest
	none     bool

	known  bool   // what follows is
	series uint32 // of these
	gone   spans
	marked spans // the times of rows that an overlay may have
}

// begin prepares for a row group of a file that obeys the deletes up to a number.
func (h *holes) begin(r *sumsRequest, layout *parquet.Layout, group int, applied uint64) {
	h.known, h.from, h.to = false, r.From, r.To
	if low, high, ok := layout.Column(r.TimeField).Range(group); ok && low <= high {
		h.from, h.to = max(h.from, low), min(h.to, high)
	}
	h.deletes = h.deletes[:0]
	for i := range r.Deletes {
		if d := &r.Deletes[i]; d.Number > applied && d.From <= h.to && d.To >= h.from {
			h.deletes = append(h.deletes, d)
		}
	}
	h.none = len(h.deletes) == 0 && h.touched.empty()
}

// enter goes on to the rows of a series.
func (h *holes) enter(series uint32) {
	if h.known && h.series == series {
		return
	}
	h.known, h.series, h.gone = true, series, h.gone[:0]
	for _, d := range h.deletes {
		if _, found := slices.BinarySearch(d.Series, series); found || d.All {
			h.gone = append(h.gone, span{d.From, d.To})
		}
	}
	h.gone = h.gone.united()
	h.marked = h.touched.of(series, h.from, h.to, h.marked)
}

// fate is what becomes of a row.
type fate uint8

const (
	added fate = iota
	dropped
	alone // it is a result of its own
)

// of says what becomes of a row of the series, and of all with times around its own.
func (h *holes) of(t, low, high int64) (f fate, from, to int64) {
	in, low, high := h.gone.around(t, low, high)
	if in {
		return dropped, low, high
	}
	if in, low, high = h.marked.around(t, low, high); in {
		return alone, t, t
	}
	return added, low, high
}
