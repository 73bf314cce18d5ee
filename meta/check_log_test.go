package meta

import (
	"os"
	"path/filepath"
	"testing"
)

// A log that was cut off anywhere but in its header is what a crash leaves; one with a
// flipped bit is not. What an earlier use of the file left behind is no damage.
func TestDamagedFrame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meta.db")
	db := open(t, path)
	b := NewBucket[document](db, "things")
	mustPut(t, b, "a", "b", "c", "d")
	if _, err := db.writer.ExecContext(t.Context(), "PRAGMA wal_checkpoint(RESTART)"); err != nil {
		t.Fatal(err)
	}
	mustPut(t, b, "e", "f") // in front of older frames
	data, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	page := 4096
	used := walHeader + 2*(frameHeader+page)
	if at := damagedFrame(data); at >= 0 || len(data) < used+frameHeader+page {
		t.Fatalf("a log of %d bytes: damaged at %d, want no damage and older frames", len(data), at)
	}
	for n := walHeader; n <= len(data); n += 13 {
		if at := damagedFrame(data[:n]); at >= 0 {
			t.Errorf("cut off at %d: damaged at %d, want no damage", n, at)
		}
	}
	for at := 0; at < used; at++ {
		data[at] ^= 1 << (at % 8)
		if found := damagedFrame(data); found < 0 || found > at {
			t.Errorf("a flipped bit at %d: damaged at %d, want there or before", at, found)
		}
		data[at] ^= 1 << (at % 8)
	}
}

// Documents of a file of version 1 get their sums, and a changed one is found.
func TestSums(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meta.db")
	db := open(t, path)
	mustPut(t, NewBucket[document](db, "things"), "a", "b", "a")
	for _, text := range []string{"ALTER TABLE documents DROP COLUMN sum", "ALTER TABLE documents DROP COLUMN opposite", "UPDATE format SET version = 1"} {
		if _, err := db.writer.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	if err := Check(t.Context(), path); err != nil {
		t.Errorf("Check of version 1 = %v, want nil", err)
	}
	db = open(t, path)
	b := NewBucket[document](db, "things")
	if got, err := b.Get(t.Context(), "a"); err != nil || got.Count != 2 {
		t.Errorf("Get after the upgrade = %v, %v, want count 2", got, err)
	}
	mustPut(t, b, "a", "c")
	if _, err := b.Update(t.Context(), "c", func(d *document) error { d.Count++; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := b.Create(t.Context(), "e", document{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		damaged    bool
	}{
		{"whole", "SELECT 1", false},
		{"body", `UPDATE documents SET body = replace(body, '2', '3') WHERE name = 'c'`, true},
		{"version", "UPDATE documents SET version = version + 4 WHERE name = 'a'", true},
		{"key", "UPDATE documents SET name = 'f' WHERE name = 'e'", true},
	} {
		tx, err := db.writer.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(t.Context(), c.text); err != nil {
			t.Fatal(err)
		}
		if err := (&Tx{tx}).check(t.Context()); (err != nil) != c.damaged {
			t.Errorf("%s: check = %v, want damage %t", c.name, err, c.damaged)
		}
		tx.Rollback()
	}
}
