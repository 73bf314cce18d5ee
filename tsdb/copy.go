package tsdb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"tidemark/fault"
	"tidemark/tsdb/cold"
)

// Names of the store's files and folders in a copy, which are those in a data directory.
const (
	MetaFile   = "meta.db"
	HotFile    = "hot.duckdb"
	TablesDir  = "iceberg"
	copyMargin = 64 << 20 // free bytes that a copy leaves besides the reserve
)

// Copy writes the store as it is at one moment to a directory on the same disk, which is
// in the engine's AllowedDirs: all that was acknowledged before Copy began is in it.
// Open takes the copy for a store that was killed at that moment. Writers wait while the
// moment is fixed, not while anything is written; definitions are not changed until it
// is. One copy at a time.
//
// The moment is between two batches of the hot store, and the tables of files are looked
// at within it. So no segment has been dropped whose rows are not in the files, because
// that follows the commit, and no file has a series, or has undergone a delete, that the
// hot store's copy does not know, because those come first and only by batches.
func (d *DB) Copy(ctx context.Context, dir string) error {
	if err := d.copyRoom(dir); err != nil {
		return err
	}
	files := d.hot.Snapshot() // keeps the files of the moment, which are those of now or later ones
	defer files.Close()
	d.tables.changing.Lock()
	unlock := sync.OnceFunc(d.tables.changing.Unlock)
	defer unlock()
	if err := d.opts.Meta.Copy(ctx, filepath.Join(dir, MetaFile)); err != nil {
		return fmt.Errorf("copy definitions: %w", err)
	}
	var tables []cold.Copy
	err := d.hot.Copy(ctx, filepath.Join(dir, HotFile), func() (err error) {
		defer unlock()
		if d.cold != nil {
			tables, err = d.cold.Copies()
		}
		return err
	}, func() error { return linkAll(ctx, tables, filepath.Join(dir, TablesDir)) })
	if err != nil {
		return fmt.Errorf("copy store: %w", err)
	}
	return nil
}

// linkAll puts the folders of tables below a directory.
func linkAll(ctx context.Context, tables []cold.Copy, dir string) error {
	for _, t := range tables {
		if err := t.Link(ctx, dir); err != nil {
			return err
		}
	}
	return nil
}

// copyRoom refuses a copy for which the disk has no room: DuckDB shuts a database whose
// log it cannot write, and a copy must not bring that about.
func (d *DB) copyRoom(dir string) error {
	free, err := freeBytes(dir)
	if err != nil {
		return err
	}
	want := d.opts.Hot.FreeBytes + copyMargin
	for _, name := range []string{d.opts.Engine.Path(), d.opts.Engine.Path() + ".wal"} {
		if info, err := os.Stat(name); err == nil {
			want += uint64(info.Size())
		}
	}
	if free < want {
		return fault.New(fault.Unavailable, "The disk has %d bytes left; to copy the rows that have not moved into files, %d are wanted.", free, want)
	}
	return nil
}
