package hot

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestMovable(t *testing.T) {
	tables := []extent{{table: "behind", last: 99, blocks: 2, cells: 10}, {table: "beside", last: 99, blocks: 1, cells: 10},
		{table: "large", last: 50, blocks: 30, cells: 1000}, {table: "front", last: 3, blocks: 1, cells: 10}}
	for _, c := range []struct {
		name        string
		used, cells int64
		tables      []extent
		want        string
		saved       int64
	}{
		{"everything can be paid", 34, 10_000, tables, "[behind beside large]", 66},
		{"the large one cannot", 34, 500, tables, "[behind beside]", 49},
		{"tables share the last block", 34, 10, tables, "[behind]", 0},
		{"the large one does not save enough", 48, 10_000, tables, "[behind beside]", 49},
		{"nothing can be paid", 34, 5, tables, "[]", 0},
		{"nothing lies behind", 34, 10_000, tables[3:], "[]", 0},
		{"no tables", 34, 10_000, nil, "[]", 0},
	} {
		f := fileBlocks{total: 100, used: c.used, free: 100 - c.used}
		move, saved := f.movable(slices.Clone(c.tables), effort{cells: c.cells, blocks: 400})
		names := []string{}
		for _, e := range move {
			names = append(names, e.table)
		}
		if fmt.Sprint(names) != c.want || saved != c.saved {
			t.Errorf("%s: movable = %v and %d blocks saved, want %s and %d", c.name, names, saved, c.want, c.saved)
		}
	}
	crowded := fileBlocks{total: 100, used: 98, free: 2}
	if move, _ := crowded.movable([]extent{{last: 99, blocks: 3}}, whileIdle); len(move) != 0 {
		t.Errorf("movable = %v although it does not fit in front", move)
	}
	spare := fileBlocks{total: 100, used: 10, free: 90}
	if move, _ := spare.movable([]extent{{last: 99, blocks: 21}}, amidWrites); len(move) != 0 {
		t.Errorf("movable = %v although that are many blocks", move)
	}
}

// While the store is idle a short look is followed by the next one as soon as there may be
// something to find, and a long one is not: a twentieth of the time is spent on it at most.
// While rows come ten minutes pass.
func TestShrinkPace(t *testing.T) {
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name       string
		e          effort
		took, next time.Duration // from the end of a look to the next one
	}{
		{"a moment", whileIdle, 5 * time.Millisecond, 100 * time.Millisecond},
		{"a twentieth", whileIdle, 200 * time.Millisecond, 4 * time.Second},
		{"many tables", whileIdle, 3 * time.Second, 10 * time.Second},
		{"amid writes", amidWrites, 5 * time.Millisecond, 10 * time.Minute},
	} {
		ended := began.Add(c.took)
		if got := c.e.tried(began, ended).Add(c.e.every).Sub(ended); got != c.next {
			t.Errorf("%s: the next look is %v after one of %v, want %v", c.name, got, c.took, c.next)
		}
	}
}

// grow stores a million values that do not compress, moves them into a file, and folds
// the log. By itself the store tidies nothing up from here on.
func (m *mover) grow() {
	m.t.Helper()
	m.stop()
	m.idle = time.Hour
	m.start()
	ctx := m.t.Context()
	_, err := m.conn.Exec(ctx, `CREATE TABLE bulk_test AS SELECT 'm' AS measure, ['a', 'b'][i % 2 + 1] AS d0, make_timestamp_ns(i * 1000) AS "time", 1::BIGINT AS "version",
		(hash(i) >> 1)::BIGINT AS v0 FROM range(1000000) r(i)`)
	m.must(err)
	_, err = m.table.Bulk(ctx, m.conn, Bulk{Source: "bulk_test", Dims: []string{"host"}, Columns: []Column{{Name: "v", Type: Bigint}}, Kind: Multi})
	m.must(err)
	_, err = m.conn.Exec(ctx, "DROP TABLE bulk_test")
	m.must(err)
	m.freeze()
	m.finish(m.begin())
	m.write("c", 1000, 3, 1)
	m.must(m.store.ask(ctx, func() error {
		m.store.release()
		m.store.checkpoint(0)
		return m.store.Health()
	}))
	if size := fileSize(m.engine.Path()); size < leastSaved {
		m.t.Fatalf("the file has %d bytes after a checkpoint, too few to test with", size)
	}
}

