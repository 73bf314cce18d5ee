package duckdb

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// A log that was cut off anywhere is what a crash leaves; one with a flipped bit is not.
func TestCheckLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.duckdb")
	c := connect(t, openEngine(t, Options{Path: path}))
	for _, text := range []string{"CREATE TABLE a (i INTEGER, s VARCHAR)", "INSERT INTO a VALUES (1, 'x')", "INSERT INTO a SELECT i, concat('text ', i) FROM range(200) t(i)", "INSERT INTO a VALUES (2, 'y')"} {
		if _, err := c.Exec(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := CheckLog(path); err != nil {
		t.Errorf("CheckLog of a log in use = %v, want nil", err)
	}
	data, err := os.ReadFile(path + ".wal")
	if err != nil {
		t.Fatal(err)
	}
	for n := range data {
		if at := damagedEntry(data[:n]); at >= 0 {
			t.Errorf("cut off at %d: damaged at %d, want no damage", n, at)
		}
	}
	for at := range data {
		data[at] ^= 1 << (at % 8)
		if found := damagedEntry(data); found < 0 || found > at {
			t.Errorf("a flipped bit at %d: damaged at %d, want there or before", at, found)
		}
		data[at] ^= 1 << (at % 8)
	}
}

// Whatever a file holds, looking through it ends.
func FuzzDamagedEntry(f *testing.F) {
	f.Add([]byte(logVersion + "\x01\x00\x00\x00\x00\x00\x00\x00abcdefghi"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if at := damagedEntry(data); at >= len(data) && at > 0 {
			t.Error(fmt.Sprint("damage at ", at, " of ", len(data)))
		}
	})
}
