package hot

import (
	"context"
	"fmt"
	"math"
	"strings"

	"tidemark/internal/duckdb"
)

// probe is the temporary table that carries the identities to look up.
const probe = "probe"

const createProbe = "CREATE TEMPORARY TABLE " + probe + " (n UINTEGER, sid UINTEGER, time TIMESTAMP_NS)"

// lookUp reads the stored rows among those that may be stored. The filters of the
// segments rule out most; what remains is joined with each segment in question.
func (p *part) lookUp(ctx context.Context, tx *transaction) (map[key]*state, error) {
	keys, segments := p.suspects()
	if len(keys) == 0 {
		return nil, nil
	}
	tx.store.metrics.lookUps.Add(float64(len(keys)))
	if _, err := tx.writer.conn.Exec(ctx, "DELETE FROM "+probe); err != nil {
		return nil, err
	}
	if err := tx.writer.appendRows(ctx, probe, probeColumns(keys), len(keys)); err != nil {
		return nil, err
	}
	found := make(map[key]*state, len(keys))
	for _, seg := range segments {
		if err := p.join(ctx, tx, seg, keys, found); err != nil {
			return nil, fmt.Errorf("%s: %w", seg.name, err)
		}
	}
	return found, nil
}

// suspects returns the identities that some segment may hold, and those segments.
func (p *part) suspects() (keys []key, segments []*segment) {
	hit := make([]bool, len(p.table.mu.segments))
	for k := range p.late {
		suspect := false
		for i, seg := range p.table.mu.segments {
			if seg.filter.has(k) {
				hit[i], suspect = true, true
			}
		}
		if suspect {
			keys = append(keys, k)
		}
	}
	for i, seg := range p.table.mu.segments {
		if hit[i] {
			segments = append(segments, seg)
		}
	}
	return keys, segments
}

func probeColumns(keys []key) []duckdb.Data {
	n, sid, time := make([]uint32, len(keys)), make([]uint32, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		n[i], sid[i], time[i] = uint32(i), k.series, k.time
	}
	return []duckdb.Data{{Uint32s: n}, {Uint32s: sid}, {Int64s: time}}
}

func (p *part) join(ctx context.Context, tx *transaction, seg *segment, keys []key, found map[key]*state) error {
	columns := p.schema.columns[:seg.columns]
	rows, err := tx.writer.conn.Query(ctx, joinText(seg, len(columns)))
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
			st := &state{
				exists: true, segment: seg,
				rowid:   chunk.Column(1).Int64s(chunk.Len())[i],
				version: chunk.Column(2).Int64s(chunk.Len())[i],
				cells:   cellsOf(chunk, i, columns),
			}
			found[keys[chunk.Column(0).Uint32s(chunk.Len())[i]]] = st
		}
	}
}

func joinText(seg *segment, columns int) string {
	var b strings.Builder
	b.WriteString("SELECT p.n, s.rowid, s.version")
	for i := range columns {
		b.WriteString(", s." + valueColumn(i))
	}
	fmt.Fprintf(&b, " FROM %s s JOIN %s p ON s.sid = p.sid AND s.time = p.time", seg.name, probe)
	return b.String()
}

const joinFixed = 3 // columns of joinText before the values

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
