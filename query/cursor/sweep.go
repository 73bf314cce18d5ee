package cursor

import (
	"context"
	"maps"
	"slices"
	"time"
)

// sweepEvery is how often Run looks for queries that nobody takes rows of.
const sweepEvery = time.Second

// Run parks queries whose clients take long, and forgets those whose clients do not
// come back, until ctx is done.
func (s *Set[S]) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.sweep()
		case <-ctx.Done():
			return nil
		}
	}
}

// sweep looks at every query once.
func (s *Set[S]) sweep() {
	for _, c := range s.all() {
		if idle, ok := c.idle(); ok && idle > s.opt.TokenLife {
			s.remove(c, errToken)
		} else if c.slow() {
			c.park()
		}
	}
}

// makeRoom ends the queries unused for longest, other than c, until the bounds on
// their number and on memory hold.
func (s *Set[S]) makeRoom(c *cursor[S]) {
	if s.Len() <= s.opt.MaxQueries && s.memory.Load() <= s.opt.MemoryBytes {
		return
	}
	all := s.all()
	slices.SortFunc(all, func(a, b *cursor[S]) int { return a.lastUse().Compare(b.lastUse()) })
	for _, old := range all {
		if s.Len() <= s.opt.MaxQueries && s.memory.Load() <= s.opt.MemoryBytes {
			return
		}
		if _, ok := old.idle(); ok && old != c {
			s.opt.Logger.Warn("query gave way to newer ones", "query_id", old.ID)
			s.remove(old, errToken)
		}
	}
}

// all returns the open queries.
func (s *Set[S]) all() []*cursor[S] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.mu.byID))
}

// idle returns for how long no request has used the cursor; ok is false while one does.
func (c *cursor[S]) idle() (d time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.mu.used), c.mu.requests == 0
}

// slow reports whether the first page was delivered long ago and not all rows were read.
func (c *cursor[S]) slow() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.mu.first.IsZero() && time.Since(c.mu.first) > c.set.opt.ParkAfter && !c.mu.closed
}

// lastUse returns when the latest request ended.
func (c *cursor[S]) lastUse() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.used
}
