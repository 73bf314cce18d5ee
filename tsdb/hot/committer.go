package hot

import (
	"context"
	"fmt"
	"time"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// answer is a batch whose callers are told its outcome.
type answer struct {
	batch []*submission
	err   error
}

// Run commits what is submitted until ctx is done; then it refuses what comes, commits
// what waits, and returns nil.
func (s *Store) Run(ctx context.Context) error {
	answers := make(chan answer, 2)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		for a := range answers {
			s.answer(a)
		}
	}()
	s.serve(ctx, answers)
	s.queue.close()
	for batch := s.queue.take(nil, s.opts.BatchRows); len(batch) > 0; batch = s.queue.take(nil, s.opts.BatchRows) {
		answers <- answer{batch, s.commit(batch)}
	}
	close(answers)
	<-answered
	return nil
}

// serve commits batch after batch. There is no delay: while one batch is written the
// next one gathers.
func (s *Store) serve(ctx context.Context, answers chan<- answer) {
	idle := time.NewTimer(s.opts.IdleAfter)
	defer idle.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-s.queue.waiting:
			batch := s.queue.take([]*submission{first}, s.opts.BatchRows)
			answers <- answer{batch, s.commit(batch)}
			s.checkpoint(s.opts.LogBytes)
			idle.Reset(s.opts.IdleAfter)
		case <-s.wake:
			s.dropTables()
		case <-idle.C:
			s.freezeByAge()
			s.checkpoint(s.opts.IdleLog)
			idle.Reset(s.opts.IdleAfter)
		}
	}
}

func (s *Store) answer(a answer) {
	for _, sub := range a.batch {
		s.queue.release(sub)
		switch {
		case a.err != nil:
			sub.done(nil, a.err)
		case sub.err != nil:
			sub.done(nil, sub.err)
		default:
			sub.done(sub.refused, nil)
		}
	}
}

// commit writes a batch in one transaction. On an error nothing of it is stored.
func (s *Store) commit(batch []*submission) error {
	if err := s.diskHasRoom(); err != nil {
		return err
	}
	started := time.Now()
	tx := newTransaction(s, batch)
	if err := tx.run(); err != nil {
		tx.undo()
		return s.broken(err)
	}
	tx.publish()
	s.setHealth(nil)
	s.metrics.committed(tx, time.Since(started))
	return nil
}

// broken says what a failed commit means for callers and remembers it as the store's health.
func (s *Store) broken(err error) error {
	s.metrics.failures.Inc()
	if !duckdb.Broken(err) {
		return fmt.Errorf("commit rows: %w", err)
	}
	s.opts.Logger.Error("hot store cannot write", "component", "hot", "err", err)
	err = fault.New(fault.Unavailable, "The store cannot write to its disk: %w", err)
	s.setHealth(err)
	return err
}
