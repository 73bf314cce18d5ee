package cursor

import (
	"errors"
	"io"
	"time"
)

// park begins to move the rest of the rows to a file, so that the query ends and
// gives back its engine and its view of the store however slow its client is. Where
// a fetch is under way it begins after it.
func (c *cursor[S]) park() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.parking = true
	c.startDrain()
}

// startDrain starts moving rows if that was asked for and is possible. c.mu is held.
func (c *cursor[S]) startDrain() {
	m := &c.mu
	if !m.parking || m.closed || m.err != nil || m.fetching != nil || m.moved != nil || c.set.parkedFull() {
		return
	}
	if m.rest == nil {
		rest, err := newSpool(c.set.opt.TempDir)
		if err != nil {
			m.parking = false
			c.warn("query cannot be parked", err)
			return
		}
		m.rest = rest
	}
	rest := m.rest
	m.moved = make(chan struct{})
	c.set.readers.Go(func() { c.drain(rest) })
}

// drain moves rows until there are no more. At the bound on parked bytes it stops,
// and the query keeps its engine until its client took rows or its token expires.
// It owns the source while it runs; fetches read what it moved.
func (c *cursor[S]) drain(rest *spool) {
	for {
		begin := time.Now()
		rows, _, err := c.readSource(c.left())
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
	close(m.moved)
	switch {
	case errors.Is(err, io.EOF):
		m.closed = true
		c.warn("query not closed cleanly", c.Source.Close())
	case err != nil:
		c.end(err)
	case m.err == nil && !c.set.parkedFull():
		m.moved = make(chan struct{})
		return false
	}
	m.moved = nil
	if m.err != nil && m.fetching == nil {
		c.release()
	}
	return true
}

// left returns the time that the source may still take.
func (c *cursor[S]) left() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set.opt.RunTime - c.mu.spent
}

// parkedFull reports whether no more rows may be parked.
func (s *Set[S]) parkedFull() bool {
	return s.parked.Load() >= s.opt.ParkedBytes || s.opt.Room() != nil
}
