package hot

import (
	"context"
	"math"
	"slices"
)

// findNewest finds the newest rows of the series whose newest row goes, because a
// series' newest time decides which rows are certainly new. They are older than all that go.
func (e *erasure) findNewest(ctx context.Context, w *writer) error {
	wanted := e.losers()
	e.newest = make(map[uint32]latestIn, len(wanted))
	for _, n := range wanted {
		e.newest[n] = latestIn{never, inFiles}
	}
	if err := e.forgetRows(ctx, w); err != nil || len(wanted) == 0 {
		return err
	}
	if err := w.probe(ctx, nil, wanted); err != nil {
		return err
	}
	if err := e.newestInFiles(ctx, w); err != nil {
		return err
	}
	for _, overlay := range []bool{false, true} {
		for _, seg := range e.table.mu.segments {
			if seg.overlay != overlay || seg.min >= e.from {
				continue
			}
			if err := e.newestOf(ctx, w, "SELECT sid, time FROM "+seg.name, seg.seq); err != nil {
				return err
			}
		}
	}
	return e.saveNewest(ctx, w, wanted)
}

// losers are the series whose newest row is in the range.
func (e *erasure) losers() []uint32 {
	sids := e.sids
	if e.all {
		sids = make([]uint32, e.table.mu.series.len())
		for i := range sids {
			sids[i] = uint32(i)
		}
	}
	var wanted []uint32
	for _, n := range sids {
		if newest := e.table.mu.series.at(n).newest; newest >= e.from && newest <= e.to {
			wanted = append(wanted, n)
		}
	}
	return wanted
}

// forgetRows removes deleted rows from the table of newest rows, where older ones than
// the newest may stand of series that have gone on.
func (e *erasure) forgetRows(ctx context.Context, w *writer) error {
	name := newestName(e.table.id)
	if width, err := newestWidth(ctx, w.conn, name); err != nil || width < 0 {
		return err
	}
	if err := e.table.widenNewest(ctx, w); err != nil { // now: DuckDB alters no table that the transaction has changed
		return err
	}
	_, err := w.conn.Exec(ctx, "DELETE FROM "+name+" WHERE "+e.deletion.rows("sid"))
	return err
}

// newestOf notes the newest rows of the wanted series in a selection of sid and time.
func (e *erasure) newestOf(ctx context.Context, w *writer, rows string, home uint32) error {
	found, err := w.conn.Query(ctx, "SELECT s.sid, max(epoch_ns(s.time)) FROM ("+rows+") s WHERE s.sid IN (SELECT sid FROM "+probe+") GROUP BY s.sid")
	if err != nil {
		return err
	}
	defer found.Close()
	for {
		chunk, err := found.Next(ctx)
		if err != nil || chunk == nil {
			return err
		}
		sids, times := chunk.Column(0).Uint32s(chunk.Len()), chunk.Column(1).Int64s(chunk.Len())
		for i, sid := range sids {
			if times[i] >= e.newest[sid].time {
				e.newest[sid] = latestIn{times[i], home}
			}
		}
	}
}

const filesAtOnce = 32 // of which the newest rows are looked for together

// newestInFiles looks through the files, the latest days first, until every series is found.
func (e *erasure) newestInFiles(ctx context.Context, w *writer) error {
	t := e.table
	deletes := append(slices.Clone(t.mu.deletes), e.deletion)
	files := slices.DeleteFunc(slices.Clone(t.mu.files), func(f File) bool { return f.MinTime >= e.from })
	slices.Reverse(files)
	for len(files) > 0 && e.missing() {
		n := min(filesAtOnce, len(files))
		for n < len(files) && files[n].Day == files[n-1].Day {
			n++
		}
		release, err := t.store.opts.Fetch(ctx, files[:n])
		if err != nil {
			return err
		}
		rows := filesText(files[:n], t.mu.fields, t.mu.schema, nil, false, everything, deletes)
		err = e.newestOf(ctx, w, rows, inFiles)
		release()
		if err != nil {
			return err
		}
		files = files[n:]
	}
	return nil
}

func (e *erasure) missing() bool {
	for _, l := range e.newest {
		if l.time == never {
			return true
		}
	}
	return false
}

// saveNewest corrects the newest rows that the engine's file has of series whose newest
// row is in a file now, or nowhere.
func (e *erasure) saveNewest(ctx context.Context, w *writer, wanted []uint32) error {
	t := e.table
	want := selecting{from: math.MaxInt64, to: math.MinInt64}
	var keys []key
	for _, n := range wanted {
		if l := e.newest[n]; l.home == inFiles && l.time != never {
			keys = append(keys, key{n, l.time})
			want.from, want.to = min(want.from, l.time), max(want.to, l.time)
		}
	}
	files := slices.DeleteFunc(slices.Clone(t.mu.files), func(f File) bool { return !f.touches(want.from, want.to) })
	release, err := t.store.opts.Fetch(ctx, files)
	if err != nil {
		return err
	}
	defer release()
	rows := ""
	if len(keys) > 0 {
		rows = filesText(files, t.mu.fields, t.mu.schema, ordinals(len(t.mu.schema.columns)), true, want, append(slices.Clone(t.mu.deletes), e.deletion))
	}
	return t.storeNewest(ctx, w, keys, rows, wanted)
}
