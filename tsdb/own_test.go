package tsdb

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tidemark/fault"
)

// The server's own table takes what clients may not write, and nothing from clients.
func TestWriteOwn(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	ref := TableRef{demo.Database, DeadLetters}
	if err := f.db.WriteOwn(t.Context(), ref, []Record{multi("a", at(0), 1, double("x", 1))}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("WriteOwn without the table = %v, want fault.NotFound", err)
	}
	if _, err := f.db.CreateTable(t.Context(), ref, TableOptions{PartitionKey: []PartitionKey{{KeyDimension, "line", Required}}}); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 300_000)
	old := multi("a", at(-400*24*time.Hour), 1, Measure{"payload", VarcharValue(long)})
	if err := f.db.WriteOwn(t.Context(), ref, []Record{old}); err != nil {
		t.Fatalf("WriteOwn of a long and old record = %v, want nil", err)
	}
	if rows := f.rows(Scan{Ref: ref}, "1", "payload"); len(rows) != 1 || rows[0][0] != long {
		t.Errorf("%d rows, want the one with its %d characters", len(rows), len(long))
	}
	other := multi("a", old.Time, 1, Measure{"payload", VarcharValue("other")})
	var rejected *RejectedRecords
	if err := f.db.WriteOwn(t.Context(), ref, []Record{other}); !errors.As(err, &rejected) || rejected.Rejections[0].ExistingVersion != 1 {
		t.Errorf("WriteOwn of other values under the same version = %v, want a rejection", err)
	}
	other.Measures[0].Name = "time"
	if err := f.db.WriteOwn(t.Context(), ref, []Record{other}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("WriteOwn of a malformed record = %v, want fault.Invalid", err)
	}
	_, err := f.db.Write(t.Context(), ref, []Record{multi("a", at(0), 1, double("x", 1))})
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), DeadLetters) {
		t.Errorf("Write by a client = %v, want fault.Invalid and the name of the table", err)
	}
}

// A database with a table of the server's own and no other is empty.
func TestDeleteDatabaseWithOwnTable(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	ref := TableRef{demo.Database, DeadLetters}
	if _, err := f.db.CreateTable(t.Context(), ref, TableOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := f.db.DeleteDatabase(t.Context(), demo.Database); fault.KindOf(err) != fault.Invalid {
		t.Errorf("DeleteDatabase with a table of a client = %v, want fault.Invalid", err)
	}
	if _, err := f.db.Table(t.Context(), ref); err != nil {
		t.Errorf("the own table is gone with a database that stays: %v", err)
	}
	if err := f.db.DeleteTable(t.Context(), demo); err != nil {
		t.Fatal(err)
	}
	if err := f.db.DeleteDatabase(t.Context(), demo.Database); err != nil {
		t.Errorf("DeleteDatabase = %v, want nil", err)
	}
	if _, err := f.db.Table(t.Context(), ref); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Table = %v after its database was deleted, want fault.NotFound", err)
	}
}
