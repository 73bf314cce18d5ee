package tier

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tidemark/tsdb/hot"
)

// Every column has the encoding in which it is smaller, whatever the others have, and
// all values are as they were written.
func TestDense(t *testing.T) {
	const hosts, rows, batch = 10, 150_000, 5000 // more than a row group
	h := newHouse(t, Options{})
	states := []string{"running", "waiting for a permit", "stopped", "out of order"}
	mixed := func(n int) uint64 { // as by chance
		x := uint64(n) * 0x9e3779b97f4a7c15
		return (x ^ x>>31) * 0xbf58476d1ce4e5b9 >> 11
	}
	for from := 0; from < rows; from += batch {
		list := make([]hot.Row, batch)
		for i := range list {
			n := from + i
			list[i] = row(fmt.Sprint("h", n%hosts), at(0)+int64(n/hosts)*1e9, 0, 1)
			cents := float64(mixed(n)%5000) / 100
			list[i].Cells = []hot.Cell{
				{Name: "temp", Type: hot.Double, Bits: math.Float64bits(cents)},
				{Name: "Temp", Type: hot.Bigint, Bits: uint64(n / hosts)},
				{Name: "noise", Type: hot.Double, Bits: math.Float64bits(float64(mixed(n)))},
				{Name: "day", Type: hot.Varchar, Text: states[mixed(n)%4]},
				{Name: "on", Type: hot.Boolean, Bits: mixed(n) % 2},
			}
		}
		h.write(list...)
	}
	h.flush()
	files := h.hot.Table(1).Files()
	if len(files) != 1 || files[0].Rows != rows {
		t.Fatalf("files %v, want one of all rows", files)
	}
	f := files[0]
	info, err := os.Stat(f.Path)
	if h.must(err); info.Size() != f.Bytes {
		t.Errorf("the file has %d bytes, its entry says %d", info.Size(), f.Bytes)
	}
	entries, err := os.ReadDir(filepath.Dir(f.Path))
	if h.must(err); len(entries) != 1 {
		t.Errorf("%v in the folder of the day, want one file", entries)
	}
	got := h.query("SELECT path_in_schema, encodings, count(*) FROM parquet_metadata('" + f.Path + "') WHERE path_in_schema IN ('temp', 'Temp_2', 'noise', 'day', 'time') GROUP BY ALL ORDER BY 1")
	want := "[[Temp_2 DELTA_BINARY_PACKED 2] [day RLE_DICTIONARY 2] [noise BYTE_STREAM_SPLIT 2] [temp RLE_DICTIONARY 2] [time DELTA_BINARY_PACKED 2]]"
	if fmt.Sprint(got) != want {
		t.Errorf("encodings %v, want %s", got, want)
	}
	n := fmt.Sprintf("((epoch_ns(time) - %d) // 1000000000 * %d + host[2:]::INTEGER)", at(0), hosts)
	for name, wrong := range map[string]string{
		"Temp": "Temp_2 IS DISTINCT FROM " + n + " // 10",
		"temp": "round(temp * 100)::BIGINT IS DISTINCT FROM noise::BIGINT % 5000 OR temp IS DISTINCT FROM (noise::BIGINT % 5000)::DOUBLE / 100",
		"day":  `"day" IS DISTINCT FROM ['running', 'waiting for a permit', 'stopped', 'out of order'][noise::BIGINT % 4 + 1]`,
		"on":   `"on" IS DISTINCT FROM (noise::BIGINT % 2 = 1)`,
	} {
		if got := h.query(fmt.Sprintf("SELECT count(*) FROM read_parquet('%s', hive_partitioning = false) WHERE %s", f.Path, wrong)); fmt.Sprint(got) != "[[0]]" {
			t.Errorf("column %s: %v wrong values", name, got)
		}
	}
	var noise uint64
	for n := range rows {
		noise += mixed(n) % 1000
	}
	if got := h.query("SELECT count(*), count(DISTINCT (host, time)), sum(noise::BIGINT % 1000)::BIGINT FROM read_parquet('" + f.Path + "')"); fmt.Sprint(got) != fmt.Sprintf("[[%d %[1]d %d]]", rows, noise) {
		t.Errorf("rows, identities, sum: %v, want %d twice and %d", got, rows, noise)
	}
	h.advance(time.Hour)
	h.must(h.mover.Compact(t.Context(), 1))
	h.restart()
	if got := h.hot.Table(1).Files(); len(got) != 1 || got[0].Path != f.Path {
		t.Errorf("files %v after a start, want %s", got, f.Path)
	}
}