// check looks at every row by its sum, and at the newest ones.
func (m *mover) check() {
	m.t.Helper()
	sn := m.store.Snapshot()
	defer sn.Close()
	scan := Scan{Min: -1 << 63, Max: 1<<63 - 1, Fields: []Field{{DimensionField, 0, "h"}, {ValueField, 0, "v"}}}
	got, err := collect(m.t.Context(), m.conn, "SELECT count(*), (sum(v) = (SELECT sum((hash(i) >> 1)::BIGINT) FROM range(1000000) r(i)) + 3)::VARCHAR, count(DISTINCT h) FROM "+sn.View(m.table).Relation(scan))
	m.must(err)
	if fmt.Sprint(got) != "[[1000001 true 3]]" {
		m.t.Errorf("rows, sum as written, hosts: %v, want [[1000001 true 3]]", got)
	}
	rows, err := collect(m.t.Context(), m.conn, "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'bulk%' OR sql NOT LIKE '%NOT NULL%'")
	if m.must(err); len(rows) > 0 {
		m.t.Errorf("tables %v are left or lost their constraints", rows)
	}
}

// shrink tries to shorten the file, and returns its size and whether it will be tried again.
func (m *mover) shrink(e effort) (size int64, again bool) {
	m.t.Helper()
	m.must(m.store.ask(m.t.Context(), func() error {
		w := m.store.writer
		w.slack, w.shrunk, w.retry = true, time.Time{}, time.Time{}
		m.store.shrink(e)
		size, again = fileSize(m.engine.Path()), w.slack
		return nil
	}))
	return size, again
}

// What is left in the file after a flush moves to its front, so that it becomes short.
func TestFileShrinks(t *testing.T) {
	m := newMover(t)
	m.grow()
	m.store.copies.Add(1)
	if size, again := m.shrink(whileIdle); size < leastSaved || !again {
		t.Errorf("the file has %d bytes although a copy is being made; tried again: %t", size, again)
	}
	m.store.copies.Add(-1)
	slow, err := m.conn.Query(t.Context(), "SELECT a.sid FROM t1_d a, range(10000000) b")
	m.must(err)
	if size, again := m.shrink(whileIdle); size < leastSaved || !again {
		t.Errorf("the file has %d bytes although a long result is being read; tried again: %t", size, again)
	}
	m.must(slow.Close())
	if size, again := m.shrink(effort{cells: 1, blocks: 400, tables: 100}); size < leastSaved || again {
		t.Errorf("the file has %d bytes although nothing could be paid; tried again: %t", size, again)
	}
	if size, _ := m.shrink(effort{cells: 1 << 20, blocks: 400, tables: 2}); size < leastSaved {
		t.Errorf("the file has %d bytes although there are more tables than were to be looked at", size)
	}
	if size, _ := m.shrink(amidWrites); size > leastSaved/2 {
		t.Errorf("the file has %d bytes, want few", size)
	}
	m.check()
	m.write("b", 999_999_000, 5, 2) // the newest of its series, in a file
	m.write("b", 999_999_000, m.value(999_999), 3)
	m.check()
	m.stop()
	m.start()
	m.check()
}

// value is what grow stores for a number.
func (m *mover) value(i int) int64 {
	m.t.Helper()
	got, err := collect(m.t.Context(), m.conn, "SELECT (hash($1::BIGINT) >> 1)::BIGINT", int64(i))
	m.must(err)
	return got[0][0].(int64)
}

// A crash after tables were written anew, before the checkpoint that shortens the file,
// loses nothing.
func TestCrashWhileFileShrinks(t *testing.T) {
	m := newMover(t)
	m.grow()
	m.must(m.store.ask(t.Context(), func() error {
		texts, err := m.store.shorten(t.Context(), whileIdle)
		if err != nil || len(texts) == 0 {
			return fmt.Errorf("%d statements, %w", len(texts), err)
		}
		m.store.writer.forgetAll()
		return m.store.inTransaction(texts, func(context.Context, *writer) error { return nil })
	}))
	m.kill()
	m.check()
}
