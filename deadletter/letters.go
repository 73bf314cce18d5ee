package deadletter

import (
	"context"
	"sync"
	"time"

	"tidemark/fault"
)

// Letters keeps and replays dead letters.
type Letters struct {
	opt       Options
	accounts  *accounts
	metrics   *metrics
	refusing  quiet // of the log lines about limits; the writer's own
	stamped   int64 // the time of the latest letter; the writer's own
	replaying sync.Mutex
	runner    func() Runner // set by Rules
	wake      chan struct{} // holds a token when there may be letters

	mu struct {
		sync.Mutex
		waiting []posted
		closed  bool
	}
}

// posted is a letter that waits to be written.
type posted struct {
	Letter
	done func(error)
}

// Open prepares to keep letters; Run writes them.
func Open(opt Options) (*Letters, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	opt = opt.withDefaults()
	s := &Letters{opt: opt, accounts: newAccounts(opt.Rate, opt.Burst, opt.MaxBytes), wake: make(chan struct{}, 1), runner: func() Runner { return nil }}
	s.metrics = newMetrics(opt.Registerer, func() float64 {
		s.mu.Lock()
		defer s.mu.Unlock()
		return float64(len(s.mu.waiting))
	})
	return s, nil
}

// Rules tells where letters are replayed through rules. It is asked for each replay,
// because the rules engine is made after the letters; nil from it is fault.Unavailable.
// It must be called before Run.
func (s *Letters) Rules(runner func() Runner) { s.runner = runner }

// Post leaves a letter to be written and never blocks: callers may be the store itself.
// done is called once, from another goroutine or this one, with nil when the letter is
// on disk, or when a limit refused it, which is counted and logged. Its error is
// fault.Unavailable: the letter is not kept, and what it is about must come again.
func (s *Letters) Post(l Letter, done func(error)) {
	if err := s.queue(posted{l, done}); err != nil {
		s.metrics.failures.Inc()
		done(err)
	}
}

func (s *Letters) queue(p posted) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.mu.closed:
		return fault.New(fault.Unavailable, "The dead letter could not be stored: the server is stopping.")
	case len(s.mu.waiting) >= s.opt.MaxQueue:
		return fault.New(fault.Unavailable, "The dead letter could not be stored: %d letters wait already.", len(s.mu.waiting))
	}
	s.mu.waiting = append(s.mu.waiting, p)
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return nil
}

// take returns all letters that wait. With last it refuses those that come later.
func (s *Letters) take(last bool) []posted {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.mu.waiting
	s.mu.waiting, s.mu.closed = nil, s.mu.closed || last
	return list
}

// measureEvery is how often the size of the letters is measured.
const measureEvery = time.Minute

// Run writes letters until ctx is done, and then those that wait.
func (s *Letters) Run(ctx context.Context) error {
	var measuring sync.WaitGroup
	measuring.Go(func() { s.measureAgain(ctx) })
	defer measuring.Wait()
	for {
		select {
		case <-s.wake:
			s.deliver(s.take(false))
		case <-ctx.Done():
			s.deliver(s.take(true))
			return nil
		}
	}
}

// measureAgain measures until ctx is done. Letters need not wait for it.
func (s *Letters) measureAgain(ctx context.Context) {
	tick := time.NewTicker(measureEvery)
	defer tick.Stop()
	for {
		s.measure(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
