package duckdb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// counting is a relation of the numbers from 0, in pieces that threads take.
type counting struct {
	rows, piece int
	next        atomic.Int64
	fail        int // the row at which it fails; 0: none
	opened      atomic.Int32
	readers     atomic.Int32
}

func (c *counting) Threads() int { return 8 }

func (c *counting) Close() error {
	c.opened.Add(-1)
	return nil
}

func (c *counting) Reader() (Reader, error) {
	c.readers.Add(1)
	return &counter{c}, nil
}

type counter struct{ *counting }

func (c *counter) Close() error {
	c.readers.Add(-1)
	return nil
}

func (c *counter) Read(columns []Output, limit int) (int, error) {
	n := min(limit, c.piece)
	from := int(c.next.Add(int64(n))) - n
	if n = min(n, c.rows-from); n <= 0 {
		return 0, nil
	}
	for i := range n {
		row := from + i
		if c.fail > 0 && row == c.fail {
			return 0, errors.New("row of ill omen")
		}
		if c.fail < 0 && row == -c.fail {
			panic("row of doom")
		}
		columns[0].Uint32s(n)[i] = uint32(row)
		columns[1].Words(n)[i] = [2]uint64{uint64(row), 1}
		columns[2].Float64s(n)[i] = float64(row) / 2
		if row%3 == 0 {
			columns[2].Validity(n)[i/64] &^= 1 << (i % 64)
		}
	}
	return n, nil
}

func (c *counting) source(name string) Source {
	return Source{Name: name, Bind: func(text string) (Relation, error) {
		if text != "all of 'them'" {
			return Relation{}, fmt.Errorf("what is %q?", text)
		}
		return Relation{
			Columns: []Column{{"a", Type{Kind: UInteger}}, {"b", Type{Kind: HugeInt}}, {"c", Type{Kind: Double}}},
			Rows:    int64(c.rows), Open: func() (Reading, error) {
				if c.piece == 0 {
					return nil, errors.New("nothing to open")
				}
				c.opened.Add(1)
				c.next.Store(0)
				return c, nil
			},
		}, nil
	}}
}

func TestSource(t *testing.T) {
	e := openEngine(t, Options{})
	c := &counting{rows: 1_000_003, piece: 2000}
	if err := e.RegisterSource(t.Context(), c.source("counted")); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, e)
	for range 3 {
		got := fmt.Sprint(query(t, conn, "SELECT count(*), sum(a), sum(b - 18446744073709551616), sum(c), count(c), count(DISTINCT a) FROM counted('all of ''them''')")[0]...)
		const all, thirds = 1_000_002 * 1_000_003 / 2, 3 * 333_334 * 333_335 / 2
		if want := fmt.Sprint(1_000_003, all, all, float64(all-thirds)/2, 1_000_003-333_335, 1_000_003); got != want {
			t.Errorf("sums are %s, want %s", got, want)
		}
	}
	if c.opened.Load() != 0 || c.readers.Load() != 0 {
		t.Errorf("%d runs and %d readers are left", c.opened.Load(), c.readers.Load())
	}
}

func TestSourceErrors(t *testing.T) {
	e := openEngine(t, Options{})
	conn := connect(t, e)
	for name, test := range map[string]struct {
		source *counting
		text   string
		want   string
	}{
		"bind":  {&counting{}, "some", `what is "some"?`},
		"open":  {&counting{rows: 5}, "all of ''them''", "nothing to open"},
		"read":  {&counting{rows: 100_000, piece: 100, fail: 70_000}, "all of ''them''", "row of ill omen"},
		"panic": {&counting{rows: 100_000, piece: 100, fail: -70_000}, "all of ''them''", "panic: row of doom"},
	} {
		if err := e.RegisterSource(t.Context(), test.source.source("failing_"+name)); err != nil {
			t.Fatal(err)
		}
		rows, err := conn.Query(t.Context(), "SELECT sum(a) FROM failing_"+name+"('"+test.text+"')")
		if err == nil {
			_, err = rows.All(t.Context())
		}
		failed, ok := errors.AsType[*Error](err)
		if !ok || !strings.HasPrefix(failed.Message, SourceFailed) || !strings.Contains(failed.Message, test.want) {
			t.Errorf("%s: %v, want %q behind %q", name, err, test.want, SourceFailed)
		}
		if test.source.opened.Load() != 0 || test.source.readers.Load() != 0 {
			t.Errorf("%s: %d runs and %d readers are left", name, test.source.opened.Load(), test.source.readers.Load())
		}
	}
}

// A statement over a source without end is interrupted.
func TestSourceIsInterrupted(t *testing.T) {
	e := openEngine(t, Options{})
	c := &counting{rows: 1 << 31, piece: 10}
	if err := e.RegisterSource(t.Context(), c.source("endless")); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, e)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	rows, err := conn.Query(ctx, "SELECT sum(a) FROM endless('all of ''them''')")
	if err == nil {
		_, err = rows.All(ctx)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after %v: %v, want %v", time.Since(began), err, context.DeadlineExceeded)
	}
}

// The same name may be registered again: it means the later source, also after Reopen.
func TestSourceAgain(t *testing.T) {
	e := openEngine(t, Options{Path: filepath.Join(t.TempDir(), "again.duckdb")})
	check := func(rows int) {
		t.Helper()
		conn := connect(t, e)
		if got, want := fmt.Sprint(query(t, conn, "SELECT count(*) FROM again('all of ''them''')")[0]...), fmt.Sprint(rows); got != want {
			t.Errorf("%s rows, want %s", got, want)
		}
	}
	for _, rows := range []int{5, 7} {
		if err := e.RegisterSource(t.Context(), (&counting{rows: rows, piece: 10}).source("again")); err != nil {
			t.Fatal(err)
		}
		check(rows)
	}
	if err := e.Reopen(t.Context()); err != nil {
		t.Fatal(err)
	}
	check(7)
}
