package tsdb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A query that needs a damaged file fails; it never has fewer rows. The error names the
// file, but where DuckDB stumbles inside of its footer.
func TestDamagedFile(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"missing": os.Remove,
		"torn":    func(path string) error { return os.Truncate(path, 300) },
		"empty":   func(path string) error { return os.Truncate(path, 0) },
		"footer": func(path string) error {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for i := len(text) - 60; i < len(text)-10; i++ {
				text[i] ^= 0xff
			}
			return os.WriteFile(path, text, 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, Options{})
			f.table()
			for day := range 2 {
				if _, err := f.db.Write(t.Context(), demo, []Record{multi("a", at(-time.Duration(day)*24*time.Hour), 1, double("cpu", 1))}); err != nil {
					t.Fatal(err)
				}
			}
			if err := f.db.Flush(t.Context(), demo); err != nil {
				t.Fatal(err)
			}
			files, err := f.db.Files(demo)
			if err != nil || len(files) != 2 {
				t.Fatalf("Files = %v, %v, want two", files, err)
			}
			if err := damage(files[0].Path); err != nil {
				t.Fatal(err)
			}
			s, err := f.db.Snapshot(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			conn, err := f.engine.Connect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			rows, err := conn.Query(t.Context(), "SELECT * FROM "+f.relation(s, Scan{}, "host", "cpu"))
			if err == nil {
				var all [][]any
				all, err = rows.All(t.Context())
				if err == nil {
					t.Fatalf("the query has %v, want an error", all)
				}
			}
			if name != "footer" && !strings.Contains(err.Error(), filepath.Base(files[0].Path)) {
				t.Errorf("the query ends with %v, want the name of the file in it", err)
			}
		})
	}
}
