package hot

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"

	"tidemark/fault"
)

// submission is a group of rows of one table that is answered together.
type submission struct {
	table   *Table
	rows    []Row
	size    int64
	refused []Refusal
	err     error // why none of its rows was considered
	done    func([]Refusal, error)
}

// queue holds submissions until the committer takes them. Rows and bytes are bounded:
// at either bound put waits.
type queue struct {
	maxRows, maxBytes int64
	rows, bytes       *semaphore.Weighted
	waiting           chan *submission // never full: each submission holds a row or more

	gate struct {
		sync.RWMutex
		closed bool
	}
}

func newQueue(rows int, bytes int64) *queue {
	return &queue{
		maxRows: int64(rows), maxBytes: bytes,
		rows: semaphore.NewWeighted(int64(rows)), bytes: semaphore.NewWeighted(bytes),
		waiting: make(chan *submission, rows),
	}
}

var errStopped = fault.New(fault.Unavailable, "The store is stopping.")

// put waits for room and leaves the submission for the committer.
func (q *queue) put(ctx context.Context, s *submission) error {
	for i := range s.rows {
		s.size += s.rows[i].size()
	}
	if err := q.rows.Acquire(ctx, q.weight(s)); err != nil {
		return context.Cause(ctx)
	}
	if err := q.bytes.Acquire(ctx, min(s.size, q.maxBytes)); err != nil {
		q.rows.Release(q.weight(s))
		return context.Cause(ctx)
	}
	q.gate.RLock()
	defer q.gate.RUnlock()
	if q.gate.closed {
		q.release(s)
		return errStopped
	}
	q.waiting <- s
	return nil
}

func (q *queue) weight(s *submission) int64 { return min(int64(max(len(s.rows), 1)), q.maxRows) }

// release makes room for others. It is called once the submission was answered.
func (q *queue) release(s *submission) {
	q.rows.Release(q.weight(s))
	q.bytes.Release(min(s.size, q.maxBytes))
}

// close refuses what comes from now on; what waits stays.
func (q *queue) close() {
	q.gate.Lock()
	q.gate.closed = true
	q.gate.Unlock()
}

// take fills batch with what waits, without waiting itself, up to about limit rows.
func (q *queue) take(batch []*submission, limit int) []*submission {
	rows := 0
	for _, s := range batch {
		rows += len(s.rows)
	}
	for rows < limit {
		select {
		case s := <-q.waiting:
			batch = append(batch, s)
			rows += len(s.rows)
		default:
			return batch
		}
	}
	return batch
}
