package hot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// conflicts is the temporary table of rows of a load that are stored already.
const conflicts = "bulk_conflicts"

// enter makes the segment part of the table. It runs on the committer: what is stored
// now is what the rows are compared with.
func (l *load) enter(ctx context.Context) error {
	t := l.table
	if t.dropped.Load() {
		return errDropped
	}
	l.report.Stored = l.total
	if err := cmp.Or(t.store.usable(), t.store.diskHasRoom()); err != nil {
		return err
	}
	p := newPart(t)
	tx := &transaction{store: t.store, writer: t.store.writer, parts: []*part{p}}
	if err := l.takeNumber(ctx, tx, p); err != nil {
		return t.store.broken(fmt.Errorf("name a segment: %w", err))
	}
	var overridden []key
	err := t.store.inTransaction(nil, func(ctx context.Context, _ *writer) (err error) {
		if overridden, err = l.resolve(ctx, tx, p); err != nil {
			return err
		}
		if l.seg.rows == 0 {
			return tx.exec(ctx, "DROP TABLE "+l.seg.name)
		}
		return tx.exec(ctx, "INSERT INTO hot_segments VALUES ($1, $2, $3, false)", t.id, l.seg.seq, l.seg.opened.UnixNano())
	})
	if err != nil {
		l.seg.seq = 0
		return t.store.broken(fmt.Errorf("store rows: %w", err))
	}
	l.publish(p, overridden)
	return nil
}

// takeNumber gives the segment the next number. It has none before, because segments
// with higher numbers must not be in files before it is.
func (l *load) takeNumber(ctx context.Context, tx *transaction, p *part) error {
	name := segmentName(l.table.id, p.last+1)
	if err := tx.exec(ctx, "ALTER TABLE "+l.seg.name+" RENAME TO "+name); err != nil {
		return err
	}
	p.last++
	l.seg.seq, l.seg.name = p.last, name
	return nil
}

// resolve applies the rules for versions where rows are stored already, and returns
// the identities whose stored row is replaced.
func (l *load) resolve(ctx context.Context, tx *transaction, p *part) ([]key, error) {
	t := l.table
	stored, release, err := t.view().readable(ctx, Scan{Min: l.seg.min, Max: l.seg.max, Fields: allValues(l.seg.columns), version: true}, selection{})
	if err != nil || stored == "" {
		return nil, err
	}
	defer release()
	same := make([]string, l.seg.columns)
	for i := range same {
		same[i] = fmt.Sprintf("e.v%d IS NOT DISTINCT FROM b.v%[1]d", i)
	}
	if err := tx.exec(ctx, "CREATE OR REPLACE TEMPORARY TABLE "+conflicts+" AS SELECT b.rowid AS n, b.sid, b.time, b.version, e.version AS stored, "+
		strings.Join(same, " AND ")+" AS same FROM "+l.seg.name+" b JOIN ("+stored+") e ON e.sid = b.sid AND e.time = b.time"); err != nil {
		return nil, err
	}
	wins := "version > stored"
	if t.lastWins.Load() {
		wins = "(version > stored OR NOT same)"
	}
	loses := "NOT " + wins + " AND NOT same"
	counts, err := collect(ctx, tx.writer.conn, "SELECT count(*) FILTER (WHERE "+wins+"), count(*) FILTER (WHERE "+loses+
		"), count(*) FILTER (WHERE "+loses+" AND version < stored), count(*) FROM "+conflicts)
	if err != nil {
		return nil, err
	}
	l.report.Replaced, l.report.Rejected, l.report.Lower = counts[0][0].(int64), counts[0][1].(int64), counts[0][2].(int64)
	l.report.Stored -= l.report.Rejected
	l.seg.rows -= int(counts[0][3].(int64))
	if err := l.listRejected(ctx, tx, loses); err != nil {
		return nil, err
	}
	overridden, err := l.override(ctx, tx, p, wins)
	if err != nil {
		return nil, err
	}
	if l.seg.rows == 0 {
		return overridden, nil // it goes
	}
	return overridden, tx.exec(ctx, "DELETE FROM "+l.seg.name+" WHERE rowid IN (SELECT n FROM "+conflicts+")")
}

func allValues(n int) []Field {
	fields := make([]Field, n)
	for i := range fields {
		fields[i] = Field{Role: ValueField, Ordinal: i}
	}
	return fields
}

