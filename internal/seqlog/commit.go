package seqlog

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// cachedBounds bounds the committer's memory of queues; what falls out is read again.
const cachedBounds = 1 << 17

// pointDeletes is the largest trim done entry by entry: a range tombstone for every
// few entries would slow every later read.
const pointDeletes = 1024

// bounds are the number of the first entry and of the next one to come.
type bounds struct{ first, next uint64 }

// run is the committer: it takes what has gathered, writes it with one sync and calls
// back. While it syncs, the next group gathers.
func (l *Log) run() {
	defer close(l.done)
	tidy := newTidier(l)
	defer tidy.stop()
	idle := time.NewTimer(tidyAfter)
	defer idle.Stop()
	for {
		select {
		case first, ok := <-l.in:
			if !ok {
				return
			}
			l.commit(l.gather(first))
			idle.Reset(tidyAfter)
		case <-idle.C:
			tidy.start()
		}
	}
}

// gather takes what waits.
func (l *Log) gather(first request) []request {
	group, size := []request{first}, first.batch.size
	for size < l.opt.GroupBytes {
		select {
		case r, ok := <-l.in:
			if !ok {
				return group
			}
			group, size = append(group, r), size+r.batch.size
		default:
			return group
		}
	}
	return group
}

// commit writes a group. A batch that cannot be applied, or for which the disk has no
// room, fails alone; a failing sync fails them all, and the remembered bounds are forgotten since nothing was written.
func (l *Log) commit(group []request) {
	start := time.Now()
	if len(l.bounds) > cachedBounds { // only here: the store does not know the changes of an open group
		clear(l.bounds)
	}
	batch := l.db.NewBatch()
	defer batch.Close()
	errs := make([]error, len(group))
	write, applied := pebble.NoSync, 0
	free, full := l.opt.freeBytes()
	for i, r := range group {
		if errs[i] = cmp.Or(full, l.hasRoom(r.batch, free)); errs[i] != nil {
			continue
		}
		if errs[i] = l.apply(batch, r.batch); errs[i] != nil {
			continue
		}
		applied++
		if r.batch.needsSync() {
			write = pebble.Sync
		}
	}
	if err := batch.Commit(write); err != nil {
		clear(l.bounds)
		for i := range errs {
			errs[i] = fmt.Errorf("commit to queue store: %w", err)
		}
	}
	l.waste.written += uint64(batch.Len())
	l.metrics.observe(applied, batch.Len(), time.Since(start))
	for i, r := range group {
		r.done(errs[i])
	}
}

// apply adds the changes of b to the group's batch. Bounds are loaded first, so that
// a read error leaves neither the batch nor the bounds half changed.
func (l *Log) apply(to *pebble.Batch, b *Batch) error {
	for i := range b.ops {
		if o := &b.ops[i]; o.kind <= opDrop {
			if err := l.load(o.key); err != nil {
				return err
			}
		}
	}
	for i := range b.ops {
		if err := l.applyOp(to, &b.ops[i]); err != nil {
			return fmt.Errorf("build batch: %w", err)
		}
	}
	return nil
}

// load makes sure that the bounds of a queue are known. When they are not, no change
// of this group concerns the queue yet, and the store's are the right ones.
func (l *Log) load(key string) error {
	if _, ok := l.bounds[key]; ok {
		return nil
	}
	b, err := readBounds(l.db, key)
	if err != nil {
		return err
	}
	l.bounds[key] = b
	return nil
}

func (l *Log) applyOp(to *pebble.Batch, o *op) error {
	switch o.kind {
	case opAppend:
		q := l.bounds[o.key]
		o.seq = q.next
		q.next++
		l.bounds[o.key] = q
		return to.Set(appendEntryKey(nil, o.key, o.seq), o.value, nil)
	case opTrim:
		return l.trim(to, o.key, o.seq)
	case opDrop:
		return l.drop(to, o.key)
	case opPut:
		return to.Set(appendKey(nil, valuePrefix, o.key), o.value, nil)
	default:
		return to.Delete(appendKey(nil, valuePrefix, o.key), nil)
	}
}

// trim removes entries, and writes down the next number when none is left to tell it.
func (l *Log) trim(to *pebble.Batch, key string, seq uint64) error {
	q := l.bounds[key]
	if seq = min(seq, q.next); seq <= q.first {
		return nil
	}
	if err := deleteEntries(to, key, q.first, seq); err != nil {
		return err
	}
	l.waste.entries += seq - q.first
	q.first = seq
	l.bounds[key] = q
	if q.first < q.next {
		return nil
	}
	return to.Set(appendKey(nil, nextPrefix, key), binary.BigEndian.AppendUint64(nil, q.next), nil)
}

func (l *Log) drop(to *pebble.Batch, key string) error {
	q := l.bounds[key]
	l.bounds[key] = bounds{1, 1}
	l.waste.entries += q.next - q.first
	if err := deleteEntries(to, key, q.first, q.next); err != nil {
		return err
	}
	return to.Delete(appendKey(nil, nextPrefix, key), nil)
}

// deleteEntries removes the entries from first up to but not including end.
func deleteEntries(to *pebble.Batch, key string, first, end uint64) error {
	if end-first > pointDeletes {
		return to.DeleteRange(appendEntryKey(nil, key, first), appendEntryKey(nil, key, end), nil)
	}
	for seq := first; seq < end; seq++ {
		if err := to.Delete(appendEntryKey(nil, key, seq), nil); err != nil {
			return err
		}
	}
	return nil
}

// readBounds finds the bounds of a queue in the store; those of an unknown one are 1, 1.
func readBounds(db pebble.Reader, key string) (bounds, error) {
	q := bounds{1, 1}
	raw, closer, err := db.Get(appendKey(nil, nextPrefix, key))
	if err == nil {
		q.next, err = parseNext(raw)
		closer.Close()
	}
	if err != nil && !errors.Is(err, pebble.ErrNotFound) {
		return q, fmt.Errorf("read queue bounds: %w", err)
	}
	it, err := db.NewIter(&pebble.IterOptions{LowerBound: appendEntryKey(nil, key, 0), UpperBound: appendEntryKey(nil, key, 1<<64-1)})
	if err != nil {
		return q, fmt.Errorf("read queue bounds: %w", err)
	}
	defer it.Close()
	q.first = q.next
	if it.First() {
		if _, q.first, err = splitEntryKey(it.Key()); err != nil {
			return q, err
		}
	}
	if it.Last() {
		_, last, err := splitEntryKey(it.Key())
		if err != nil {
			return q, err
		}
		q.next = max(q.next, last+1)
	}
	return q, it.Error()
}
