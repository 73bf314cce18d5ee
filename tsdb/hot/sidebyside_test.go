package hot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/internal/duckdb"
	"tidemark/internal/parquet"
)

// gauge counts what runs at once.
type gauge struct{ begun, running, most atomic.Int32 }

// second takes a second, of the clock of a test.
func (g *gauge) second() {
	g.begun.Add(1)
	n := g.running.Add(1)
	for m := g.most.Load(); n > m && !g.most.CompareAndSwap(m, n); m = g.most.Load() {
	}
	time.Sleep(time.Second)
	g.running.Add(-1)
}

func TestSideBySide(t *testing.T) {
	ended := errors.New("ended")
	for _, c := range []struct {
		name      string
		n, atOnce int
		failed    []int
		end       time.Duration // of the context; 0: never
		want      string
		begun     int32 // and perhaps fewer more than run at once, begun before an error came
		most      int32
	}{
		{name: "nothing", atOnce: 4, want: "<nil>"},
		{name: "few", n: 3, atOnce: 4, want: "<nil>", begun: 3, most: 3},
		{name: "many", n: 100, atOnce: 4, want: "<nil>", begun: 100, most: 4},
		{name: "the first error counts", n: 100, atOnce: 4, failed: []int{7, 5, 6, 90}, want: "5", begun: 8, most: 4},
		{name: "the last fails", n: 9, atOnce: 4, failed: []int{8}, want: "8", begun: 9, most: 4},
		{name: "interrupted", n: 100, atOnce: 4, end: 2500 * time.Millisecond, want: "ended", begun: 12, most: 4},
		{name: "failed, then interrupted", n: 100, atOnce: 4, failed: []int{2}, end: time.Hour, want: "2", begun: 4, most: 4},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			if c.end > 0 {
				time.AfterFunc(c.end, func() { cancel(ended) })
			}
			var g gauge
			failed := map[int]bool{}
			for _, i := range c.failed {
				failed[i] = true
			}
			err := sideBySide(ctx, c.n, c.atOnce, func(_ context.Context, i int) error {
				g.second()
				if failed[i] {
					return fmt.Errorf("%d", i)
				}
				return nil
			})
			if more := g.begun.Load() - c.begun; fmt.Sprint(err) != c.want || more < 0 || more > 0 && (c.failed == nil || more >= c.most) || g.most.Load() != c.most {
				t.Errorf("%s: %v after %d, up to %d at once; want %s after %d, %d", c.name, err, g.begun.Load(), g.most.Load(), c.want, c.begun, c.most)
			}
		})
	}
}

// slowFile is a file of a slow disk.
type slowFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f slowFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f slowFile) Close() error               { return nil }

// Footers of many files are read side by side, as many as may be and no more.
func TestLayoutsOfManyFiles(t *testing.T) {
	m := newMover(t)
	path := filepath.Join(m.dir, "layout.parquet")
	_, err := m.conn.Exec(t.Context(), "COPY (SELECT 1 AS a) TO "+duckdb.Quote(path)+" (FORMAT parquet, FIELD_IDS {a: 1})")
	m.must(err)
	text, err := os.ReadFile(path)
	m.must(err)
	info, err := os.Stat(path)
	m.must(err)
	const count = 5 * footersAtOnce
	files := make([]File, count)
	for i := range files {
		files[i].Path = fmt.Sprintf("file %d", i)
	}
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		l := layouts{open: func(path string) (footerSource, error) {
			g.second()
			if path == "file 7" {
				return nil, fs.ErrNotExist
			}
			return slowFile{bytes.NewReader(text), info}, nil
		}}
		var read atomic.Int32
		look := func(i int, layout *parquet.Layout, err error) {
			if (err != nil) != (i == 7) || err == nil && layout.Column(1) == nil {
				t.Errorf("file %d: %v, %v", i, layout, err)
			}
			read.Add(1)
		}
		if err := l.each(t.Context(), files, look); err != nil || read.Load() != count || g.begun.Load() != count || g.most.Load() != footersAtOnce {
			t.Errorf("%v after %d footers of %d files, up to %d at once; want %d of %d, %d", err, read.Load(), g.begun.Load(), g.most.Load(), count, count, footersAtOnce)
		}
		if err := l.each(t.Context(), files, look); err != nil || g.begun.Load() != count+1 {
			t.Errorf("%v after %d files; want that only the one that is not there is looked for again", err, g.begun.Load())
		}
		l = layouts{open: l.open}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second/2, cancel)
		g = gauge{}
		if err := l.each(ctx, files, look); !errors.Is(err, context.Canceled) || g.begun.Load() != footersAtOnce {
			t.Errorf("interrupted: %v after %d files, want that it was cancelled after %d", err, g.begun.Load(), footersAtOnce)
		}
	})
}

// A statement whose writer gave up while footers were read is not written.
func TestReadIsInterrupted(t *testing.T) {
	m := filed(t, 1, 100)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	sn := m.store.Snapshot()
	defer sn.Close()
	if text, _, err := sn.View(m.table).Read(ctx, allRows); !errors.Is(err, context.Canceled) {
		t.Errorf("Read = %.100s, %v; want that it was cancelled", text, err)
	}
}

// A footer that is larger than any of ours is left to DuckDB.
func TestLayoutOfLargeFooter(t *testing.T) {
	text := make([]byte, parquet.MaxLayout+100)
	copy(text, "PAR1")
	copy(text[len(text)-8:], "\x01\x00\x00\x01PAR1") // 16 MiB and a byte
	if _, err := parquet.ReadLayout(bytes.NewReader(text), int64(len(text))); err == nil || !strings.Contains(err.Error(), "16777217") {
		t.Errorf("layout of a footer of more than %d bytes: %v, want an error that says so", parquet.MaxLayout, err)
	}
}
