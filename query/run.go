package query

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"tidemark/internal/duckdb"
)

// statement is what a cursor reads: a running program or the answer to a metadata
// statement, and what the pages say about it.
type statement struct {
	columns []Column
	rows    rowReader
	metered bool        // it is charged for: no metadata statement
	scanned int64       // estimated bytes of column data that the scans read
	ended   atomic.Bool // all rows were read
}

// rowReader yields rows; io.EOF is after the last.
type rowReader interface {
	next(ctx context.Context) ([][]any, error)
	close() error
}

// Next returns further rows.
func (s *statement) Next(ctx context.Context) ([][]any, error) {
	rows, err := s.rows.next(ctx)
	if err == io.EOF {
		s.ended.Store(true)
	}
	return rows, err
}

// progress is the percentage that a page shows: nothing is known of a query that
// runs, all but the delivery is done when its rows were read, and the last page
// completes it.
func (s *statement) progress(last bool) float64 {
	switch {
	case last:
		return 100
	case s.ended.Load():
		return 99
	}
	return 0
}

// Close releases what the statement holds.
func (s *statement) Close() error { return s.rows.close() }

// given are rows that are already there.
type given struct{ rows [][]any }

func (g *given) next(context.Context) ([][]any, error) {
	if len(g.rows) == 0 {
		return nil, io.EOF
	}
	rows := g.rows
	g.rows = nil
	return rows, nil
}

func (g *given) close() error { return nil }

// snapshot is what a program holds of *tsdb.Snapshot while it runs.
type snapshot interface {
	Fetch(ctx context.Context) error
	Close() error
}

// program runs DuckDB SQL. It takes a slot only while it computes, because a query
// may wait long for its client.
type program struct {
	text     string
	columns  []Column
	slots    *slots
	pool     *pool
	governor *governor
	share    share    // of the memory
	snapshot snapshot // what the text's relations read

	conn  *duckdb.Conn
	rows  *duckdb.Rows
	chunk *duckdb.Chunk
	at    int  // rows of the chunk that were returned
	given bool // a chunk was
	ended bool
}

// Bounds of the rows that are converted at once, as their values may be large.
const (
	nestedRows = 16      // with nested values
	textBytes  = 4 << 20 // of texts, unless one row has more
)

// next returns the next rows of the result.
func (p *program) next(ctx context.Context) ([][]any, error) {
	if p.chunk == nil {
		if err := p.compute(ctx); err != nil {
			return nil, err
		}
	}
	from, to := p.at, p.chunk.Len()
	if nested(p.columns) {
		to = min(to, from+nestedRows)
	}
	to = p.fitting(from, to)
	rows := rowsOf(p.chunk, p.columns, from, to)
	if p.at = to; to == p.chunk.Len() {
		p.chunk, p.at = nil, 0
	}
	return rows, nil
}

// fitting returns up to which of some rows of the chunk the texts are not too many.
func (p *program) fitting(from, to int) int {
	left := textBytes
	for row := from; row < to; row++ {
		for c := range p.columns {
			if v := p.chunk.Column(c); v.Kind() == duckdb.Varchar && v.Valid(row) {
				left -= v.TextBytes(row)
			}
		}
		if left < 0 {
			return row + 1
		}
	}
	return to
}

// tries is how often a program is run that finds the memory taken.
const tries = 3

// compute makes DuckDB compute the next chunk; io.EOF means there is none. The engine's
// memory, and its room to spill, is one for all queries: when it is used up, whichever
// asks next fails. So one that gave no row yet runs anew after those that began before
// it; the eldest has no other to blame.
func (p *program) compute(ctx context.Context) error {
	if p.rows == nil {
		if err := p.snapshot.Fetch(ctx); err != nil {
			return err
		}
	}
	for try := 1; ; try++ {
		err := p.step(ctx)
		if duckdb.ClassOf(err) != duckdb.OutOfMemory || p.given || try == tries {
			return err
		}
		elders := p.governor.elders(&p.share)
		if len(elders) == 0 {
			return err
		}
		if p.release() != nil || await(ctx, elders) != nil {
			return err
		}
	}
}

// await waits for all of some ends.
func await(ctx context.Context, ends []<-chan struct{}) error {
	for _, end := range ends {
		select {
		case <-end:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// step computes in a slot.
func (p *program) step(ctx context.Context) (err error) {
	if err := p.slots.take(ctx); err != nil {
		return err
	}
	defer p.slots.give()
	ctx, done := p.governor.begin(ctx, &p.share)
	defer done()
	if p.rows == nil {
		if err := p.start(ctx); err != nil {
			return err
		}
	}
	if p.chunk, err = p.rows.Next(ctx); err != nil {
		return err
	}
	if p.chunk == nil {
		p.ended = true
		return io.EOF
	}
	p.given = true
	return nil
}

// start starts the program on a connection.
func (p *program) start(ctx context.Context) (err error) {
	if p.conn, err = p.pool.take(ctx); err != nil {
		return err
	}
	p.rows, err = p.conn.Query(ctx, p.text)
	return err
}

// close ends the program wherever it is.
func (p *program) close() error {
	p.chunk = nil
	defer p.governor.forget(&p.share)
	return errors.Join(p.release(), p.snapshot.Close())
}

// release ends what runs. Only a connection whose program came to its end serves others.
func (p *program) release() error {
	rows, conn := p.rows, p.conn
	p.rows, p.conn = nil, nil
	var errs []error
	if rows != nil {
		errs = append(errs, rows.Close())
	}
	switch {
	case conn == nil:
	case p.ended:
		errs = append(errs, p.pool.give(conn))
	default:
		errs = append(errs, conn.Close())
	}
	return errors.Join(errs...)
}

// nested reports whether values of unbounded size are among the columns.
func nested(columns []Column) bool {
	for _, c := range columns {
		if c.Type.Elem != nil || len(c.Type.Fields) > 0 {
			return true
		}
	}
	return false
}
