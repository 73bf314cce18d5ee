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
	c.mu.size = want.Size
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
		rows, sizes, err := c.read()
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
	c.settle(err)
	if _, settled, _ := m.cut(want); !settled && m.err == nil {
		return false
	}
	c.endFetch()
	return true
}

// settle ends the query or its source as the outcome of a read demands. c.mu is held.
func (c *cursor[S]) settle(err error) {
	switch {
	case errors.Is(err, io.EOF):
		c.mu.ended = true
		c.release()
	case err != nil:
		c.end(err)
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

// read returns the next rows with their sizes: those that are parked, and then those of
// the source.
func (c *cursor[S]) read() ([][]any, []int, error) {
	c.mu.Lock()
	m := &c.mu
	for m.rest != nil && m.rest.empty() && m.moved != nil {
		moved := m.moved
		m.Unlock()
		<-moved
		m.Lock()
	}
	rest, closed, left, size := m.rest, m.closed, c.set.opt.RunTime-m.spent, m.size
	m.Unlock()
	switch {
	case c.ctx.Err() != nil:
		return nil, nil, context.Cause(c.ctx)
	case rest != nil && !rest.empty():
		rows, err := rest.next()
		return rows, sizesOf(rows, size), err
	case closed:
		return nil, nil, io.EOF
	}
	return c.readSource(left)
}

// readSource returns the source's next rows with their sizes, for which it has the time
// that is left. It is an error when they exceed what a result may have, parked or not.
func (c *cursor[S]) readSource(left time.Duration) ([][]any, []int, error) {
	ctx, cancel := context.WithTimeoutCause(c.ctx, left, runTimeError(c.set.opt.RunTime))
	defer cancel()
	rows, err := c.Source.Next(ctx)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, nil, err
	}
	sizes := c.measure(rows)
	return rows, sizes, c.add(sizes)
}

// measure returns the sizes of rows as the latest request measures them.
func (c *cursor[S]) measure(rows [][]any) []int {
	c.mu.Lock()
	size := c.mu.size
	c.mu.Unlock()
	return sizesOf(rows, size)
}

// add counts rows of the source and reports when the result has too many.
func (c *cursor[S]) add(sizes []int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, opt := &c.mu, &c.set.opt
	m.total += int64(sum(sizes))
	m.rowCount += int64(len(sizes))
	switch {
	case m.total > opt.ResultBytes:
		return resultSizeError(opt.ResultBytes)
	case opt.ResultRows > 0 && m.rowCount > opt.ResultRows:
		return resultRowsError(opt.ResultRows)
	}
	return nil
}
