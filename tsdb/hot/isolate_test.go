package hot

import (
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// Rows that cannot be written fail their own submission; the others of the batch are
// stored once, however they depended on what the failed batch had found out.
func TestOneSubmissionFailsAlone(t *testing.T) {
	s := openHot(t)
	good, bad, fresh := s.Table(1), s.Table(2), s.Table(3)
	if err := s.commit([]*submission{one(good, 1), one(bad, 1)}); err != nil {
		t.Fatal(err)
	}
	s.writer.forgetAll()
	away := bad.mu.segments[0].name
	if _, err := s.writer.conn.Exec(t.Context(), "ALTER TABLE "+away+" RENAME TO away"); err != nil {
		t.Fatal(err)
	}
	conflict := one(good, 2)
	conflict.rows[0].Cells[0].Bits = 7
	batch := []*submission{one(good, 2), one(bad, 2), conflict, one(fresh, 1), one(fresh, 2), one(bad, 3), one(good, 3)}
	if err := s.commit(batch); err != nil {
		t.Fatalf("commit = %v, want errors of single submissions", err)
	}
	for i, sub := range batch {
		if failed := i == 1 || i == 5; (fault.KindOf(sub.err) == fault.Unavailable) != failed || failed != (sub.err != nil) {
			t.Errorf("submission %d has the error %v, want one: %v", i, sub.err, failed)
		}
	}
	if len(conflict.refused) != 1 || conflict.refused[0].Reason != SameVersion {
		t.Errorf("the conflicting row was refused as %v, want once for its version", conflict.refused)
	}
	if got := stored(t, s, good); got != 3 {
		t.Errorf("%d rows of the good table, want 3", got)
	}
	if got := stored(t, s, fresh); got != 2 {
		t.Errorf("%d rows of the new table, want 2", got)
	}
}

// When nothing can be written, not every submission is tried.
func TestHopelessBatch(t *testing.T) {
	s := openHot(t)
	table := s.Table(1)
	if err := s.commit([]*submission{one(table, 1)}); err != nil {
		t.Fatal(err)
	}
	s.writer.forgetAll()
	if _, err := s.writer.conn.Exec(t.Context(), "ALTER TABLE "+table.mu.segments[0].name+" RENAME TO away"); err != nil {
		t.Fatal(err)
	}
	batch := make([]*submission, 100)
	for i := range batch {
		batch[i] = one(table, int64(i+2))
	}
	if err := s.commit(batch); err != nil {
		t.Fatalf("commit = %v, want errors of single submissions", err)
	}
	for i, sub := range batch {
		if fault.KindOf(sub.err) != fault.Unavailable {
			t.Errorf("submission %d has the error %v, want fault.Unavailable", i, sub.err)
		}
	}
	if got := testutil.ToFloat64(s.metrics.failures); got != 1+hopeless {
		t.Errorf("%v failures, want that of the batch and %d more", got, hopeless)
	}
}

func TestUnwritable(t *testing.T) {
	for class, want := range map[duckdb.Class]fault.Kind{
		duckdb.Conversion: fault.Internal, duckdb.InvalidInput: fault.Internal, duckdb.OutOfMemory: fault.Unavailable, duckdb.Transaction: fault.Unavailable, duckdb.Other: fault.Unavailable,
	} {
		if err := unwritable(&duckdb.Error{Class: class, Message: "no"}); fault.KindOf(err) != want {
			t.Errorf("unwritable(%s) = %v of the kind %v, want %v", class, err, fault.KindOf(err), want)
		}
	}
	if err := unwritable(errors.New("no")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("unwritable of any error = %v, want fault.Unavailable", err)
	}
}
