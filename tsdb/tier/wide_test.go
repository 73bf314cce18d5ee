package tier

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"tidemark/tsdb/hot"
)

// A wide table has row groups of fewer rows, and every value in its column.
func TestWideTable(t *testing.T) {
	const columns, rows, hosts = 300, 20_000, 100
	h := newHouse(t, Options{})
	names := make([]string, columns)
	for i := range names {
		names[i] = fmt.Sprint("c", i)
	}
	const batch = 2000
	for from := 0; from < rows; from += batch {
		list := make([]hot.Row, batch)
		for i := range list {
			n := from + i
			list[i] = row(fmt.Sprint("h", n%hosts), at(0)+int64(n/hosts)*1e9, 0, 1)
			list[i].Cells = make([]hot.Cell, columns)
			for k := range list[i].Cells {
				list[i].Cells[k] = hot.Cell{Name: names[k], Type: hot.Double, Bits: math.Float64bits(float64(n*columns + k))}
			}
		}
		h.write(list...)
	}
	h.flush()
	if got := h.days(); got != "0:20000" {
		t.Fatalf("files %s, want one of all rows", got)
	}
	path := h.hot.Table(1).Files()[0].Path
	number := fmt.Sprintf("((epoch_ns(time) - %d) // 1000000000 * %d + host[2:]::INTEGER) * %d", at(0), hosts, columns)
	for _, k := range []int{0, 7, columns - 1} {
		wrong := h.query(fmt.Sprintf("SELECT count(*) FROM read_parquet('%s') WHERE c%d IS DISTINCT FROM %s + %[2]d", path, k, number))[0][0]
		if wrong != int64(0) {
			t.Errorf("column %d: %v wrong values", k, wrong)
		}
	}
	// 4 Mi values of 305 in a row are 13,751 rows: 12,288 in whole blocks.
	if groups := h.query("SELECT count(DISTINCT row_group_id) FROM parquet_metadata('" + path + "')")[0][0]; groups != int64(2) {
		t.Errorf("%v row groups, want 2", groups)
	}
}

// Long dimension values make rows broad, too: files and groups have fewer rows then.
func TestBreadth(t *testing.T) {
	h := newHouse(t, Options{Policy: Policy{Cells: 3_000_000}})
	long := strings.Repeat("x", 2040)
	for i := range 20 {
		r := row(fmt.Sprint("h", i), at(time.Duration(i)), 1, 1)
		r.Dims = append([]hot.Dim{{Name: "area", Value: long}}, r.Dims...)
		h.write(r)
	}
	h.flush()
	m, table := h.mover, h.mover.list()[0]
	// 4 fixed columns, 2 dimensions, 1 value; and per row 2,040 bytes of area, 1 of the measure "m", 2.5 of a host: 255 values.
	if got, ok := table.broad(h.clock()); got != 262 || !ok {
		t.Errorf("breadth %d, known %t, want 262", got, ok)
	}
	if got, err := m.limit(t.Context(), table); got != 3_000_000/262 || err != nil {
		t.Errorf("limit %d, %v, want %d rows", got, err, 3_000_000/262)
	}
	if got := groupOf(262); got != 7*2048 {
		t.Errorf("groupOf(262) = %d, want %d", got, 7*2048)
	}
	h.restart()
	table = h.mover.list()[0]
	if _, ok := table.broad(h.clock()); ok {
		t.Error("the breadth is known after a start")
	}
	if got, err := h.mover.limit(t.Context(), table); got != 3_000_000/262 || err != nil {
		t.Errorf("limit after a start %d, %v, want %d rows", got, err, 3_000_000/262)
	}
	h.advance(breadthFor)
	if _, ok := table.broad(h.clock()); ok {
		t.Error("the breadth is known for ever")
	}
}
