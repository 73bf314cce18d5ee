package hot

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"tidemark/internal/duckdb"
)

// probe is the temporary table that carries the identities to look up.
const probe = "probe"

const createProbe = "CREATE TEMPORARY TABLE " + probe + " (n UINTEGER, sid UINTEGER, time TIMESTAMP_NS)"

// lookUp reads the stored rows among those that may be stored. The filters of the
// segments and the bounds of the files rule out most; what remains is joined with each
// segment, and all files, in question. What an overlay has counts.
func (p *part) lookUp(ctx context.Context, tx *transaction) (map[key]*state, error) {
	q := p.suspects()
	if len(q.keys) == 0 {
		return nil, nil
	}
	tx.store.metrics.lookUps.Add(float64(len(q.keys)))
	if _, err := tx.writer.conn.Exec(ctx, "DELETE FROM "+probe); err != nil {
		return nil, err
	}
	if err := tx.writer.appendRows(ctx, probe, probeColumns(q.keys), len(q.keys)); err != nil {
		return nil, err
	}
	found := make(map[key]*state, len(q.keys))
	if err := p.lookUpFiles(ctx, tx, q, found); err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	for _, seg := range slices.Concat(q.segments, q.overlays) {
		if err := p.lookUpSegment(ctx, tx, q, seg, found); err != nil {
			return nil, fmt.Errorf("%s: %w", seg.name, err)
		}
	}
	return found, nil
}

func (p *part) lookUpSegment(ctx context.Context, tx *transaction, q question, seg *segment, found map[key]*state) error {
	text := "SELECT p.n, s.rowid, s.version" + valueList(seg.columns) +
		" FROM " + seg.name + " s JOIN " + probe + " p ON s.sid = p.sid AND s.time = p.time"
	return p.collectStored(ctx, tx, text, q.keys, seg.columns, seg, found)
}

func (p *part) lookUpFiles(ctx context.Context, tx *transaction, q question, found map[key]*state) error {
	if len(q.files) == 0 {
		return nil
	}
	t := p.table
	release, err := t.store.opts.Fetch(ctx, q.files)
	if err != nil {
		return err
	}
	defer release()
	values := ordinals(len(t.mu.schema.columns))
	rows := filesText(q.files, t.mu.fields, t.mu.schema, values, true, q.bounds(), t.mu.deletes)
	text := "SELECT p.n, 0::BIGINT, s.version" + valueList(len(values)) +
		" FROM (" + rows + ") s JOIN " + probe + " p ON s.sid = p.sid AND s.time = p.time"
	return p.collectStored(ctx, tx, text, q.keys, len(values), nil, found)
}

// valueList names the first n value columns of s.
func valueList(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(", s." + valueColumn(i))
	}
	return b.String()
}

func ordinals(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// question is what must be looked up, and where.
type question struct {
	keys               []key
	segments, overlays []*segment
	files              []File
}

// bounds limits the rows of files that can be an answer.
func (q question) bounds() selecting {
	want := selecting{from: math.MaxInt64, to: math.MinInt64}
	series := map[uint32]struct{}{}
	for _, k := range q.keys {
		want.from, want.to = min(want.from, k.time), max(want.to, k.time)
		series[k.series] = struct{}{}
	}
	if len(series) <= maxListed {
		want.sel = selection{listed: true, series: slices.Sorted(maps.Keys(series))}
	}
	return want
}

// suspects returns the identities that some segment or file may hold, and those.
func (p *part) suspects() question {
	var q question
	t := p.table
	hit, files := make([]bool, len(t.mu.segments)), map[int]struct{}{}
	for k := range p.late {
		suspect := false
		for i, seg := range t.mu.segments {
			if seg.filter.has(k) {
				hit[i], suspect = true, true
			}
		}
		for i, f := range t.filesOf(k.time) {
			if f.covers(k) {
				files[i], suspect = struct{}{}, true
			}
		}
		if suspect {
			q.keys = append(q.keys, k)
		}
	}
	for i, seg := range t.mu.segments {
		switch {
		case hit[i] && seg.overlay:
			q.overlays = append(q.overlays, seg)
		case hit[i]:
			q.segments = append(q.segments, seg)
		}
	}
	for _, i := range slices.Sorted(maps.Keys(files)) {
		q.files = append(q.files, t.mu.files[i])
	}
	return q
}

func probeColumns(keys []key) []duckdb.Data {
	n, sid, time := make([]uint32, len(keys)), make([]uint32, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		n[i], sid[i], time[i] = uint32(i), k.series, k.time
	}
	return []duckdb.Data{{Uint32s: n}, {Uint32s: sid}, {Int64s: time}}
}

// collectStored runs a look-up and notes what it finds in a segment, or in files when
// seg is nil.
func (p *part) collectStored(ctx context.Context, tx *transaction, text string, keys []key, columns int, seg *segment, found map[key]*state) error {
	rows, err := tx.writer.conn.Query(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		chunk, err := rows.Next(ctx)
		if err != nil || chunk == nil {
			return err
		}
		for i := range chunk.Len() {
			found[keys[chunk.Column(0).Uint32s(chunk.Len())[i]]] = &state{
				exists: true, stored: true, segment: seg,
				rowid:   chunk.Column(1).Int64s(chunk.Len())[i],
				version: chunk.Column(2).Int64s(chunk.Len())[i],
				cells:   cellsOf(chunk, i, p.schema.columns[:columns]),
			}
		}
	}
}

const joinFixed = 3 // columns of a look-up before the values

// cellsOf reads the values of a stored row. A column that is NULL is not part of it.
func cellsOf(chunk *duckdb.Chunk, row int, columns []Column) []Cell {
	var cells []Cell
	for i, c := range columns {
		v := chunk.Column(joinFixed + i)
		if !v.Valid(row) {
			continue
		}
		cell := Cell{Name: c.Name, Type: c.Type, column: int32(i)}
		switch c.Type {
		case Double:
			cell.Bits = math.Float64bits(v.Float64s(row + 1)[row])
		case Bigint, Timestamp:
			cell.Bits = uint64(v.Int64s(row + 1)[row])
		case Boolean:
			cell.Bits = bit(v.Bools(row + 1)[row])
		case Varchar:
			cell.Text = v.Text(row)
		}
		cells = append(cells, cell)
	}
	return cells
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
