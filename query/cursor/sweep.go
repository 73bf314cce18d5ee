package cursor

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"time"
)

// sweepEvery is how often Run looks for queries that nobody takes rows of.
const sweepEvery = time.Second

// Run parks and forgets queries whose clients do not come back, until ctx is done.
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
		idle, ok := c.idle()
		switch {
		case !ok:
		case idle > s.opt.TokenLife:
			s.remove(c, errToken)
		case idle > s.opt.ParkAfter:
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

// lastUse returns when the latest request ended.
func (c *cursor[S]) lastUse() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.used
}

// park begins to move the rest of the rows to a file, so that the query ends and
// gives back its engine and its view of the store, though its client is slow.
func (c *cursor[S]) park() {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := &c.mu
	if m.closed || m.err != nil || m.fetching != nil || m.stays || c.set.parkedFull() {
		return
	}
	if m.rest == nil {
		rest, err := newSpool(c.set.opt.TempDir)
		if err != nil {
			m.stays = true
			c.warn("query cannot be parked", err)
			return
		}
		m.rest = rest
	}
	rest := m.rest
	m.fetching = make(chan struct{})
	c.set.readers.Go(func() { c.drain(rest) })
}

// parkedFull reports whether no more rows may be parked.
func (s *Set[S]) parkedFull() bool { return s.parked.Load() >= s.opt.ParkedBytes }

// drain moves rows until there are no more or a request wants the source. At the
// bound on parked bytes it stops, and the query keeps its engine until its client
// comes back or its token expires.
func (c *cursor[S]) drain(rest *spool) {
	for {
		begin := time.Now()
		rows, err := c.readSource(c.left())
		before := rest.size()
		if err == nil {
			err = rest.add(rows)
		}
		c.set.parked.Add(rest.size() - before)
		if c.drained(err, time.Since(begin)) {
			return
		}
	}
}

// drained takes note of one step of drain and reports whether it was the last.
func (c *cursor[S]) drained(err error, took time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := &c.mu
	m.spent += took
	switch {
	case err != nil && errors.Is(err, io.EOF):
		m.closed = true
		c.warn("query not closed cleanly", c.Source.Close())
	case err != nil:
		c.end(err)
	case m.err == nil && m.requests == 0 && !c.set.parkedFull():
		return false
	}
	c.endFetch()
	return true
}

// left returns the time that the source may still take.
func (c *cursor[S]) left() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set.opt.RunTime - c.mu.spent
}
