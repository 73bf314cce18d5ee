package cursor

import (
	"context"
	"errors"
	"io"
	"time"
)

// startFetch makes sure that somebody reads the source for the wanted page, and
// returns a channel that is closed when that ends. c.mu is held.
func (c *cursor[S]) startFetch(want Want) <-chan struct{} {
	if c.mu.fetching == nil {
		c.mu.fetching = make(chan struct{})
		c.set.readers.Go(func() { c.fetch(want) })
	}
	return c.mu.fetching
}

// fetch reads rows until they make the wanted page, or there are no more. Unless they
// are being parked it owns the source while it runs.
func (c *cursor[S]) fetch(want Want) {
	for {
		begin := time.Now()
		rows, err := c.read()
		sizes := sizesOf(rows, want.Size)
		if c.fetched(rows, sizes, err, time.Since(begin), want) {
			return
		}
	}
}

// fetched takes in what a read returned and reports whether the fetch is over.
func (c *cursor[S]) fetched(rows [][]any, sizes []int, err error, took time.Duration, want Want) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := &c.mu
	if m.err == nil {
		m.spent += took
		m.add(rows, sizes)
		c.count()
	}
	c.settle(sizes, err)
	if _, settled, _ := m.cut(want); !settled && m.err == nil {
		return false
	}
	c.endFetch()
	return true
}

// settle ends the query or its source as the outcome of a read demands. c.mu is held.
func (c *cursor[S]) settle(sizes []int, err error) {
	m := &c.mu
	m.total += int64(sum(sizes))
	m.rowCount += int64(len(sizes))
	switch {
	case errors.Is(err, io.EOF):
		m.ended = true
		c.release()
	case err != nil:
		c.end(err)
	case m.total > c.set.opt.ResultBytes:
		c.end(resultSizeError(c.set.opt.ResultBytes))
	case c.set.opt.ResultRows > 0 && m.rowCount > c.set.opt.ResultRows:
		c.end(resultRowsError(c.set.opt.ResultRows))
	}
}

// endFetch wakes the waiting requests. c.mu is held.
func (c *cursor[S]) endFetch() {
	m := &c.mu
	close(m.fetching)
	m.fetching = nil
	if m.err != nil && m.moved == nil {
		c.release()
	}
	c.startDrain()
}

// read returns the next rows: those that are parked, and then those of the source.
func (c *cursor[S]) read() ([][]any, error) {
	c.mu.Lock()
	m := &c.mu
	for m.rest != nil && m.rest.empty() && m.moved != nil {
		moved := m.moved
		m.Unlock()
		<-moved
		m.Lock()
	}
	rest, closed, left := m.rest, m.closed, c.set.opt.RunTime-m.spent
	m.Unlock()
	switch {
	case c.ctx.Err() != nil:
		return nil, context.Cause(c.ctx)
	case rest != nil && !rest.empty():
		return rest.next()
	case closed:
		return nil, io.EOF
	}
	return c.readSource(left)
}

// readSource returns the source's next rows, for which it has the time that is left.
func (c *cursor[S]) readSource(left time.Duration) ([][]any, error) {
	ctx, cancel := context.WithTimeoutCause(c.ctx, left, runTimeError(c.set.opt.RunTime))
	defer cancel()
	rows, err := c.Source.Next(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return rows, err
}
