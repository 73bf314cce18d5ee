package duckdb

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func inserter(t testing.TB, c *Conn, table string) *Inserter {
	t.Helper()
	s, err := c.Inserter(t.Context(), table)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestInsertWritesEveryType(t *testing.T) {
	c := connect(t, openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")}))
	mustExec(t, c, appendTable)
	s := inserter(t, c, "r")
	for _, n := range []int{1, 2048, 5000} { // part of a block, a whole one, several
		mustExec(t, c, "DELETE FROM r")
		if err := s.Insert(t.Context(), rowsOf(n), n); err != nil {
			t.Fatal(err)
		}
		got := query(t, c, "SELECT sid, epoch_ns(time), n, d, b, s, unused FROM r ORDER BY rowid")
		if len(got) != n {
			t.Fatalf("%d rows, want %d", len(got), n)
		}
		for i, row := range got {
			want := []any{int64(i), int64(i) + 1, -int64(i), float64(i) / 2, i%2 == 0, any(textOf(i)), nil}
			if i%5 == 0 {
				want[5] = nil
			}
			if diff := cmp.Diff(want, row); diff != "" {
				t.Fatalf("row %d of %d differs: %s", i, n, diff)
			}
		}
	}
}

// A statement that was planned before is planned anew when tables have come and gone since.
func TestInsertAfterOtherTablesChanged(t *testing.T) {
	c := connect(t, openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")}))
	mustExec(t, c, appendTable)
	s := inserter(t, c, "r")
	for _, text := range []string{"CREATE TABLE other (n BIGINT)", "BEGIN; ALTER TABLE other ADD COLUMN m BIGINT", "COMMIT", "DROP TABLE other", "CHECKPOINT", "CREATE TEMPORARY TABLE other (n BIGINT)"} {
		mustExec(t, c, text)
		var plans [4]int64
		for i := range plans {
			if err := s.Insert(t.Context(), rowsOf(10), 10); err != nil {
				t.Errorf("after %s: %v", text, err)
			}
			plans[i] = s.plans.Load()
		}
		if plans[2] != plans[1] || plans[3] != plans[1] {
			t.Errorf("after %s: %v plans so far after each of four inserts, want no more after the second", text, plans)
		}
	}
	if got := query(t, c, "SELECT count(*), count(DISTINCT sid) FROM r"); got[0][0] != int64(240) || got[0][1] != int64(10) {
		t.Errorf("%v rows, want 240 of 10 series", got)
	}
}

func TestInsertBelongsToTheTransaction(t *testing.T) {
	c := connect(t, openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db")}))
	mustExec(t, c, "BEGIN; "+appendTable) // the table itself does
	s := inserter(t, c, "r")
	if err := s.Insert(t.Context(), rowsOf(10), 10); err != nil {
		t.Fatal(err)
	}
	mustExec(t, c, "COMMIT")
	for _, end := range []string{"ROLLBACK", "COMMIT", "ROLLBACK"} {
		mustExec(t, c, "BEGIN")
		if err := s.Insert(t.Context(), rowsOf(10), 10); err != nil {
			t.Fatal(err)
		}
		mustExec(t, c, end)
	}
	if got := query(t, c, "SELECT count(*) FROM r"); got[0][0] != int64(20) {
		t.Errorf("%v rows after two commits and two rollbacks, want 20", got[0][0])
	}
}

func TestInsertRefusesWrongShapes(t *testing.T) {
	c := connect(t, openEngine(t, Options{}))
	mustExec(t, c, appendTable)
	s := inserter(t, c, "r")
	good := rowsOf(4)
	wrongType, short := append([]Data{}, good...), append([]Data{}, good...)
	wrongType[3] = Data{Int64s: []int64{1, 2, 3, 4}}
	short[2] = Data{Int64s: []int64{1}}
	for name, columns := range map[string][]Data{"too few columns": good[:3], "wrong type": wrongType, "too few values": short} {
		if err := s.Insert(t.Context(), columns, 4); err == nil {
			t.Errorf("Insert with %s succeeded", name)
		}
	}
	mustExec(t, c, "ALTER TABLE r DROP COLUMN unused")
	if err := s.Insert(t.Context(), good, 4); ClassOf(err) != Binder {
		t.Errorf("Insert into a table that has changed = %v, want class %q", err, Binder)
	}
	if _, err := c.Inserter(t.Context(), "absent"); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("Inserter(absent) = %v, want an error naming the table", err)
	}
	if got := query(t, c, "SELECT count(*) FROM r"); got[0][0] != int64(0) {
		t.Errorf("%v rows, want none", got[0][0])
	}
	if _, err := c.Exec(t.Context(), "SELECT * FROM tidemark_inserted('1')"); ClassOf(err) == Other {
		t.Errorf("reading what nobody inserts = %v, want an error of DuckDB's", err)
	}
}

// An inserter that is open does not keep the file from being closed, nor opened again.
func TestInsertersEndWithTheirConnection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	e := openEngine(t, Options{Path: path})
	c := connect(t, e)
	mustExec(t, c, appendTable)
	s := inserter(t, c, "r")
	if err := e.Reopen(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Insert(t.Context(), rowsOf(1), 1); !errors.Is(err, errClosed) {
		t.Errorf("Insert after the end of its connection = %v, want %v", err, errClosed)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := inserter(t, connect(t, e), "r").Insert(t.Context(), rowsOf(1), 1); err != nil {
		t.Error(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := openEngine(t, Options{Path: path}).Close(); err != nil {
		t.Error(err)
	}
}

func BenchmarkInsert(b *testing.B) {
	c := connect(b, openEngine(b, Options{Path: filepath.Join(b.TempDir(), "db")}))
	mustExec(b, c, appendTable)
	s := inserter(b, c, "r")
	const n = 400
	data := rowsOf(n)
	for b.Loop() {
		if err := s.Insert(b.Context(), data, n); err != nil {
			b.Fatal(err)
		}
	}
}
