package fleet

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// session keeps one device connected: it connects when a connection is asked for and
// there is none, with growing pauses between failed attempts.
type session struct {
	clientID string
	dial     dialer
	counts   *counters
	log      *slog.Logger

	mu   sync.Mutex // held while connecting: one attempt serves all who wait
	conn conn       // nil while there is none
}

// The pauses between connection attempts double from first to last, each shortened
// by up to half at random, so that a fleet does not come back in one instant.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 10 * time.Second
)

// current returns the open connection, or connects until that succeeds or the
// context ends.
func (s *session) current(ctx context.Context) (conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for pause := firstPause; s.conn == nil; pause = min(2*pause, lastPause) {
		c, err := s.dial(ctx, s.clientID)
		if err == nil {
			s.conn = c
			s.counts.connected(1)
			break
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		s.counts.connectFailed(err)
		s.log.Debug("connection attempt refused", "client_id", s.clientID, "err", err)
		if err := sleep(ctx, pause/2+rand.N(pause/2)); err != nil {
			return nil, err
		}
	}
	return s.conn, nil
}

// drop gives up a connection that broke, or breaks it. Somebody else may have
// replaced it already; then nothing happens.
func (s *session) drop(broken conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil && s.conn == broken {
		s.take().abort()
	}
}

// cut breaks the connection, whichever it is.
func (s *session) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		s.take().abort()
	}
}

// end says goodbye to the broker.
func (s *session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		s.take().close()
	}
}

func (s *session) take() conn {
	c := s.conn
	s.conn = nil
	s.counts.connected(-1)
	return c
}

// sleep waits for d or the context's end, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
