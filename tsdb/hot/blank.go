package hot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"tidemark/internal/duckdb"
)

// DuckDB reads a file whose columns it is told by number with one thread, because it does
// not know how many row groups there are; two files with all its threads. So a large file
// is read together with one that has no rows.
const (
	blankName  = "none.parquet"
	blankAbove = 1 << 18 // rows: a few row groups
)

// writeBlank makes the file without rows, where the engine may write.
func (s *Store) writeBlank(ctx context.Context) error {
	dir := s.opts.Engine.TempDir()
	if dir == "" {
		return nil
	}
	path := filepath.Join(dir, blankName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if _, err := s.writer.conn.Exec(ctx, "COPY (SELECT 0 AS n WHERE false) TO "+duckdb.Quote(path)+" (FORMAT parquet)"); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	s.blank = path
	return nil
}

// beside returns the file to read together with others, empty when that gains nothing.
func (s *Store) beside(files []File, sel selection) string {
	if s.blank == "" || len(files) != 1 || files[0].Rows < blankAbove || sel.single() {
		return ""
	}
	if _, err := os.Stat(s.blank); err != nil {
		return "" // somebody cleaned up
	}
	return s.blank
}
