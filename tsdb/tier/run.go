package tier

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// request is work that somebody waits for.
type request struct {
	id   uint32
	do   func(ctx context.Context, t *table) error
	done chan error
}

var errStopped = fault.New(fault.Unavailable, "The store is stopping.")

// Flush moves all rows that the hot store has of a table into files, those of open
// segments too, and returns when readers see the files. The hot store and the mover run.
func (m *Mover) Flush(ctx context.Context, id uint32) error {
	return m.ask(ctx, id, func(ctx context.Context, t *table) error {
		if err := t.hot.Freeze(ctx); err != nil {
			return err
		}
		return m.flush(ctx, t)
	})
}

// Compact writes every day of a table anew that has more files than it needs, or files
// that lack deletes, and removes files past their retention.
func (m *Mover) Compact(ctx context.Context, id uint32) error {
	return m.ask(ctx, id, m.compactAll)
}

// ask hands work to Run and waits for it. When ctx ends the work goes on.
func (m *Mover) ask(ctx context.Context, id uint32, do func(context.Context, *table) error) error {
	r := request{id: id, do: do, done: make(chan error, 1)}
	select {
	case m.requests <- r:
	case <-m.stopped:
		return errStopped
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// job is a table that a worker turns to; a request says what is wanted.
type job struct {
	table   *table
	request *request
}

// Run works until ctx is done; then it gives up what is under way, which leaves
// everything as it was, and returns nil.
func (m *Mover) Run(ctx context.Context) error {
	jobs := make(chan job)
	var workers sync.WaitGroup
	for range m.opts.Workers {
		workers.Go(func() {
			for j := range jobs {
				m.work(ctx, j)
			}
		})
	}
	m.dispatch(ctx, jobs)
	close(m.stopped)
	close(jobs)
	workers.Wait()
	return nil
}

// dispatch looks for work and hands it to the workers.
func (m *Mover) dispatch(ctx context.Context, jobs chan<- job) {
	tick := time.NewTicker(m.opts.Every)
	defer tick.Stop()
	var due []*table
	for {
		var out chan<- job
		var next job
		if len(due) > 0 {
			out, next = jobs, job{table: due[0]}
		}
		select {
		case <-ctx.Done():
			return
		case out <- next:
			due = due[1:]
		case r := <-m.requests:
			m.accept(ctx, r, jobs)
		case <-tick.C:
			if len(due) == 0 {
				due = m.due(ctx)
			}
		}
	}
}

// accept hands a request to the next worker that is free.
func (m *Mover) accept(ctx context.Context, r request, jobs chan<- job) {
	if _, ok := m.opts.Define(r.id); !ok {
		r.done <- fault.New(fault.NotFound, "Table %d is not defined.", r.id)
		return
	}
	t, err := m.table(ctx, m.opts.Hot.Table(r.id))
	if t == nil {
		r.done <- err
		return
	}
	select {
	case jobs <- job{t, &r}:
	case <-ctx.Done():
		r.done <- errStopped
	}
}

// due lists the tables that may have work, those with waiting rows first, and deletes
// the files of dropped ones.
func (m *Mover) due(ctx context.Context) []*table {
	m.deleteDropped(ctx)
	now := m.opts.Now()
	var waiting, others []*table
	for _, h := range m.opts.Hot.Tables() {
		t, err := m.table(ctx, h)
		if err != nil {
			m.opts.Logger.Error("files of a table cannot be read", "component", "tier", "table", h.ID(), "err", err)
			continue
		}
		switch {
		case t == nil || !t.due(now):
		case h.Waiting() > 0:
			waiting = append(waiting, t)
		default:
			others = append(others, t)
		}
	}
	return slices.Concat(waiting, others)
}

// work does what a job asks for, or what the table needs.
func (m *Mover) work(ctx context.Context, j job) {
	j.table.busy.Lock()
	defer j.table.busy.Unlock()
	do := m.tend
	if j.request != nil {
		do = j.request.do
	}
	err := m.insist(ctx, func() error { return do(ctx, j.table) })
	if err != nil && ctx.Err() != nil {
		err = errStopped
	} else {
		m.ended(j.table, err)
	}
	if j.request != nil {
		j.request.done <- err
	}
}

// Waits for memory that queries and writes hold: they end soon.
const (
	firstPause = 100 * time.Millisecond
	longPause  = 5 * time.Second
)

// insist does work again while the engine's memory is used up. Work that failed has left
// nothing behind.
func (m *Mover) insist(ctx context.Context, do func() error) error {
	for pause := firstPause; ; pause *= 2 {
		err := do()
		switch {
		case duckdb.ClassOf(err) != duckdb.OutOfMemory:
			return err
		case pause > longPause:
			return fault.New(fault.Unavailable, "The engine's memory is used up (store.memory): %w", err)
		}
		m.metrics.starved.Inc()
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

// ended notes how work ended, and says so the first time that it failed.
func (m *Mover) ended(t *table, err error) {
	if err != nil && fault.KindOf(err) == fault.NotFound {
		err = nil // the table was deleted meanwhile
	}
	first := t.health(m.opts.Now().Add(unhealthy)) == nil
	t.ended(m.opts.Now(), err)
	if err == nil {
		return
	}
	m.metrics.failures.Inc()
	if first {
		m.opts.Logger.Error("rows cannot be moved into files", "component", "tier", "table", t.id(), "err", err)
	}
}

// tend does one round of what a table needs: waiting rows first, then one merge.
func (m *Mover) tend(ctx context.Context, t *table) error {
	if _, ok := m.opts.Define(t.id()); !ok {
		return nil // it was deleted a moment ago
	}
	if t.hot.Waiting() > 0 {
		if err := m.flush(ctx, t); err != nil {
			return fmt.Errorf("flush: %w", err)
		}
	}
	if t.lookDue(m.opts.Now()) {
		if err := m.retain(ctx, t); err != nil {
			return fmt.Errorf("retention: %w", err)
		}
		if err := m.compact(ctx, t); err != nil {
			return fmt.Errorf("compaction: %w", err)
		}
	}
	if t.expireDue(m.opts.Now()) {
		return m.expire(ctx, t)
	}
	return nil
}
