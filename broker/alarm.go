package broker

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// alarms runs functions at their time: expiries of sessions, delayed wills, paced
// resumption. A function looks whether it is still wanted; cancel only frees memory early.
type alarms struct {
	mu     sync.Mutex
	queue  alarmHeap
	sooner chan struct{} // an alarm was put before all others
}

type alarm struct {
	at    time.Time
	run   func()
	place int // in the heap; -1 once it left
}

func newAlarms() *alarms { return &alarms{sooner: make(chan struct{}, 1)} }

// at asks for run to be called at a time, on the goroutine of alarms.run. It must not block.
func (a *alarms) at(t time.Time, run func()) *alarm {
	set := &alarm{at: t, run: run}
	a.mu.Lock()
	heap.Push(&a.queue, set)
	first := a.queue[0].at.Equal(t)
	a.mu.Unlock()
	if first {
		select {
		case a.sooner <- struct{}{}:
		default:
		}
	}
	return set
}

// cancel takes an alarm back, unless it is due already.
func (a *alarms) cancel(set *alarm) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if set.place >= 0 {
		heap.Remove(&a.queue, set.place)
	}
}

// run calls what is due until ctx is done.
func (a *alarms) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Reset(a.callDue(time.Now()))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-a.sooner:
		}
	}
}

// callDue calls what is due and returns how long nothing else is.
func (a *alarms) callDue(now time.Time) time.Duration {
	for {
		a.mu.Lock()
		if len(a.queue) == 0 {
			a.mu.Unlock()
			return time.Hour
		}
		if d := a.queue[0].at.Sub(now); d > 0 {
			a.mu.Unlock()
			return d
		}
		due := heap.Pop(&a.queue).(*alarm)
		a.mu.Unlock()
		due.run()
	}
}

type alarmHeap []*alarm

func (h alarmHeap) Len() int           { return len(h) }
func (h alarmHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h alarmHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h *alarmHeap) Push(x any) {
	set := x.(*alarm)
	set.place = len(*h)
	*h = append(*h, set)
}

func (h *alarmHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	last.place, old[len(old)-1] = -1, nil
	*h = old[:len(old)-1]
	return last
}
