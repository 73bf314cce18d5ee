package hot

import (
	"context"
	"errors"
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
// what waits, drops what was deleted, and returns nil.
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
	close(s.stopped)
	s.release()
	close(answers)
	<-answered
	return nil
}

// serve commits batch after batch. While one batch is written the next one gathers.
func (s *Store) serve(ctx context.Context, answers chan<- answer) {
	idle := time.NewTimer(s.opts.IdleAfter)
	defer idle.Stop()
	aging := time.NewTicker(s.opts.IdleAfter)
	defer aging.Stop()
	last := 0 // submissions of the batch before
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-s.queue.waiting:
			batch := s.gather(first, last)
			last = len(batch)
			answers <- answer{batch, s.commit(batch)}
			s.checkpoint(s.opts.LogBytes)
			s.shrink(amidWrites)
			idle.Reset(s.opts.IdleAfter)
		case r := <-s.requests:
			if s.writer.dead {
				_ = s.revive() // it keeps its error as the health
			}
			r.done <- r.do()
		case <-s.wake:
			s.release()
		case <-aging.C:
			s.freezeByAge()
		case <-idle.C:
			s.heal()
			s.checkpoint(s.idleLimit())
			s.shrink(whileIdle)
			idle.Reset(s.opts.IdleAfter)
		}
	}
}

const gatherFor = 200 * time.Microsecond

// gather takes what waits. The callers of the last batch have just been answered, and
// those that write on and on come back at once: waiting a moment for as many of them
// makes one commit of two (BenchmarkWrite). A caller that is alone never waits.
func (s *Store) gather(first *submission, last int) []*submission {
	batch := s.queue.take([]*submission{first}, s.opts.BatchRows)
	if len(batch) >= last {
		return batch
	}
	enough := time.NewTimer(gatherFor)
	defer enough.Stop()
	for len(batch) < last {
		select {
		case next := <-s.queue.waiting:
			batch = s.queue.take(append(batch, next), s.opts.BatchRows)
		case <-enough.C:
			return batch
		}
	}
	return batch
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

// commit writes a batch in one transaction, or its submissions one by one when that
// fails. On an error nothing of it is stored.
func (s *Store) commit(batch []*submission) error {
	if err := s.diskHasRoom(); err != nil {
		s.metrics.full.Inc()
		return err
	}
	if s.writer.dead {
		if err := s.revive(); err != nil {
			return err
		}
	}
	started := time.Now()
	tx, err := s.transact(batch)
	if err != nil {
		if err = s.broken(err); len(batch) > 1 && !s.writer.dead {
			s.commitEach(batch, err)
			err = nil
		}
		return err
	}
	tx.publish()
	s.setHealth(nil)
	s.metrics.committed(tx, time.Since(started))
	return nil
}

// Waits for memory that queries hold: they fail or end soon, and meanwhile writers wait.
const (
	firstPause = 5 * time.Millisecond
	longPause  = time.Second
)

// transact writes a batch in one transaction, more than once when the engine's memory
// is used up. On an error nothing of it is stored.
func (s *Store) transact(batch []*submission) (*transaction, error) {
	for pause := firstPause; ; pause *= 2 {
		tx := newTransaction(s, batch)
		err := tx.run()
		if err == nil {
			err = s.opts.Engine.Damaged()
		}
		if err == nil {
			return tx, nil
		}
		if failed := tx.undo(); failed != nil {
			return nil, errors.Join(failed, err)
		}
		if duckdb.ClassOf(err) != duckdb.OutOfMemory || pause > longPause {
			return nil, err
		}
		s.metrics.starved.Inc()
		time.Sleep(pause)
		for _, sub := range batch {
			sub.again()
		}
	}
}

// broken says what a failed commit means for callers. An error of the disk makes the
// store unhealthy, until it could open its file again.
func (s *Store) broken(err error) error {
	if s.writer.dead && fault.KindOf(err) == fault.Unavailable {
		return err // it says so already
	}
	s.metrics.failures.Inc()
	if !s.writer.dead && !duckdb.Broken(err) {
		return unwritable(err)
	}
	s.writer.dead = true
	s.opts.Logger.Error("hot store cannot write", "component", "hot", "err", err)
	err = fault.New(fault.Unavailable, "The store cannot write to its disk: %w", err)
	s.setHealth(err)
	return err
}
