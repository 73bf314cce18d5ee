package tier

import (
	"fmt"
	"math"
	"testing"

	"tidemark/tsdb/hot"
)

// A wide table has row groups of fewer rows, and every value in its column.
func TestWideTable(t *testing.T) {
	const columns, rows, hosts = 300, 14_000, 100
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
	if got := h.days(); got != "0:14000" {
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
	// 4 Mi values of 305 columns are 13,751 rows: 12,288 in whole blocks.
	if groups := h.query("SELECT count(DISTINCT row_group_id) FROM parquet_metadata('" + path + "')")[0][0]; groups != int64(2) {
		t.Errorf("%v row groups, want 2", groups)
	}
}
