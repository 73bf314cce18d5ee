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

// mixed is a number as by chance, of 53 bits.
func mixed(n int) uint64 {
	x := uint64(n) * 0x9e3779b97f4a7c15
	return (x ^ x>>31) * 0xbf58476d1ce4e5b9 >> 11
}

const (
	mixedRows  = 150_000 // more than a row group
	mixedHosts = 10
)

// writeMixed stores rows that begin at a time, whose columns differ in what suits them.
func (h *house) writeMixed(start int64) {
	const batch = 5000
	states := []string{"running", "waiting for a permit", "stopped", "out of order"}
	for from := 0; from < mixedRows; from += batch {
		list := make([]hot.Row, batch)
		for i := range list {
			n := from + i
			list[i] = row(fmt.Sprint("h", n%mixedHosts), start+int64(n/mixedHosts)*1e9, 0, 1)
			list[i].Cells = []hot.Cell{
				{Name: "temp", Type: hot.Double, Bits: math.Float64bits(float64(mixed(n)%5000) / 100)},
				{Name: "Temp", Type: hot.Bigint, Bits: uint64(n / mixedHosts)},
				{Name: "noise", Type: hot.Double, Bits: math.Float64bits(float64(mixed(n)))},
				{Name: "day", Type: hot.Varchar, Text: states[mixed(n)%4]},
				{Name: "on", Type: hot.Boolean, Bits: mixed(n) % 2},
			}
		}
		h.write(list...)
	}
}

// Every column has the encoding in which it is smaller, whatever the others have and
// whatever way the file is first written, and all values are as they were written.
func TestDense(t *testing.T) {
	h := newHouse(t, Options{})
	for day, dictionaries := range []bool{false, true} {
		if day > 0 {
			h.mover.list()[0].suit(dictionaries)
		}
		start := at(time.Duration(day) * 24 * time.Hour)
		h.writeMixed(start)
		h.flush()
		files := h.hot.Table(1).Files()
		if len(files) != day+1 || files[day].Rows != mixedRows {
			t.Fatalf("dictionaries first %t: files %v, want one of all rows", dictionaries, files)
		}
		h.checkMixed(files[day], start)
	}
	before := h.hot.Table(1).Files()
	h.advance(time.Hour)
	h.must(h.mover.Compact(t.Context(), 1))
	h.restart()
	if got := h.hot.Table(1).Files(); len(got) != 2 || got[0].Path != before[0].Path {
		t.Errorf("files %v after a start, want %v", got, before)
	}
}

// checkMixed looks at the file of writeMixed.
func (h *house) checkMixed(f hot.File, start int64) {
	t := h.t
	t.Helper()
	info, err := os.Stat(f.Path)
	if h.must(err); info.Size() != f.Bytes {
		t.Errorf("the file has %d bytes, its entry says %d", info.Size(), f.Bytes)
	}
	entries, err := os.ReadDir(filepath.Dir(f.Path))
	if h.must(err); len(entries) != 1 {
		t.Errorf("%v in the folder of the day, want one file", entries)
	}
	got := h.query("SELECT path_in_schema, encodings, count(*) FROM parquet_metadata('" + f.Path + "') WHERE path_in_schema IN ('temp', 'Temp_2', 'day') GROUP BY ALL ORDER BY 1")
	want := "[[Temp_2 DELTA_BINARY_PACKED 2] [day RLE_DICTIONARY 2] [temp RLE_DICTIONARY 2]]"
	if fmt.Sprint(got) != want {
		t.Errorf("encodings %v, want %s", got, want)
	}
	n := fmt.Sprintf("((epoch_ns(time) - %d) // 1000000000 * %d + host[2:]::INTEGER)", start, mixedHosts)
	for name, wrong := range map[string]string{
		"Temp": "Temp_2 IS DISTINCT FROM " + n + " // 10",
		"temp": "temp IS DISTINCT FROM (noise::BIGINT % 5000)::DOUBLE / 100",
		"day":  `"day" IS DISTINCT FROM ['running', 'waiting for a permit', 'stopped', 'out of order'][noise::BIGINT % 4 + 1]`,
		"on":   `"on" IS DISTINCT FROM (noise::BIGINT % 2 = 1)`,
	} {
		if got := h.query(fmt.Sprintf("SELECT count(*) FROM read_parquet('%s', hive_partitioning = false) WHERE %s", f.Path, wrong)); fmt.Sprint(got) != "[[0]]" {
			t.Errorf("column %s: %v wrong values", name, got)
		}
	}
	var noise uint64
	for n := range mixedRows {
		noise += mixed(n) % 1000
	}
	if got := h.query("SELECT count(*), count(DISTINCT (host, time)), sum(noise::BIGINT % 1000)::BIGINT FROM read_parquet('" + f.Path + "')"); fmt.Sprint(got) != fmt.Sprintf("[[%d %[1]d %d]]", mixedRows, noise) {
		t.Errorf("rows, identities, sum: %v, want %d twice and %d", got, mixedRows, noise)
	}
}

// The way that suits most of a table comes first the next time, both ways.
func TestDenseFirst(t *testing.T) {
	h := newHouse(t, Options{Policy: Policy{Dense: 1}})
	for day, c := range []struct {
		value func(n int) float64
		want  bool
	}{
		{func(n int) float64 { return float64(mixed(n)%100) / 100 }, true},
		{func(n int) float64 { return float64(mixed(n)%100) / 100 }, true},
		{func(n int) float64 { return float64(mixed(n)) }, false},
	} {
		list := make([]hot.Row, 20_000)
		for n := range list {
			list[n] = row("h", at(time.Duration(day)*24*time.Hour)+int64(n)*1e9, c.value(n), 1)
		}
		h.write(list...)
		h.flush()
		if got := h.mover.list()[0].prefersDictionaries(); got != c.want {
			t.Errorf("day %d: dictionaries first %t, want %t", day, got, c.want)
		}
	}
}
