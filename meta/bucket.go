package meta

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"tidemark/fault"
)

// Bucket is a named set of documents of one type, stored as the JSON of T.
type Bucket[T any] struct {
	db   *DB
	tx   *Tx
	name string
}

// Entry is a document with its key and version; the version is 1 when it is
// created and grows by one with every write.
type Entry[T any] struct {
	Key     string
	Version int64
	Value   T
}

// NewBucket returns the bucket of the given name. Two buckets of one name are the same.
func NewBucket[T any](db *DB, name string) *Bucket[T] { return &Bucket[T]{db: db, name: name} }

// In returns the bucket as seen by a transaction.
func (b *Bucket[T]) In(tx *Tx) *Bucket[T] { return &Bucket[T]{db: b.db, tx: tx, name: b.name} }

// querier is what reads and writes need of a connection pool or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func (b *Bucket[T]) reader() querier {
	if b.tx != nil {
		return b.tx.tx
	}
	return b.db.reader
}

func (b *Bucket[T]) writer() querier {
	if b.tx != nil {
		return b.tx.tx
	}
	return b.db.writer
}

// Get returns the document of a key, or fault.NotFound.
func (b *Bucket[T]) Get(ctx context.Context, key string) (T, error) {
	e, err := b.Entry(ctx, key)
	return e.Value, err
}

// Entry returns the document of a key with its version, or fault.NotFound.
func (b *Bucket[T]) Entry(ctx context.Context, key string) (Entry[T], error) {
	e := Entry[T]{Key: key}
	var body string
	row := b.reader().QueryRowContext(ctx,
		`SELECT version, body FROM documents WHERE bucket = $1 AND name = $2`, b.name, key)
	switch err := row.Scan(&e.Version, &body); {
	case errors.Is(err, sql.ErrNoRows):
		return e, b.notFound(key)
	case err != nil:
		return e, classify(err)
	}
	return e, b.decode(key, body, &e.Value)
}

// Put writes the document of a key, whether or not there was one.
func (b *Bucket[T]) Put(ctx context.Context, key string, value T) error {
	body, err := b.encode(key, value)
	if err != nil {
		return err
	}
	_, err = b.writer().ExecContext(ctx, `INSERT INTO documents (bucket, name, version, body, sum, opposite) VALUES ($1, $2, 1, $3, $4, -1)
		ON CONFLICT (bucket, name) DO UPDATE SET version = documents.version + 1, body = excluded.body,
			sum = excluded.sum, opposite = -(documents.version + 1)`, b.name, key, body, sumOf(b.name, key, body))
	return classify(err)
}

// Create writes the document of a new key, or answers fault.Conflict.
func (b *Bucket[T]) Create(ctx context.Context, key string, value T) error {
	body, err := b.encode(key, value)
	if err != nil {
		return err
	}
	changed, err := affected(b.writer().ExecContext(ctx, `INSERT INTO documents (bucket, name, version, body, sum, opposite)
		VALUES ($1, $2, 1, $3, $4, -1) ON CONFLICT (bucket, name) DO NOTHING`, b.name, key, body, sumOf(b.name, key, body)))
	if err == nil && !changed {
		return fault.New(fault.Conflict, "%s %q exists already", b.name, key)
	}
	return err
}

// CompareAndSet writes value only if the document still has the given version;
// otherwise it is fault.Conflict, and fault.NotFound when there is none.
func (b *Bucket[T]) CompareAndSet(ctx context.Context, key string, version int64, value T) error {
	body, err := b.encode(key, value)
	if err != nil {
		return err
	}
	changed, err := affected(b.writer().ExecContext(ctx, `UPDATE documents SET version = version + 1, body = $1, sum = $2, opposite = -(version + 1)
		WHERE bucket = $3 AND name = $4 AND version = $5`, body, sumOf(b.name, key, body), b.name, key, version))
	if err != nil || changed {
		return err
	}
	if _, err := b.Entry(ctx, key); err != nil {
		return err
	}
	return fault.New(fault.Conflict, "%s %q was changed by another writer", b.name, key)
}

// Update replaces a document by what change makes of it and returns the result. When
// another writer comes between, change is called again with the newer document, so
// it must have no effect of its own. An error of change ends the update.
func (b *Bucket[T]) Update(ctx context.Context, key string, change func(*T) error) (T, error) {
	for {
		e, err := b.Entry(ctx, key)
		if err != nil {
			return e.Value, err
		}
		if err := change(&e.Value); err != nil {
			return e.Value, err
		}
		err = b.CompareAndSet(ctx, key, e.Version, e.Value)
		if fault.KindOf(err) != fault.Conflict {
			return e.Value, err
		}
	}
}

// Delete removes the document of a key, or answers fault.NotFound.
func (b *Bucket[T]) Delete(ctx context.Context, key string) error {
	changed, err := affected(b.writer().ExecContext(ctx,
		`DELETE FROM documents WHERE bucket = $1 AND name = $2`, b.name, key))
	if err == nil && !changed {
		return b.notFound(key)
	}
	return err
}

func affected(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, classify(err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func (b *Bucket[T]) notFound(key string) error {
	return fault.New(fault.NotFound, "%s %q does not exist", b.name, key)
}

func (b *Bucket[T]) encode(key string, value T) (string, error) {
	if key == "" || len(key) > MaxKeyBytes {
		return "", fault.New(fault.Exceeded, "a key of %s has 1 to %d bytes, not %d", b.name, MaxKeyBytes, len(key))
	}
	body, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("encode %s %q: %w", b.name, key, err)
	}
	if len(body) > MaxDocumentBytes {
		return "", fault.New(fault.Exceeded, "%s %q has %d bytes, the limit is %d", b.name, key, len(body), MaxDocumentBytes)
	}
	return string(body), nil
}

func (b *Bucket[T]) decode(key, body string, value *T) error {
	if err := json.Unmarshal([]byte(body), value); err != nil {
		return fmt.Errorf("decode %s %q: %w", b.name, key, err)
	}
	return nil
}
