package tsdb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/fault"
	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
	"tidemark/tsdb/tier"
)

// openTiers opens the files of older rows and the mover that fills them, if there is a
// place for them.
func (d *DB) openTiers(ctx context.Context, defined map[uint32]bool) (err error) {
	dir := d.opts.Tables
	if dir == "" {
		return nil
	}
	d.cold, err = cold.Open(ctx, cold.Options{Dir: dir, Bucket: d.opts.Bucket, Keep: d.opts.Keep, Logger: d.opts.Logger, Registerer: d.opts.Registerer, Now: d.opts.Now})
	if err != nil {
		return err
	}
	if err := d.cold.Retain(ctx, func(id uint32) bool { return defined[id] }); err != nil {
		return fmt.Errorf("remove files of deleted tables: %w", err)
	}
	d.mover, err = tier.Open(ctx, tier.Options{
		Engine: d.opts.Engine, Hot: d.hot, Cold: d.cold, Define: d.definition, Policy: d.opts.Policy, At: d.opts.at,
		Free: func() (uint64, error) { return freeBytes(dir) }, FreeBytes: 2 * d.opts.Hot.FreeBytes, // so that moving stops before writing does
		Logger: d.opts.Logger, Registerer: d.opts.Registerer, Now: d.opts.Now, Passed: d.opts.passed,
	})
	return err
}

// definition is what the mover must know of a table.
func (d *DB) definition(id uint32) (tier.Definition, bool) {
	t, ok := d.tables.byID(id)
	if !ok {
		return tier.Definition{}, false
	}
	return tier.Definition{
		Database: t.ref.Database, Table: t.ref.Table,
		Retention: time.Duration(t.doc.Retention.total()), PartitionKey: t.doc.partitionDimension(),
	}, true
}

// partitionDimension is the dimension that the table's partition key names, empty when
// it is the measure name.
func (d *tableDocument) partitionDimension() string {
	if len(d.PartitionKey) > 0 && d.PartitionKey[0].Type == KeyDimension {
		return d.PartitionKey[0].Name
	}
	return ""
}

// Run commits writes and moves rows into files until ctx is done; then it finishes the
// writes that it accepted.
func (d *DB) Run(ctx context.Context) error {
	if d.mover == nil {
		return d.hot.Run(ctx)
	}
	writing, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- d.hot.Run(writing) }()
	err := d.mover.Run(ctx) // before the hot store ends, which it asks
	stop()
	return errors.Join(err, <-ended)
}

// Flush moves all rows of a table into files and returns when queries read them there.
// A store without a place for files is fault.Invalid.
func (d *DB) Flush(ctx context.Context, ref TableRef) error {
	return d.move(ref, func(id uint32) error { return d.mover.Flush(ctx, id) })
}

// Compact merges the files of a table and removes from them what was deleted or is past
// its retention.
func (d *DB) Compact(ctx context.Context, ref TableRef) error {
	return d.move(ref, func(id uint32) error { return d.mover.Compact(ctx, id) })
}

func (d *DB) move(ref TableRef, work func(id uint32) error) error {
	t, err := d.open(ref)
	if err != nil {
		return err
	}
	if d.mover == nil {
		return fault.New(fault.Invalid, "The store keeps no files: it was opened without a directory for them.")
	}
	return work(t.doc.ID)
}

// Files returns the files of a table by day: those that queries read beside the rows
// that have not moved yet.
func (d *DB) Files(ref TableRef) ([]hot.File, error) {
	t, err := d.open(ref)
	if err != nil {
		return nil, err
	}
	return t.hot.Files(), nil
}

// freeBytes is the room on the disk of a directory.
func freeBytes(dir string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, fmt.Errorf("free space of %s: %w", dir, err)
	}
	return st.Bavail * uint64(st.Bsize), nil
}
