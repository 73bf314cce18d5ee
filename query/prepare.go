package query

import (
	"context"
	"errors"
	"time"

	"tidemark/sql"
	"tidemark/sql/duckgen"
	"tidemark/sql/plan"
)

// prepare compiles a statement against a snapshot of the store and returns it ready
// to run as the query with an id. The caller closes it.
func (e *Engine) prepare(ctx context.Context, id, text string) (*statement, error) {
	view := &view{store: e.opt.Store}
	prog, err := e.compile(ctx, text, view, nil)
	if err != nil {
		return nil, errors.Join(err, view.Close())
	}
	s := &statement{columns: columnsOf(prog)}
	if answered(prog) {
		rows, err := e.answer(ctx, prog, view)
		s.rows = &given{rows}
		return s, errors.Join(err, view.Close())
	}
	if prog.Unload != nil {
		return e.unload(ctx, id, prog, view, s)
	}
	return e.bind(ctx, prog, view, s)
}

// bind makes a program of DuckDB's out of a compiled one.
func (e *Engine) bind(ctx context.Context, prog *duckgen.Program, view *view, s *statement) (*statement, error) {
	text, err := prog.SQL(func(_ int, a plan.Access) (string, error) { return view.relation(ctx, a) })
	if err != nil {
		return nil, errors.Join(err, view.Close())
	}
	s.metered, s.scanned = true, view.scanned
	s.rows = &program{text: text, columns: s.columns, slots: e.slots, pool: e.pool, governor: e.governor, snapshot: view}
	return s, nil
}

// compile compiles a statement with the engine's clock, in milliseconds as
// Timestream's own. A text near the limits takes seconds, so not all that
// arrive are compiled at once.
func (e *Engine) compile(ctx context.Context, text string, view *view, params map[string]*plan.Literal) (*duckgen.Program, error) {
	if err := e.compiles.take(ctx); err != nil {
		return nil, err
	}
	defer e.compiles.give()
	begin := time.Now()
	defer func() { e.metrics.compile.Observe(time.Since(begin).Seconds()) }()
	return sql.Compile(ctx, text, view, sql.Options{Now: e.opt.Now().UTC().Truncate(time.Millisecond), Params: params, Off: e.opt.Off})
}

// columnsOf lists a program's result columns.
func columnsOf(prog *duckgen.Program) []Column {
	columns := make([]Column, len(prog.Columns))
	for i, c := range prog.Columns {
		columns[i] = Column{c.Name, c.Type}
	}
	return columns
}

// Explain compiles a statement and returns its plan and the program for DuckDB,
// which is empty for a statement that DuckDB has no part in. Nothing runs.
func (e *Engine) Explain(ctx context.Context, text string) (tree, program string, err error) {
	view := &view{store: e.opt.Store}
	defer func() { err = errors.Join(err, view.Close()) }()
	prog, err := e.compile(ctx, text, view, nil)
	if err != nil {
		return "", "", err
	}
	if answered(prog) {
		return plan.Explain(prog.Plan), "", nil
	}
	of := prog
	if prog.Unload != nil {
		of = prog.Query
	}
	program, err = of.SQL(func(_ int, a plan.Access) (string, error) { return view.relation(ctx, a) })
	return plan.Explain(prog.Plan), program, err
}