// listRejected notes the first of the rows that are not stored.
func (l *load) listRejected(ctx context.Context, tx *transaction, which string) error {
	if l.report.Rejected == 0 {
		return nil
	}
	rows, err := collect(ctx, tx.writer.conn, fmt.Sprintf("SELECT sid, epoch_ns(time), version, stored FROM %s WHERE %s QUALIFY row_number() OVER (PARTITION BY version = stored ORDER BY n) <= %d ORDER BY n",
		conflicts, which, maxBulkRejections))
	for _, row := range rows {
		sid := uint32(row[0].(int64))
		r := BulkRejection{Measure: l.table.mu.series.measureOf(sid), Time: row[1].(int64), Version: row[2].(int64), Stored: row[3].(int64)}
		for i, name := range l.table.mu.schema.dims {
			if value, ok := l.table.mu.series.dimension(sid, i); ok {
				r.Dims = append(r.Dims, Dim{name, value})
			}
		}
		l.report.Rejections, l.rejected = append(l.report.Rejections, r), append(l.rejected, sid)
	}
	return err
}

// findRejected finds the rejected rows in the source: of several with one version, the
// first is the one that was looked at.
func (l *load) findRejected(ctx context.Context) error {
	if len(l.rejected) == 0 {
		return nil
	}
	list := make([]string, len(l.rejected))
	for i, r := range l.report.Rejections {
		list[i] = fmt.Sprintf("(%d, %d, %d, %d)", i, l.rejected[i], r.Time, r.Version)
	}
	number := or(l.bulk.Number, "rowid")
	rows, err := collect(ctx, l.conn, "SELECT r.i, min(s."+number+") FROM (VALUES "+strings.Join(list, ", ")+") r(i, sid, t, v) JOIN "+bulkSeries+" m ON m.sid = r.sid JOIN "+
		l.bulk.Source+" s ON "+l.key("s.")+" = m.h AND epoch_ns(s.time) = r.t AND s.version = r.v GROUP BY r.i")
	for _, row := range rows {
		l.report.Rejections[row[0].(int32)].Number = row[1].(int64)
	}
	return err
}

// override moves rows that replace stored ones into an overlay.
func (l *load) override(ctx context.Context, tx *transaction, p *part, wins string) ([]key, error) {
	if l.report.Replaced == 0 {
		return nil, nil
	}
	var err error
	if p.overlay, err = p.createSegment(ctx, tx, true); err != nil {
		return nil, err
	}
	columns := strings.ReplaceAll(valueList(l.seg.columns), "s.", "")
	if err := tx.exec(ctx, "INSERT INTO "+p.overlay.name+" (sid, time, version"+columns+") SELECT sid, time, version"+columns+" FROM "+l.seg.name+
		" WHERE rowid IN (SELECT n FROM "+conflicts+" WHERE "+wins+")"); err != nil {
		return nil, err
	}
	rows, err := collect(ctx, tx.writer.conn, "SELECT sid, epoch_ns(time) FROM "+conflicts+" WHERE "+wins)
	keys := make([]key, len(rows))
	for i, row := range rows {
		keys[i] = key{uint32(row[0].(int64)), row[1].(int64)}
	}
	p.overlay.touched.add(&tx.store.sums.keys, keys)
	return keys, err
}

// publish shows readers the rows.
func (l *load) publish(p *part, overridden []key) {
	t := l.table
	for _, k := range overridden {
		p.overlay.filter.add(k)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.last = p.last
	t.mu.segments = slices.Clip(t.mu.segments)
	if l.seg.rows > 0 {
		t.mu.segments = append(t.mu.segments, l.seg)
	}
	for sid, newest := range l.newest {
		if s := t.mu.series.at(sid); newest > s.newest {
			s.newest, s.tip, s.home = newest, newest, l.seg.seq
		}
	}
	if len(overridden) > 0 {
		l.publishOverlay(p.overlay, overridden)
	}
}

// publishOverlay shows rows that replace others. The overlay that was open is older.
func (l *load) publishOverlay(overlay *segment, keys []key) {
	t := l.table
	if older := t.open(true); older != nil {
		older.frozen = true
	}
	overlay.rows = len(keys)
	for _, k := range keys {
		overlay.min, overlay.max = min(overlay.min, k.time), max(overlay.max, k.time)
		if s := t.mu.series.at(k.series); k.time == s.newest {
			s.home = overlay.seq
		}
	}
	t.mu.segments = append(t.mu.segments, overlay)
}
