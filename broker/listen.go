package broker

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// ServeListener serves the connections of a listener, plain or TLS, until ctx is done,
// the broker stops or the listener is closed. It closes the listener, and returns when
// its connections have ended.
func (s *Server) ServeListener(ctx context.Context, ln net.Listener) error {
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	defer context.AfterFunc(s.accepting, func() { ln.Close() })()
	defer ln.Close()
	var open sync.WaitGroup
	defer open.Wait()
	for pause := time.Duration(0); ; {
		nc, err := ln.Accept()
		if err == nil {
			pause = 0
			open.Go(func() { s.ServeConn(ctx, nc, ConnInfo{}) })
			continue
		}
		if ctx.Err() != nil || s.accepting.Err() != nil || errors.Is(err, net.ErrClosed) {
			return nil
		}
		// Out of file descriptors, most likely: connections that end free some.
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		s.log.Warn("connection cannot be accepted", "addr", ln.Addr().String(), "err", err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		case <-s.accepting.Done():
		}
	}
}

// ServeConn serves one connection until it ends, and closes it. When ctx is done the
// client is disconnected as at a shutdown.
func (s *Server) ServeConn(ctx context.Context, nc net.Conn, info ConnInfo) {
	c := s.newConn(nc, info)
	if !s.track(c) {
		nc.Close()
		return
	}
	defer s.untrack(c)
	defer context.AfterFunc(ctx, func() { c.shut(endShutdown) })()
	c.serve(s.work)
}

// track counts a connection, unless there are too many or the broker is stopping.
func (s *Server) track(c *conn) bool {
	s.state.Lock()
	defer s.state.Unlock()
	if s.state.closing || len(s.state.conns) >= s.limits.Connections {
		s.metrics.refused.Inc()
		return false
	}
	s.state.conns[c] = struct{}{}
	s.conns.Add(1)
	return true
}

func (s *Server) untrack(c *conn) {
	s.state.Lock()
	delete(s.state.conns, c)
	s.state.Unlock()
	s.conns.Done()
}
