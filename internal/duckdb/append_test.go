package duckdb

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const appendTable = `CREATE TABLE r (sid UINTEGER, time TIMESTAMP_NS, n BIGINT, d DOUBLE, b BOOLEAN, s VARCHAR, unused VARCHAR)`

// rowsOf makes n rows; every fifth text is NULL and every third is long.
func rowsOf(n int) []Data {
	d := []Data{{Uint32s: make([]uint32, n)}, {Int64s: make([]int64, n)}, {Int64s: make([]int64, n)},
		{Float64s: make([]float64, n)}, {Bools: make([]bool, n)}, {Texts: make([]string, n), Valid: make(Bitmap, (n+63)/64)}, {}}
	for i := range n {
		d[0].Uint32s[i], d[1].Int64s[i], d[2].Int64s[i] = uint32(i), int64(i)+1, -int64(i)
		d[3].Float64s[i], d[4].Bools[i], d[5].Texts[i] = float64(i)/2, i%2 == 0, textOf(i)
		if i%5 != 0 {
			d[5].Valid.Set(i)
		}
	}
	return d
}

func textOf(i int) string {
	if i%3 == 0 {
		return fmt.Sprintf("%s-%d", strings.Repeat("long", 5), i)
	}
	return fmt.Sprint(i)
}

func TestAppendWritesEveryType(t *testing.T) {
	c := connect(t, openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")}))
	if _, err := c.Exec(t.Context(), appendTable); err != nil {
		t.Fatal(err)
	}
	a, err := c.Appender(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	const n = 5000
	for range 2 { // the second time reuses the chunk
		if err := a.Append(rowsOf(n), n); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Flush(); err != nil {
		t.Fatal(err)
	}
	got := query(t, c, "SELECT sid, epoch_ns(time), n, d, b, s, unused FROM r ORDER BY sid, rowid")
	if len(got) != 2*n {
		t.Fatalf("%d rows, want %d", len(got), 2*n)
	}
	for i, row := range got {
		k := i / 2
		want := []any{int64(k), int64(k) + 1, -int64(k), float64(k) / 2, k%2 == 0, any(textOf(k)), nil}
		if k%5 == 0 {
			want[5] = nil
		}
		if diff := cmp.Diff(want, row); diff != "" {
			t.Fatalf("row %d differs: %s", i, diff)
		}
	}
	a.Close()
}

func TestAppendBelongsToTheTransaction(t *testing.T) {
	c := connect(t, openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")}))
	if _, err := c.Exec(t.Context(), appendTable); err != nil {
		t.Fatal(err)
	}
	a, err := c.Appender(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for _, end := range []string{"ROLLBACK", "COMMIT", "ROLLBACK"} {
		mustExec(t, c, "BEGIN")
		if err := a.Append(rowsOf(10), 10); err != nil {
			t.Fatal(err)
		}
		if err := a.Flush(); err != nil {
			t.Fatal(err)
		}
		mustExec(t, c, end)
	}
	if got := query(t, c, "SELECT count(*) FROM r"); got[0][0] != int64(10) {
		t.Errorf("%v rows after one commit and two rollbacks, want 10", got[0][0])
	}
}

func TestAppendRefusesWrongShapes(t *testing.T) {
	c := connect(t, openEngine(t, Options{}))
	mustExec(t, c, appendTable)
	a, err := c.Appender(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	good := rowsOf(4)
	wrongType, short := append([]Data{}, good...), append([]Data{}, good...)
	wrongType[3] = Data{Int64s: []int64{1, 2, 3, 4}}
	short[2] = Data{Int64s: []int64{1}}
	for name, columns := range map[string][]Data{"too few columns": good[:3], "wrong type": wrongType, "too few values": short} {
		if err := a.Append(columns, 4); err == nil {
			t.Errorf("Append with %s succeeded", name)
		}
	}
	if _, err := c.Appender(t.Context(), "absent"); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("Appender(absent) = %v, want an error naming the table", err)
	}
}

func mustExec(t testing.TB, c *Conn, text string) {
	t.Helper()
	if _, err := c.Exec(t.Context(), text); err != nil {
		t.Fatalf("Exec(%q) = %v", text, err)
	}
}

func BenchmarkCommit(b *testing.B) {
	for _, rows := range []int{1, 100, 1000, 10000} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			c := connect(b, openEngine(b, Options{Path: filepath.Join(b.TempDir(), "db")}))
			mustExec(b, c, appendTable)
			a, err := c.Appender(b.Context(), "r")
			if err != nil {
				b.Fatal(err)
			}
			defer a.Close()
			data := rowsOf(rows)
			for b.Loop() {
				mustExec(b, c, "BEGIN")
				if err := a.Append(data, rows); err != nil {
					b.Fatal(err)
				}
				if err := a.Flush(); err != nil {
					b.Fatal(err)
				}
				mustExec(b, c, "COMMIT")
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
