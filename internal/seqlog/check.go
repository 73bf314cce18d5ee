package seqlog

import (
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Check reads every entry of a store that nobody has open: Pebble compares the checksum
// of each block, and those of its log and manifest are compared here. It makes no file
// but LOCK.
func Check(ctx context.Context, dir string) (err error) {
	if err := checkChunks(dir); err != nil {
		return err
	}
	db, err := pebble.Open(dir, &pebble.Options{FS: vfs.Default, ReadOnly: true, ErrorIfNotExists: true, Logger: quiet{}, EventListener: onDamage(quiet{})})
	if err != nil {
		return fmt.Errorf("open queue store: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := checkVersion(db); err != nil {
		return err
	}
	if err := db.CheckLevels(nil); err != nil {
		return fmt.Errorf("check queue store: %w", err)
	}
	it, err := db.NewIter(nil)
	if err != nil {
		return fmt.Errorf("read queue store: %w", err)
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if _, err := it.ValueAndErr(); err != nil {
			return fmt.Errorf("read queue store: %w", err)
		}
	}
	return it.Error()
}

// quiet is a log that nobody reads.
type quiet struct{}

func (quiet) Infof(string, ...any)              {}
func (quiet) Errorf(string, ...any)             {}
func (quiet) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
