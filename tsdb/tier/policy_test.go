package tier

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tidemark/tsdb/hot"
)

// ofRows makes files of a day with so many rows each, named by their place.
func ofRows(rows ...int64) []hot.File {
	var files []hot.File
	for i, n := range rows {
		files = append(files, hot.File{Path: fmt.Sprint(i), Rows: n})
	}
	return files
}

// large makes n full files.
func large(n int) []hot.File {
	files := make([]hot.File, n)
	for i := range files {
		files[i] = hot.File{Path: fmt.Sprint("large", i), Rows: 7_900_000}
	}
	return files
}

func names(files []hot.File) string { return strings.Join(paths(files), " ") }

func TestPolicyMerge(t *testing.T) {
	const k, limit = 1000, 8_000_000
	never := func(hot.File) bool { return false }
	for _, c := range []struct {
		name  string
		day   dayFiles
		lacks string // paths of files that lack deletes
		want  string
	}{
		{"no file", dayFiles{}, "", ""},
		{"one file", dayFiles{files: ofRows(10), over: true, quiet: day}, "", ""},
		{"a file that lacks a delete", dayFiles{files: ofRows(10, 20)}, "1", "1"},
		{"small files that lack a delete go together", dayFiles{files: ofRows(10, 20, 30)}, "0 2", "0 2"},
		{"large ones go alone", dayFiles{files: ofRows(5*k*k, 5*k*k)}, "0 1", "0"},
		{"three of a size wait", dayFiles{files: ofRows(100*k, 100*k, 100*k)}, "", ""},
		{"four of a size merge", dayFiles{files: ofRows(100*k, 110*k, 120*k, 100*k)}, "", "0 3 1 2"},
		{"smaller ones come along, larger ones stay", dayFiles{files: ofRows(100*k, 5, 110*k, 120*k, 100*k, 3*k*k)}, "", "1 0 4 2 3"},
		{"large ones of an open day stay", dayFiles{files: ofRows(4*k*k, 4*k*k, 4*k*k, 4*k*k)}, "", ""},
		{"a day that is over becomes one file", dayFiles{files: ofRows(4*k*k, 3*k*k, 100*k), over: true, quiet: time.Hour}, "", "0 1 2"},
		{"not while rows still come", dayFiles{files: ofRows(4*k*k, 3*k*k, 100*k), over: true, quiet: time.Minute}, "", ""},
		{"not for a few rows", dayFiles{files: ofRows(4*k*k, 10), over: true, quiet: time.Hour}, "", ""},
		{"for a few rows only a day later", dayFiles{files: ofRows(4*k*k, 10), over: true, quiet: day}, "", "0 1"},
		{"a large day becomes as many files as it needs", dayFiles{files: ofRows(4*k*k, 4*k*k, 4*k*k, 4*k*k, 4*k*k), over: true, quiet: time.Hour}, "", "0 1 2 3 4"},
		{"and stays so", dayFiles{files: ofRows(7*k*k, 7*k*k, 6*k*k), over: true, quiet: 2 * day}, "", ""},
		{"not all at once of a huge one", dayFiles{files: append(ofRows(3*k*k, 3*k*k, 3*k*k), large(30)...), over: true, quiet: 2 * day}, "", ""},
		{"but what is worth it", dayFiles{files: append(ofRows(3*k*k, 3*k*k, 2*k*k, 3*k*k, 3*k*k, 2*k*k), large(30)...), over: true, quiet: 2 * day}, "", "2 5 0 1 3 4"},
		{"also with a few rows more", dayFiles{files: ofRows(8*k*k, 8*k*k, 10, 20), over: true, quiet: 2 * day}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.day.limit, c.day.lacks = limit, never
			if c.lacks != "" {
				c.day.lacks = func(f hot.File) bool { return strings.Contains(" "+c.lacks+" ", " "+f.Path+" ") }
			}
			if got := names(Policy{}.withDefaults().merge(c.day)); got != c.want {
				t.Errorf("merge of %v: %q, want %q", c.day.files, got, c.want)
			}
		})
	}
}

func TestPolicyLimit(t *testing.T) {
	for _, c := range []struct {
		columns int
		want    int64
	}{{14, 8_000_000}, {16, 8_000_000}, {100, 1_280_000}, {1000, 128_000}, {100_000, 8192}} {
		if got := (Policy{}).withDefaults().limit(c.columns); got != c.want {
			t.Errorf("limit(%d columns) = %d rows, want %d", c.columns, got, c.want)
		}
	}
}

// A steady stream of flushes into one day: how often a row is written, and how many
// files a reader finds meanwhile.
func TestPolicyAmplification(t *testing.T) {
	p := Policy{}.withDefaults()
	d := dayFiles{limit: p.limit(14), lacks: func(hot.File) bool { return false }}
	written, flushed, most := int64(0), int64(0), 0
	for i := range 288 { // every five minutes
		const rows = 12_000
		with := alongside(d.files, rows)
		d.files = append(without(d.files, with), hot.File{Path: fmt.Sprint("f", i), Rows: rows + rowsOf(with)})
		flushed, written = flushed+rows, written+rows+rowsOf(with)
		for m := 0; ; m++ {
			list := p.merge(d)
			if len(list) == 0 {
				break
			}
			written += rowsOf(list)
			d.files = append(without(d.files, list), hot.File{Path: fmt.Sprint("m", i, m), Rows: rowsOf(list)})
		}
		most = max(most, len(d.files))
	}
	d.over, d.quiet = true, time.Hour
	for list := p.merge(d); len(list) > 0; list = p.merge(d) {
		written += rowsOf(list)
		d.files = append(without(d.files, list), hot.File{Path: "end", Rows: rowsOf(list)})
	}
	if len(d.files) != 1 {
		t.Errorf("%d files in the end, want 1", len(d.files))
	}
	// Four levels of four files each, 3 of a level at once; once at the flush, four merges, and the last.
	if ratio := float64(written) / float64(flushed); ratio > 6 {
		t.Errorf("a row is written %.2f times, want at most 6", ratio)
	}
	if most > 15 {
		t.Errorf("%d files at once, want at most 15", most)
	}
	t.Logf("written %.2f times, %d files at most", float64(written)/float64(flushed), most)
}

func without(files, gone []hot.File) []hot.File {
	var left []hot.File
	for _, f := range files {
		if !strings.Contains(" "+names(gone)+" ", " "+f.Path+" ") {
			left = append(left, f)
		}
	}
	return left
}
