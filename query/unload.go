package query

import (
	"context"
	"errors"
	"io"

	"tidemark/fault"
	"tidemark/query/export"
	"tidemark/sql/duckgen"
)

// unload is what a cursor reads of an UNLOAD: nothing until all files are written, then
// the one row that names them. Meanwhile the client gets empty pages, as for any query
// that takes its time.
type unload struct {
	job  *export.Job
	rows rowReader // of the query
	turn *slots    // of the UNLOADs that write at once
	done bool
}

// unload makes a statement of an UNLOAD. It owns view from then on.
func (e *Engine) unload(ctx context.Context, id string, prog *duckgen.Program, view *view, s *statement) (*statement, error) {
	if e.opt.Objects == nil {
		return nil, errors.Join(fault.New(fault.Invalid, "line 1:1: UNLOAD is not supported: no bucket is configured to take its files"), view.Close())
	}
	job := &export.Job{
		ID: id, Columns: exported(prog.Query), UnloadOptions: prog.Unload.UnloadOptions, Store: e.opt.Objects, Logger: e.opt.Logger,
	}
	if err := job.Check(ctx); err != nil {
		return nil, errors.Join(refusal(err), view.Close())
	}
	of, err := e.bind(ctx, prog.Query, view, &statement{columns: columnsOf(prog.Query)})
	if err != nil {
		return nil, err
	}
	s.metered, s.scanned = of.metered, of.scanned
	s.rows = &unload{job: job, rows: of.rows, turn: e.unloads}
	return s, nil
}

// exported are the columns that a program gives to an UNLOAD.
func exported(prog *duckgen.Program) []export.Column {
	columns := make([]export.Column, len(prog.Columns))
	for i, c := range prog.Columns {
		columns[i] = export.Column{Name: c.Name, Type: c.Type}
	}
	return columns
}

// refusal is the answer to a target that cannot be: the statement is to blame, unless
// the service of objects does not answer.
func refusal(err error) error {
	if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Conflict {
		return fault.New(fault.Invalid, "line 1:1: UNLOAD cannot write there: %w", err)
	}
	return err
}

// next writes everything and then returns the one row.
func (u *unload) next(ctx context.Context) ([][]any, error) {
	if u.done {
		return nil, io.EOF
	}
	if err := u.turn.take(ctx); err != nil {
		return nil, err
	}
	defer u.turn.give()
	r, err := u.job.Run(ctx, u.rows.next)
	if err != nil {
		return nil, err
	}
	u.done = true
	return [][]any{{r.Rows, r.Metadata, r.Manifest}}, nil
}

func (u *unload) close() error { return u.rows.close() }
