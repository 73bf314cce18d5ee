package seqlog

import (
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Copy makes a store in a new directory that has everything whose callback has run, and
// is as Open likes it. Tables are linked where the file system allows it.
func (l *Log) Copy(dir string) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.mu.closed {
		return errClosed
	}
	if err := l.db.Checkpoint(dir, pebble.WithFlushedWAL()); err != nil {
		return fmt.Errorf("copy queue store to %s: %w", dir, err)
	}
	return nil
}
