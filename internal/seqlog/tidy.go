package seqlog

import (
	"context"
	"errors"
	"time"
)

// Pebble keeps the room of removed entries until more has been written over them. While
// nothing else is to be done, the store is compacted, so that queues that were read to
// their ends leave the disk.
const (
	tidyAfter   = 5 * time.Second // without a commit
	tidyEntries = 1024            // removed, at least
	tidyShare   = 4               // bytes rewritten for one that was written, at most
)

// waste is what happened since the store was last compacted.
type waste struct{ entries, written uint64 }

// worth reports whether there is enough to win by reading so many bytes, and the work
// is in proportion to what was written.
func (w waste) worth(bytes uint64) bool {
	return w.entries >= tidyEntries && bytes <= tidyShare*w.written
}

// tidier compacts the store on a goroutine of its own. It belongs to the committer.
type tidier struct {
	log    *Log
	ctx    context.Context
	cancel context.CancelFunc
	ended  chan struct{} // of the last compaction
}

func newTidier(l *Log) *tidier {
	t := &tidier{log: l, ended: make(chan struct{})}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	close(t.ended)
	return t
}

// start compacts the store if that is worth it.
func (t *tidier) start() {
	if !t.log.waste.worth(t.log.tableBytes()) {
		return
	}
	select {
	case <-t.ended:
	default:
		return
	}
	t.log.waste = waste{}
	t.ended = make(chan struct{})
	go func() {
		defer close(t.ended)
		err := t.log.db.Compact(t.ctx, []byte{0}, []byte{0xff}, false)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.log.opt.Logger.Warn("removed entries keep their room", "component", "seqlog", "path", t.log.opt.Dir, "err", err)
		}
	}()
}

// stop ends a compaction and waits for it. What it has not done costs only room.
func (t *tidier) stop() {
	t.cancel()
	<-t.ended
}

// tableBytes is what a compaction would have to read.
func (l *Log) tableBytes() uint64 {
	m := l.db.Metrics()
	total := m.Total()
	return uint64(max(total.TablesSize, 0)) + m.MemTable.Size
}
