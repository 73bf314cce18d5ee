package query

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"tidemark/fault"
	"tidemark/query/cursor"
	"tidemark/sql/duckgen"
	"tidemark/sql/native"
)

// Engine runs queries. See the package documentation.
type Engine struct {
	opt      Options
	pool     *pool
	compiles *slots
	slots    *slots
	unloads  *slots
	governor *governor
	cursors  *cursor.Set[*statement]
	repeats  *cursor.Repeats[*Page]
	metrics  *metrics
}

// Open makes the compiler's functions known to DuckDB and returns an engine, which
// answers queries from then on.
func Open(ctx context.Context, opt Options) (*Engine, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	opt = opt.withDefaults()
	if err := opt.DuckDB.RegisterScalar(ctx, scalars(native.Funcs())...); err != nil {
		return nil, fmt.Errorf("open query engine: %w", err)
	}
	cursors, err := cursor.Open[*statement](opt.Paging)
	if err != nil {
		return nil, fmt.Errorf("open query engine: %w", err)
	}
	e := &Engine{
		opt:      opt,
		pool:     &pool{engine: opt.DuckDB, prelude: duckgen.Prelude(), most: opt.MaxRunning},
		compiles: newSlots(opt.MaxRunning, opt.MaxWaiting),
		slots:    newSlots(opt.MaxRunning, opt.MaxWaiting),
		unloads:  newSlots(opt.MaxUnloads, opt.MaxWaiting),
		governor: newGovernor(opt.DuckDB, opt.Memory, opt.Store.Room, opt.Logger),
		cursors:  cursors,
		repeats:  cursor.NewRepeats[*Page](opt.RepeatFor, opt.RepeatBytes),
	}
	e.metrics, err = newMetrics(opt.Registerer, e)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open query engine: %w", err), e.Close())
	}
	return e, nil
}

// Run looks after the queries whose clients do not come back, and after those that
// take too much memory, until ctx is done.
func (e *Engine) Run(ctx context.Context) error {
	var both errgroup.Group
	both.Go(func() error { return e.cursors.Run(ctx) })
	both.Go(func() error { return e.governor.Run(ctx) })
	return both.Wait()
}

// Close ends all queries and waits for them. It may be called twice. The store and
// DuckDB stay open.
func (e *Engine) Close() error { return errors.Join(e.cursors.Close(), e.pool.close()) }

// Cancel ends a query: who waits for its pages, and who asks for them later, gets a
// fault.Conflict. The message is empty unless the query was cancelled before. An id
// of no open query is fault.Invalid (AWS page "CancelQuery").
func (e *Engine) Cancel(_ context.Context, id string) (message string, err error) {
	if len(id) == 0 || len(id) > 64 {
		return "", fault.New(fault.Invalid, "A query id has 1 to 64 characters")
	}
	return e.cursors.Cancel(id)
}
