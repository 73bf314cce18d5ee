package hot

import (
	"testing"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// openHot opens a store in memory whose committer is the test itself.
func openHot(t *testing.T) *Store {
	t.Helper()
	engine, err := duckdb.Open(t.Context(), duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	s, err := Open(t.Context(), Options{Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// one is a submission of a single row.
func one(table *Table, at int64) *submission {
	cell := Cell{Name: SingleColumn(Bigint), Type: Bigint, Bits: uint64(at)}
	rows := []Row{{Dims: []Dim{{"host", "a"}}, Measure: "m", Kind: Bigint, Cells: []Cell{cell}, Time: at, Version: 1}}
	table.resolve(rows)
	return &submission{table: table, rows: rows}
}

func stored(t *testing.T, s *Store, table *Table) int {
	t.Helper()
	rows, err := collect(t.Context(), s.writer.conn, "SELECT sid FROM "+table.mu.segments[0].name)
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}

// A batch that fails between the rows it has inserted and their commit must leave none of
// them behind, or the next try stores them twice.
func TestFailedAppendStoresNothing(t *testing.T) {
	s := openHot(t)
	table := s.Table(1)
	if err := s.commit([]*submission{one(table, 1)}); err != nil {
		t.Fatal(err)
	}
	tx := newTransaction(s, []*submission{one(table, 2)})
	p := tx.parts[0]
	p.resolve(s.opts)
	p.decide(nil)
	if !p.appends() {
		t.Fatal("the batch does not take the way without a transaction of its own")
	}
	if err := tx.exec(t.Context(), "BEGIN TRANSACTION"); err != nil {
		t.Fatal(err)
	}
	if err := p.insert(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	if err := tx.undo(); err != nil {
		t.Fatal(err)
	}
	if got := stored(t, s, table); got != 1 {
		t.Errorf("%d rows after a batch that failed, want the 1 of the batch before", got)
	}
	if err := s.commit([]*submission{one(table, 2)}); err != nil {
		t.Fatalf("commit after the failure: %v", err)
	}
	if got := stored(t, s, table); got != 2 {
		t.Errorf("%d rows after the second try, want 2", got)
	}
}

// Whatever DuckDB's reason is, rows that were not stored are to be sent again.
func TestFailedCommitIsUnavailable(t *testing.T) {
	s := openHot(t)
	table := s.Table(1)
	if err := s.commit([]*submission{one(table, 1)}); err != nil {
		t.Fatal(err)
	}
	s.writer.forgetAll()
	if _, err := s.writer.conn.Exec(t.Context(), "ALTER TABLE "+table.mu.segments[0].name+" RENAME TO away"); err != nil {
		t.Fatal(err)
	}
	if err := s.commit([]*submission{one(table, 2)}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("commit into a table that is gone = %v, want %v", err, fault.Unavailable)
	}
	if _, err := s.writer.conn.Exec(t.Context(), "ALTER TABLE away RENAME TO "+table.mu.segments[0].name); err != nil {
		t.Fatal(err)
	}
	if err := s.commit([]*submission{one(table, 2)}); err != nil {
		t.Errorf("commit after the cause has passed: %v", err)
	}
}

// Rows are hashed without a lock, also while a table is read anew after a failure. The
// race detector watches.
func TestResolveDuringRecovery(t *testing.T) {
	s := openHot(t)
	table := s.Table(1)
	if err := s.commit([]*submission{one(table, 1)}); err != nil {
		t.Fatal(err)
	}
	want := one(table, 2).rows[0].hash
	got := make(chan uint64)
	go func() {
		for range 100 {
			got <- one(table, 2).rows[0].hash
		}
		close(got)
	}()
	for hash := range got {
		if err := table.recover(t.Context(), s.writer.conn); err != nil {
			t.Error(err)
		}
		if hash != want {
			t.Errorf("hash = %x after recovery, want %x", hash, want)
		}
	}
}

// A table that was deleted while a query read it does not come back when the file is
// read anew, and goes from the file once the query has ended.
func TestRecoveryLeavesDeletedTablesDeleted(t *testing.T) {
	s := openHot(t)
	if err := s.commit([]*submission{one(s.Table(1), 1)}); err != nil {
		t.Fatal(err)
	}
	query := s.Snapshot()
	s.Drop(1)
	if _, err := s.writer.conn.Exec(t.Context(), "DROP TABLE "+probe); err != nil {
		t.Fatal(err) // a connection that is opened anew has none
	}
	if err := s.recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.numbers(); len(got) != 0 {
		t.Errorf("tables %v after recovery, want none", got)
	}
	if err := query.Close(); err != nil {
		t.Fatal(err)
	}
	s.release()
	left, err := collect(t.Context(), s.writer.conn, "SELECT id FROM hot_tables")
	if err != nil || len(left) != 0 {
		t.Errorf("the file keeps %v, %v after the query ended, want nothing", left, err)
	}
}
