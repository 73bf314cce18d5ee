package seqlog

import (
	"errors"
	"fmt"
	"math"

	"github.com/cockroachdb/pebble/v2/vfs"

	"tidemark/fault"
)

// removalShare is the part of Options.FreeBytes that is kept for batches that only
// remove: room comes back through them.
const removalShare = 4

// freeBytes asks how much room the disk has; a file system that cannot tell has enough.
func (o Options) freeBytes() (uint64, error) {
	usage, err := o.FS.GetDiskUsage(o.Dir)
	if errors.Is(err, vfs.ErrUnsupported) {
		return math.MaxUint64, nil
	}
	if err != nil {
		return 0, fmt.Errorf("ask for free space: %w", err)
	}
	return usage.AvailBytes, nil
}

// hasRoomToOpen refuses a disk on which Pebble could not finish what an opening writes:
// it would try for ever.
func (o Options) hasRoomToOpen() error {
	if err := o.FS.MkdirAll(o.Dir, 0o755); err != nil {
		return fmt.Errorf("open queue store: %w", err)
	}
	free, err := o.freeBytes()
	if err != nil {
		return err
	}
	if need := uint64(o.FreeBytes) / removalShare; free < need {
		return fault.New(fault.Unavailable, "the disk of %s has only %d bytes left, starting needs %d", o.Dir, free, need)
	}
	return nil
}

// hasRoom refuses a batch while the disk is nearly full, because Pebble ends the
// process when it cannot write its log.
func (l *Log) hasRoom(b *Batch, free uint64) error {
	need := uint64(l.opt.FreeBytes)
	if !b.grows() {
		need /= removalShare
	}
	if free < need && b.Len() > 0 {
		return fault.New(fault.Unavailable, "The disk of the queue store has only %d bytes left, it needs %d.", free, need)
	}
	return nil
}

// grows reports whether a batch adds anything.
func (b *Batch) grows() bool {
	for i := range b.ops {
		if k := b.ops[i].kind; k == opAppend || k == opPut {
			return true
		}
	}
	return false
}
