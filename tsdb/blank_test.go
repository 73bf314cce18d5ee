package tsdb

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A large file is read beside one without rows, and alone when somebody removed that.
func TestLargeFile(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	f.fillGauges(3500, 0, 80, "a") // of one day
	if err := f.db.Flush(t.Context(), demo); err != nil {
		t.Fatal(err)
	}
	count := func(beside bool) {
		t.Helper()
		s, err := f.db.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		text := f.relation(s, Scan{}, "host", "n")
		if strings.Contains(text, "none.parquet") != beside {
			t.Errorf("the empty file is read beside: %v, want %v\n%s", !beside, beside, text)
		}
		if got := f.texts("SELECT count(*), count(DISTINCT c" + strconv.Itoa(columnIndex(t, s, demo, "host")) + ") FROM " + text); !slices.Equal(got, []string{"280000 80"}) {
			t.Errorf("rows and hosts = %v, want 280000 of 80", got)
		}
	}
	count(true)
	if err := os.Remove(filepath.Join(f.dir, "spill", "none.parquet")); err != nil {
		t.Fatal(err)
	}
	count(false)
}
