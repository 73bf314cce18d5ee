package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tidemark/fault"
	"tidemark/internal/seqlog"
	"tidemark/topic"
)

// Server is the broker.
type Server struct {
	opt     Options
	limits  Limits
	log     *slog.Logger
	metrics *metrics
	queues  *seqlog.Log

	index    topic.Index[*subscription]
	sessions *sessions
	groups   groups
	retained retained
	alarms   *alarms
	gate     *gate
	versions versions

	work      context.Context // of everything that was accepted; ends with Close
	abandon   context.CancelFunc
	accepting context.Context // ends when no connection is taken any more
	refuse    context.CancelFunc

	conns sync.WaitGroup // serving goroutines of connections
	tasks sync.WaitGroup // injected messages and alarms on their way

	state struct {
		sync.Mutex
		closing bool // no new connections
		stopped bool // no new tasks
		closed  bool
		conns   map[*conn]struct{}
	}
}

var errStopped = fault.New(fault.Unavailable, "the broker is stopping")

// Open recovers sessions, queues and retained messages. Connections may be served as
// soon as it returns; expiries and delayed wills happen while Run runs.
func Open(ctx context.Context, opt Options) (*Server, error) {
	opt = opt.withDefaults()
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	s := &Server{
		opt:      opt,
		limits:   opt.Limits,
		log:      opt.Logger.With("component", "broker"),
		metrics:  newMetrics(opt.Registerer),
		queues:   opt.Queues,
		sessions: newSessions(),
		alarms:   newAlarms(),
		gate:     newGate(opt.Limits.PendingBytes),
	}
	s.groups.by = map[topic.Filter]*group{}
	s.retained.pending = map[string]*pendingRetained{}
	s.versions.by = map[string]*connections{}
	s.state.conns = map[*conn]struct{}{}
	s.work, s.abandon = context.WithCancel(context.WithoutCancel(ctx))
	s.accepting, s.refuse = context.WithCancel(s.work)
	if s.queues == nil {
		var err error
		if s.queues, err = seqlog.Open(seqlog.Options{Dir: opt.Dir, Logger: opt.Logger, Registerer: opt.Registerer}); err != nil {
			return nil, err
		}
	}
	if err := s.recover(); err != nil {
		return nil, errors.Join(fmt.Errorf("recover broker: %w", err), s.Close())
	}
	return s, nil
}

// Run looks after expiries and wills until ctx is done. Then it takes no more
// connections, acknowledges what was accepted, disconnects the clients (MQTT 5: reason
// 0x8B), publishes their wills and returns nil. The sink must work until then.
func (s *Server) Run(ctx context.Context) error {
	alarmsCtx, stopAlarms := context.WithCancel(context.Background())
	var alarms sync.WaitGroup
	alarms.Go(func() { s.alarms.run(alarmsCtx) })
	defer alarms.Wait()
	defer stopAlarms()

	select {
	case <-ctx.Done():
	case <-s.work.Done(): // closed
	}
	s.stopConnections(endShutdown)
	s.conns.Wait()
	s.gate.release()
	if !s.finishTasks(s.limits.Grace) {
		s.log.Warn("messages are unfinished at shutdown", "took", s.limits.Grace)
	}
	if err := s.queues.CommitWait(context.WithoutCancel(ctx), new(seqlog.Batch)); err != nil && fault.KindOf(err) != fault.Unavailable {
		return fmt.Errorf("flush queues: %w", err)
	}
	return nil
}

// stopConnections ends every connection and refuses new ones.
func (s *Server) stopConnections(end *ending) {
	s.state.Lock()
	s.state.closing = true
	s.refuse() // only now: who sees accepting end finds every door shut
	open := make([]*conn, 0, len(s.state.conns))
	for c := range s.state.conns {
		open = append(open, c)
	}
	s.state.Unlock()
	for _, c := range open {
		c.shut(end)
	}
}

// finishTasks waits for the tasks, but not longer than wait, and refuses new ones.
func (s *Server) finishTasks(wait time.Duration) bool {
	s.state.Lock()
	s.state.stopped = true
	s.state.Unlock()
	done := make(chan struct{})
	go func() { s.tasks.Wait(); close(done) }() // ends with the last task, at the latest when the sink has given up
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	select {
	case <-done:
		return true
	case <-timeout.C:
		return false
	}
}

// begin counts a task, which calls s.tasks.Done, unless the broker is stopping.
func (s *Server) begin() bool {
	s.state.Lock()
	defer s.state.Unlock()
	if s.state.stopped {
		return false
	}
	s.tasks.Add(1)
	return true
}

// Close releases everything; a second call does nothing. Without a Run that has
// returned, connections are cut and what they wait for stays unacknowledged.
func (s *Server) Close() error {
	s.state.Lock()
	if s.state.closed {
		s.state.Unlock()
		return nil
	}
	s.state.closed = true
	s.state.Unlock()
	s.stopConnections(endServer)
	s.gate.release()
	s.abandon()
	s.conns.Wait()
	s.finishTasks(time.Second)
	if s.opt.Queues != nil {
		return nil
	}
	return s.queues.Close()
}
