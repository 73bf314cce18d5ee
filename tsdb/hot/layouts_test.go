package hot

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/internal/duckdb"
)

// What is remembered of files is bounded, and enough for a file that is gone.
func TestLayouts(t *testing.T) {
	m := newMover(t)
	l := layouts{most: 5} // files of 2 columns and a row group have 2
	var paths []string
	for i := range 4 {
		path := filepath.Join(m.dir, fmt.Sprintf("layout%d.parquet", i))
		_, err := m.conn.Exec(t.Context(), "COPY (SELECT 1 AS a, 2 AS b) TO "+duckdb.Quote(path)+" (FORMAT parquet, FIELD_IDS {a: 1, b: 2})")
		m.must(err)
		paths = append(paths, path)
		for range 2 {
			if layout, err := l.of(path); err != nil || layout.Size() != 2 || len(layout.Groups) != 1 || layout.Column(2) == nil || layout.Column(3) != nil {
				t.Fatalf("layout of file %d is %+v, %v", i, layout, err)
			}
		}
		if want := min(2*(i+1), 4); l.mu.size != want || len(l.mu.known) != want/2 {
			t.Errorf("with %d files %d chunks of %d are remembered, want %d", i+1, l.mu.size, len(l.mu.known), want)
		}
	}
	m.must(os.Remove(paths[3]))
	if _, err := l.of(paths[3]); err != nil {
		t.Errorf("the last file is forgotten: %v", err)
	}
	path := filepath.Join(m.dir, "layout.txt")
	m.must(os.WriteFile(path, []byte("This is no Parquet file."), 0o600))
	if _, err := l.of(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("layout of a text: %v, want an error that names the file", err)
	}
}
