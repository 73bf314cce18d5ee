package meta

import (
	"context"
	"errors"
	"fmt"
)

// Check opens the file at path and looks whether it is whole: each document is as it was
// written. It may write beside the file, as SQLite does.
func Check(ctx context.Context, path string) error {
	if err := checkLog(path + "-wal"); err != nil {
		return fmt.Errorf("check metadata: %w", err)
	}
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
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("check metadata: %w", err)
	}
	defer tx.Rollback()
	if err := (&Tx{tx}).check(ctx); err != nil {
		return fmt.Errorf("check metadata: %w", err)
	}
	return nil
}

func (t *Tx) check(ctx context.Context) error {
	var version, rows, bad int
	const query = "SELECT max(version), count(*), (SELECT count(*) FROM documents WHERE NOT json_valid(body)) FROM format"
	if err := t.tx.QueryRowContext(ctx, query).Scan(&version, &rows, &bad); err != nil {
		return err
	}
	switch {
	case rows != 1 || version < 1 || version > format:
		return fmt.Errorf("the file has format %d in %d rows, this program reads formats 1 to %d", version, rows, format)
	case bad > 0:
		return fmt.Errorf("%d documents are no JSON", bad)
	case version == 1:
		return nil // which had no sums
	}
	list, err := t.list(ctx)
	for _, r := range list {
		if !r.whole() {
			return fmt.Errorf("the document %q of %q does not match its checksum", r.key, r.bucket)
		}
	}
	return err
}
