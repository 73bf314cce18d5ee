package meta

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// A document has a checksum of its key and body, and its version once more with the other
// sign: SQLite has no checksums of what it stores, and a flipped bit in a text is a text.

// sumOf is the SHA-256 of a bucket, a key and a body, as text.
func sumOf(bucket, key, body string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s%s%s", len(bucket), len(key), bucket, key, body))
	return hex.EncodeToString(sum[:])
}

// addSums upgrades a file of version 1.
func (t *Tx) addSums(ctx context.Context) error {
	for _, text := range []string{
		`ALTER TABLE documents ADD COLUMN sum TEXT`, `ALTER TABLE documents ADD COLUMN opposite BIGINT`,
		`UPDATE documents SET opposite = -version`, `UPDATE format SET version = 2`,
	} {
		if _, err := t.tx.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	list, err := t.list(ctx)
	if err != nil {
		return err
	}
	for _, d := range list {
		if _, err := t.tx.ExecContext(ctx, `UPDATE documents SET sum = $1 WHERE bucket = $2 AND name = $3`, sumOf(d.bucket, d.key, d.body), d.bucket, d.key); err != nil {
			return err
		}
	}
	return nil
}

// row is a document as it is stored.
type row struct {
	bucket, key, body, sum string
	version, opposite      int64
}

// whole reports whether a document is as it was written.
func (r *row) whole() bool {
	return r.sum == sumOf(r.bucket, r.key, r.body) && r.opposite == -r.version
}

// list reads all documents.
func (t *Tx) list(ctx context.Context) (list []row, err error) {
	rows, err := t.tx.QueryContext(ctx, `SELECT bucket, name, body, version, COALESCE(sum, ''), COALESCE(opposite, 0) FROM documents ORDER BY bucket, name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.bucket, &r.key, &r.body, &r.version, &r.sum, &r.opposite); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}
