// Package meta keeps control-plane state: typed, versioned JSON documents in named
// buckets, in one SQLite file.
//
//	db, err := meta.Open(ctx, filepath.Join(dir, "meta.db"))
//	tables := meta.NewBucket[tableDocument](db, "tables")
//	err = tables.Create(ctx, "demo/host", doc)          // fault.Conflict when it is there
//	doc, err = tables.Update(ctx, "demo/host", change)  // compare-and-set, repeated until it holds
//	err = db.Tx(ctx, func(tx *meta.Tx) error { return tables.In(tx).Put(ctx, "demo/host", doc) })
//
// A write that returned nil is on disk (write-ahead log, synchronous=FULL). Keys are
// compared as bytes. Everything is safe to call at once; writers take turns. The
// statements are those that SQLite and PostgreSQL share. docs/formats.md, "Documents",
// describes the file.
package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"

	"github.com/mattn/go-sqlite3"

	"tidemark/fault"
)

// Limits on what a bucket takes; more is fault.Exceeded.
const (
	MaxKeyBytes      = 2048
	MaxDocumentBytes = 1 << 20
)

// format is the version of the file's layout that this code reads and writes. It upgrades
// files of version 1, which had no sums.
const format = 2

const readers = 4 // connections that read while one writes

// DB is an open file of documents.
type DB struct {
	writer *sql.DB // one connection, whose transactions begin as writers
	reader *sql.DB
	close  func() error
}

// Open opens the file at path and creates it, readable by its owner only, when it is absent.
func Open(ctx context.Context, path string) (*DB, error) {
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("open metadata: %w", err)
	}
	writer, err := connect(path, 1, "&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	reader, err := connect(path, readers, "&_query_only=true")
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	d := &DB{writer: writer, reader: reader}
	d.close = sync.OnceValue(func() error { return errors.Join(d.reader.Close(), d.writer.Close()) })
	if err := d.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open metadata %s: %w", path, err), d.Close())
	}
	return d, nil
}

// Close releases the file. It may be called twice.
func (d *DB) Close() error { return d.close() }

func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func connect(path string, conns int, more string) (*sql.DB, error) {
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()
	db, err := sql.Open("sqlite3", name+"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000"+more)
	if err != nil {
		return nil, fmt.Errorf("open metadata %s: %w", path, err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

var schema = []string{
	`CREATE TABLE IF NOT EXISTS format (version INTEGER NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS documents (
		bucket TEXT NOT NULL, name TEXT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL,
		sum TEXT, opposite BIGINT, PRIMARY KEY (bucket, name))`,
}

// prepare creates what is missing and refuses a file that a newer version wrote.
func (d *DB) prepare(ctx context.Context) error {
	return d.Tx(ctx, func(tx *Tx) error {
		for _, statement := range schema {
			if _, err := tx.tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		var found int
		err := tx.tx.QueryRowContext(ctx, `SELECT version FROM format`).Scan(&found)
		if errors.Is(err, sql.ErrNoRows) {
			_, err = tx.tx.ExecContext(ctx, `INSERT INTO format (version) VALUES ($1)`, format)
			return err
		}
		switch {
		case err != nil || found == format:
			return err
		case found == 1:
			return tx.addSums(ctx)
		default:
			return fmt.Errorf("the file has format %d, this program reads formats 1 and %d", found, format)
		}
	})
}

// Tx is a transaction over any number of buckets. It ends when the function that
// received it returns.
type Tx struct{ tx *sql.Tx }

// Tx runs fn in one transaction and commits it when fn returns nil. Transactions
// take turns, so fn sees and keeps a consistent state; it must use only buckets
// obtained by In, since another writer would wait for itself.
func (d *DB) Tx(ctx context.Context, fn func(*Tx) error) error {
	tx, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return classify(err)
	}
	if err := fn(&Tx{tx}); err != nil {
		if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			return errors.Join(err, undo)
		}
		return err
	}
	return classify(tx.Commit())
}

// classify says what a caller can do about an error of the database: wait for space
// or for another process when the file cannot be written.
func classify(err error) error {
	found, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return err
	}
	switch found.Code {
	case sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrReadonly, sqlite3.ErrBusy, sqlite3.ErrCantOpen:
		return fault.New(fault.Unavailable, "metadata cannot be written: %w", err)
	default:
		return fmt.Errorf("metadata: %w", err)
	}
}
