package rules

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"tidemark/fault"
)

// delays are the pauses before a failed action is tried again; they vary by a
// quarter up or down.
var delays = [...]time.Duration{100 * time.Millisecond, 400 * time.Millisecond, 1600 * time.Millisecond}

// mayPass are the kinds of failure that trying again can cure.
var mayPass = map[fault.Kind]bool{fault.Throttled: true, fault.Unavailable: true, fault.Internal: true}

// attempt runs one action over one event until it succeeds or has failed for good.
type attempt struct {
	engine  *Engine
	run     *runner
	ev      *Event
	tries   int
	settled func(run *runner, err error)
}

func (a *attempt) try() { a.run.action.Do(a.engine.ctx, a.ev, a.finished) }

func (a *attempt) finished(err error) {
	if err != nil && a.again(err) {
		return
	}
	a.settled(a.run, err)
}

// again queues another try, if there is one left and room for it.
func (a *attempt) again(err error) bool {
	if a.tries == len(delays) || !mayPass[fault.KindOf(err)] {
		return false
	}
	jitter := 0.75 + a.engine.opt.Random()/2
	delay := time.Duration(float64(delays[a.tries]) * jitter)
	a.tries++
	return a.engine.retries.add(time.Now().Add(delay), a.try)
}

// maxRetrying is how many queued functions run at once: they may block on a
// destination that pushes back.
const maxRetrying = 16

// retryQueue holds functions until they are due. It is bounded, and refuses
// retries when it is full or told to hurry.
type retryQueue struct {
	limit   int
	waiting prometheus.Gauge
	wake    chan struct{} // holds one token when the head may have changed

	mu struct {
		sync.Mutex
		due     dueHeap
		hurried bool // everything is due at once, nothing is added
		closed  bool // and nothing will come
	}
}

func newRetryQueue(limit int, waiting prometheus.Gauge) *retryQueue {
	return &retryQueue{limit: limit, waiting: waiting, wake: make(chan struct{}, 1)}
}

// add queues run for an instant; false when the queue does not take it.
func (q *retryQueue) add(at time.Time, run func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.mu.hurried || len(q.mu.due) >= q.limit {
		return false
	}
	q.push(at, run)
	return true
}

// hand queues run at once, whatever waits. The callers are bounded by the
// messages in flight.
func (q *retryQueue) hand(run func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.push(time.Time{}, run)
}

func (q *retryQueue) push(at time.Time, run func()) {
	heap.Push(&q.mu.due, due{at, run})
	q.waiting.Set(float64(len(q.mu.due)))
	q.signal()
}

func (q *retryQueue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// hurry makes everything due now and refuses what comes later.
func (q *retryQueue) hurry() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.mu.hurried = true
	q.signal()
}

// close ends run once the queue is empty.
func (q *retryQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.mu.hurried, q.mu.closed = true, true
	q.signal()
}

// run runs what is due until the queue is closed and empty.
func (q *retryQueue) run(ctx context.Context) {
	var running errgroup.Group
	running.SetLimit(maxRetrying)
	defer func() { _ = running.Wait() }()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		next, wait, open := q.take(time.Now())
		switch {
		case next != nil:
			running.Go(func() error { next(); return nil })
			continue
		case !open:
			return
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-q.wake:
		case <-ctx.Done():
			q.close()
		}
	}
}

// take returns the next function that is due, or how long there is none; open is
// false when there will never be one.
func (q *retryQueue) take(now time.Time) (run func(), wait time.Duration, open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.mu.due) == 0 {
		return nil, time.Hour, !q.mu.closed
	}
	if head := q.mu.due[0]; !q.mu.hurried && head.at.After(now) {
		return nil, head.at.Sub(now), true
	}
	head := heap.Pop(&q.mu.due).(due)
	q.waiting.Set(float64(len(q.mu.due)))
	return head.run, 0, true
}

// due is a function and its instant; dueHeap has the earliest first.
type due struct {
	at  time.Time
	run func()
}

type dueHeap []due

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)        { *h = append(*h, x.(due)) }

func (h *dueHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = due{}
	*h = (*h)[:last]
	return x
}
