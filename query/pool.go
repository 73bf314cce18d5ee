package query

import (
	"context"
	"fmt"
	"sync"

	"tidemark/internal/duckdb"
)

// pool keeps connections that are ready for programs.
type pool struct {
	engine  *duckdb.Engine
	prelude []string // statements that every connection runs first
	most    int      // idle connections

	mu struct {
		sync.Mutex
		idle   []*duckdb.Conn
		closed bool
	}
}

// take returns a connection, which the caller gives back or closes.
func (p *pool) take(ctx context.Context) (*duckdb.Conn, error) {
	if c := p.takeIdle(); c != nil {
		return c, nil
	}
	return p.connect(ctx)
}

// takeIdle returns an idle connection, or nil. Those of before the engine was opened
// anew are let go.
func (p *pool) takeIdle() *duckdb.Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := len(p.mu.idle); n > 0; n = len(p.mu.idle) {
		c := p.mu.idle[n-1]
		p.mu.idle = p.mu.idle[:n-1]
		if c.IsOpen() {
			return c
		}
		c.Close()
	}
	return nil
}

// connect opens a connection and prepares it.
func (p *pool) connect(ctx context.Context) (*duckdb.Conn, error) {
	c, err := p.engine.Connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect for a query: %w", err)
	}
	for _, statement := range p.prelude {
		if _, err := c.Exec(ctx, statement); err != nil {
			c.Close()
			return nil, fmt.Errorf("prepare a connection with %q: %w", statement, err)
		}
	}
	return c, nil
}

// give takes back a connection on which no statement runs.
func (p *pool) give(c *duckdb.Conn) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mu.closed || len(p.mu.idle) >= p.most {
		return c.Close()
	}
	p.mu.idle = append(p.mu.idle, c)
	return nil
}

// close closes the idle connections; those given back later are closed then.
func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.closed = true
	for _, c := range p.mu.idle {
		c.Close()
	}
	p.mu.idle = nil
	return nil
}
