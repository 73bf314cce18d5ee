package query

import (
	"context"
	"sync/atomic"

	"tidemark/fault"
)

// slots lets a number of queries compute at once and some more wait for it.
type slots struct {
	free    chan struct{} // holds a token per free slot
	waiting atomic.Int64
	most    int64 // of waiting
}

func newSlots(running, waiting int) *slots {
	s := &slots{free: make(chan struct{}, running), most: int64(waiting)}
	for range running {
		s.free <- struct{}{}
	}
	return s
}

// take waits for a slot. With too many waiting already it refuses: Throttled.
func (s *slots) take(ctx context.Context) error {
	select {
	case <-s.free:
		return nil
	default:
	}
	defer s.waiting.Add(-1)
	if s.waiting.Add(1) > s.most {
		return fault.New(fault.Throttled, "Too many queries are waiting (limit MaxWaiting = %d)", s.most)
	}
	select {
	case <-s.free:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// give returns a slot.
func (s *slots) give() { s.free <- struct{}{} }
