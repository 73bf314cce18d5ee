package meta

import (
	"context"
	"errors"
	"fmt"
)

// Check opens the file at path and looks whether it is whole and has documents only. It
// may write beside the file, as SQLite does.
func Check(ctx context.Context, path string) error {
	db, err := connect(path, 1, "&mode=rw")
	if err != nil {
		return err
	}
	defer db.Close()
	var found string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found); err != nil {
		return fmt.Errorf("check metadata: %w", err)
	}
	if found != "ok" {
		return errors.New("check metadata: " + found)
	}
	var version, bad int
	if err := db.QueryRowContext(ctx, "SELECT max(version), (SELECT count(*) FROM documents WHERE NOT json_valid(body)) FROM format").Scan(&version, &bad); err != nil {
		return fmt.Errorf("check metadata: %w", err)
	}
	if version != format {
		return fmt.Errorf("check metadata: the file has format %d, this program reads format %d", version, format)
	}
	if bad > 0 {
		return fmt.Errorf("check metadata: %d documents are no JSON", bad)
	}
	return nil
}
