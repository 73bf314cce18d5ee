package tsdb

import (
	"context"
	"testing"
	"time"

	"tidemark/fault"
)

// A deletion is counted, carried out, and written down with who did it.
func TestDelete(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	var recs []Record
	for i := range 10 {
		for _, host := range []string{"a", "b"} {
			recs = append(recs, multi(host, at(-time.Duration(i)*time.Minute), 1, double("cpu", float64(i))))
		}
	}
	if _, err := f.db.Write(t.Context(), demo, recs); err != nil {
		t.Fatal(err)
	}
	from := base.Add(-4 * time.Minute)
	del := Deletion{Dimensions: map[string][]string{"host": {"a"}}, From: &from}
	if n, err := f.db.CountDeletion(t.Context(), demo, del); n != 5 || err != nil {
		t.Fatalf("CountDeletion = %d, %v, want 5", n, err)
	}
	report, err := f.db.Delete(t.Context(), demo, del, "alice")
	if err != nil || report.Records != 5 {
		t.Fatalf("Delete = %+v, %v, want 5 records", report, err)
	}
	if got := len(f.rows(Scan{}, "1", "time")); got != 15 {
		t.Errorf("%d rows after the deletion, want 15", got)
	}
	f.restart()
	log, err := f.db.Deletions(t.Context(), "", 0)
	if err != nil || len(log) != 1 || log[0].Who != "alice" || log[0].Records != 5 || log[0].Finished.IsZero() || log[0].ID != report.ID {
		t.Errorf("Deletions = %+v, %v, want that of alice", log, err)
	}
	if got := len(f.rows(Scan{}, "1", "time")); got != 15 {
		t.Errorf("%d rows after a restart, want 15", got)
	}
}

// A deletion that cannot be meant is refused before anything happens.
func TestDeleteRefusals(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	if _, err := f.db.Write(t.Context(), demo, []Record{multi("a", at(0), 1, double("cpu", 1))}); err != nil {
		t.Fatal(err)
	}
	later := base.Add(time.Hour)
	for name, del := range map[string]Deletion{
		"nothing selects":   {},
		"unknown dimension": {Dimensions: map[string][]string{"hots": {"a"}}},
		"unknown measure":   {Measures: []string{"cpu"}},
		"ends first":        {From: &later, To: &base},
	} {
		if _, err := f.db.Delete(t.Context(), demo, del, "x"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: Delete gave %v, want Invalid", name, err)
		}
	}
	if _, err := f.db.Delete(t.Context(), TableRef{"demo", "none"}, Deletion{All: true}, "x"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Delete in a table that is not there gave %v, want NotFound", err)
	}
	if report, err := f.db.Delete(t.Context(), demo, Deletion{All: true}, "x"); err != nil || report.Records != 1 {
		t.Errorf("Delete of everything = %+v, %v", report, err)
	}
}

// In a table with the tag, the later of two records counts; without it, the version.
func TestLastWriteWinsTag(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	ctx := context.Background()
	write := func(v float64) error {
		_, err := f.db.Write(ctx, demo, []Record{multi("a", at(0), 1, double("cpu", v))})
		return err
	}
	if err := write(1); err != nil {
		t.Fatal(err)
	}
	if err := write(2); err == nil {
		t.Error("other values under the same version were stored")
	}
	if err := f.db.Tag(ctx, demo, map[string]string{UpsertTag: "sometimes"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("Tag with an unknown rule gave %v, want Invalid", err)
	}
	if err := f.db.Tag(ctx, demo, map[string]string{UpsertTag: LastWriteWins}); err != nil {
		t.Fatal(err)
	}
	if err := write(2); err != nil {
		t.Errorf("where the last write wins: %v", err)
	}
	f.restart()
	if err := write(3); err != nil {
		t.Errorf("where the last write wins, after a restart: %v", err)
	}
	if got := f.rows(Scan{}, "1", "cpu"); len(got) != 1 || got[0][0] != 3.0 {
		t.Errorf("rows %v, want the last value", got)
	}
	if err := f.db.Untag(ctx, demo, []string{UpsertTag}); err != nil {
		t.Fatal(err)
	}
	if err := write(4); err == nil {
		t.Error("without the tag, other values under the same version were stored")
	}
}
