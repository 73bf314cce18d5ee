package hot

import (
	"context"
	"fmt"
	"strings"
)

// segment fills a segment of its own with the rows.
func (l *load) segment(ctx context.Context) error {
	t := l.table
	var sc *schema
	err := t.store.ask(ctx, func() error {
		sc = t.mu.schema
		t.store.bulks++
		l.seg = newSegment(t.id, 0, false, len(sc.columns), t.store.opts.Now())
		l.seg.name, l.seg.frozen = bulkName(t.id, t.store.bulks), true
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := l.conn.Exec(ctx, createSegment(l.seg.name, sc.columns)); err != nil {
		return fmt.Errorf("make a segment: %w", err)
	}
	at := map[int32]int{} // the source's columns by their ordinals in the table
	for i, c := range l.bulk.Columns {
		at[sc.index[c.Name]] = i
	}
	var values strings.Builder
	for i := range sc.columns {
		if n, ok := at[int32(i)]; ok {
			values.WriteString(", s." + valueColumn(n))
		} else {
			values.WriteString(", NULL")
		}
	}
	l.total, err = l.conn.Exec(ctx, "INSERT INTO "+l.seg.name+" SELECT m.sid, s.time, s.version"+values.String()+" FROM "+l.bulk.Source+" s JOIN "+
		bulkSeries+" m ON m.h = "+l.key("s."))
	if err != nil {
		return fmt.Errorf("fill a segment: %w", err)
	}
	return nil
}

// examine reads which rows there are, as at the start of the store.
func (l *load) examine(ctx context.Context) error {
	rows, err := l.conn.Query(ctx, "SELECT sid, time FROM "+l.seg.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	l.newest = map[uint32]int64{}
	for {
		chunk, err := rows.Next(ctx)
		if err != nil || chunk == nil {
			return err
		}
		sids, times := chunk.Column(0).Uint32s(chunk.Len()), chunk.Column(1).Int64s(chunk.Len())
		for i, sid := range sids {
			l.note(key{sid, times[i]})
		}
		l.seg.rows += len(sids)
	}
}

// note takes in a row. One that is later than all of its series is certainly its only
// one so far; of another the filter says so, or that it may not be.
func (l *load) note(k key) {
	newest, ok := l.newest[k.series]
	if !ok || k.time > newest {
		l.newest[k.series] = k.time
	} else if !l.twice {
		l.twice = k.time == newest || l.seg.filter.has(k)
	}
	l.seg.filter.add(k)
	l.seg.min, l.seg.max = min(l.seg.min, k.time), max(l.seg.max, k.time)
}

// single removes all rows of an identity but one. What examine saw of them stays right.
func (l *load) single(ctx context.Context) error {
	if !l.twice {
		return nil
	}
	twice, err := collect(ctx, l.conn, "SELECT count(*) FROM (SELECT 1 FROM "+l.seg.name+" GROUP BY sid, time HAVING count(*) > 1 LIMIT 1)")
	if err != nil || twice[0][0] == int64(0) {
		return err
	}
	removed, err := l.conn.Exec(ctx, "DELETE FROM "+l.seg.name+" WHERE rowid IN (SELECT rowid FROM "+l.seg.name+
		" QUALIFY row_number() OVER (PARTITION BY sid, time ORDER BY version DESC, rowid) > 1)")
	l.seg.rows -= int(removed)
	return err
}
