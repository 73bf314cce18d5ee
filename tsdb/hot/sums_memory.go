package hot

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Readers of sums hold columns in Go's memory, which no limit of DuckDB counts. All of a
// store share one bound. A scan takes what one reader needs when its statement is written,
// and its snapshot has that until it is closed: it never waits, and a statement that was
// written can run. Without room its files are left to DuckDB. Further readers take as much
// when they begin; one that finds no room leaves its share to those that have it.

// readingMemory is that bound.
type readingMemory struct {
	most int64
	used atomic.Int64
}

// Without an option it is a part of what the engine may use.
const (
	readingShare = 8
	leastReading = 32 << 20
)

// take takes bytes if there is room.
func (m *readingMemory) take(bytes int64) bool {
	for {
		used := m.used.Load()
		if used+bytes > m.most {
			return false
		}
		if m.used.CompareAndSwap(used, used+bytes) {
			return true
		}
	}
}

func (m *readingMemory) give(bytes int64) { m.used.Add(-bytes) }

// largest is the most that one reader may need, so that some have room.
func (m *readingMemory) largest() int64 { return min(maxReading, m.most/2) }

// reserve takes memory for as long as the snapshot is open.
func (sn *Snapshot) reserve(bytes int64) bool {
	sn.mu.Lock()
	defer sn.mu.Unlock()
	if sn.mu.closed || !sn.store.sums.memory.take(bytes) {
		return false
	}
	sn.mu.reserved += bytes
	return true
}

// readerShare is what a reader holds of the memory for its run.
type readerShare uint8

const (
	noShare       readerShare = iota
	reservedShare             // that of the statement
	ownShare
)

// admit gives a reader its share, none when there is no room. Then another reader has the
// statement's, and goes on until no row group is left.
func (run *summing) admit() readerShare {
	run.mu.Lock()
	defer run.mu.Unlock()
	if !run.mu.taken {
		run.mu.taken = true
		return reservedShare
	}
	if run.store.sums.memory.take(run.request.Bytes) {
		return ownShare
	}
	return noShare
}

// leave takes a share back.
func (run *summing) leave(share readerShare) {
	switch share {
	case reservedShare:
		run.mu.Lock()
		run.mu.taken = false
		run.mu.Unlock()
	case ownShare:
		run.store.sums.memory.give(run.request.Bytes)
	}
}

// idleSummers keeps the memory of readers for others, until Go's collector takes it.
type idleSummers struct{ pool sync.Pool }

// take returns a summer for a request, whose memory is none or of one like it.
func (i *idleSummers) take(r *sumsRequest) *summer {
	s, ok := i.pool.Get().(*summer)
	if !ok || s.request.Bytes > r.Bytes || !slices.Equal(s.request.Columns, r.Columns) {
		return &summer{}
	}
	return s
}
