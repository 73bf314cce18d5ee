package duckdb

import (
	"context"
	"fmt"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"tidemark/fault"
)

// Rows is a result that arrives in chunks. While it has not been read to its end it
// holds the tables that it reads, and a checkpoint must wait or read it into memory,
// so it reads one chunk ahead: a short result holds nothing.
type Rows struct {
	conn    *Conn
	stmt    bindings.PreparedStatement
	res     bindings.Result
	columns []Column
	chunk   bindings.DataChunk   // the one that the caller has
	ahead   []bindings.DataChunk // those that come next
	view    Chunk
	ended   bool  // DuckDB has no more, or failed
	err     error // how it failed
	closed  bool
}

// errEvicted is what a reader finds whose result was dropped for a checkpoint.
var errEvicted = fault.New(fault.Unavailable, "the result was read too slowly and had to make room for writes")

// Columns returns the names and types of the result.
func (r *Rows) Columns() []Column { return r.columns }

func (r *Rows) describe() error {
	r.columns = make([]Column, bindings.ColumnCount(&r.res))
	for i := range r.columns {
		t, err := takeType(bindings.ColumnLogicalType(&r.res, bindings.IdxT(i)))
		if err != nil {
			return fmt.Errorf("result column %d: %w", i, err)
		}
		r.columns[i] = Column{Name: bindings.ColumnName(&r.res, bindings.IdxT(i)), Type: t}
	}
	return nil
}

// Next returns the next rows, at least one, and nil after the last. The chunk and
// its vectors are valid until the next call of Next or Close.
func (r *Rows) Next(ctx context.Context) (*Chunk, error) {
	if err := r.conn.engine.gate.enter(ctx); err != nil {
		return nil, err
	}
	defer r.conn.engine.gate.leave()
	r.release()
	if r.closed {
		return nil, nil
	}
	if err := r.readOn(ctx); err != nil {
		return nil, err
	}
	if len(r.ahead) == 0 {
		return nil, r.err
	}
	r.chunk, r.ahead = r.ahead[0], r.ahead[1:]
	r.view.load(r.chunk, r.columns)
	return &r.view, nil
}

// readOn keeps a chunk beyond the one that is wanted now.
func (r *Rows) readOn(ctx context.Context) error {
	if r.ended || len(r.ahead) > 1 {
		return nil
	}
	if err := r.conn.usable(ctx); err != nil {
		return err
	}
	defer r.conn.watch(ctx)()
	for !r.ended && len(r.ahead) < 2 {
		r.fetch(ctx)
	}
	return nil
}

// readAhead computes the first rows. The caller watches the context.
func (r *Rows) readAhead(ctx context.Context) error {
	r.conn.engine.hold(r)
	r.fetch(ctx)
	if !r.ended && bindings.DataChunkGetSize(r.ahead[0]) < bindings.VectorSize() {
		r.fetch(ctx) // probably the end
	}
	if len(r.ahead) == 0 {
		return r.err
	}
	return nil
}

// fetch adds a chunk to those ahead, or ends the result.
func (r *Rows) fetch(ctx context.Context) {
	done := operate()
	chunk := bindings.FetchChunk(r.res)
	done()
	if chunk.Ptr != nil && bindings.DataChunkGetSize(chunk) > 0 {
		r.ahead = append(r.ahead, chunk)
		return
	}
	if chunk.Ptr != nil {
		bindings.DestroyDataChunk(&chunk)
	}
	if bindings.ResultError(&r.res) != "" {
		r.err = r.conn.failed(ctx, resultError(&r.res))
	}
	r.end()
}

// end lets go of the statement.
func (r *Rows) end() {
	r.ended = true
	r.conn.engine.unhold(r)
	bindings.DestroyResult(&r.res)
	bindings.DestroyPrepare(&r.stmt)
}

// abandon ends a result before DuckDB has computed all of it. A connection keeps its
// unfinished statement, with the tables that it reads, until another one begins.
func (r *Rows) abandon() {
	r.end()
	if r.conn.conn.Ptr == nil {
		return
	}
	var next bindings.PreparedStatement
	bindings.Prepare(r.conn.conn, "SELECT 1", &next)
	bindings.DestroyPrepare(&next)
}

// Close frees the result and the connection. It may be called twice, and also before the last row.
func (r *Rows) Close() error {
	if err := r.conn.engine.gate.enter(context.Background()); err != nil {
		return err
	}
	defer r.conn.engine.gate.leave()
	r.destroy()
	return nil
}

func (r *Rows) destroy() {
	if r.closed {
		return
	}
	r.closed = true
	r.release()
	for i := range r.ahead {
		bindings.DestroyDataChunk(&r.ahead[i])
	}
	r.ahead = nil
	if !r.ended {
		r.abandon()
	}
}

func (r *Rows) release() {
	if r.chunk.Ptr != nil {
		bindings.DestroyDataChunk(&r.chunk)
		r.chunk.Ptr = nil
	}
}

// All reads the remaining rows into memory and closes the result. It is for small
// results: there is no bound but DuckDB's.
func (r *Rows) All(ctx context.Context) (rows [][]any, err error) {
	defer r.Close()
	for {
		chunk, err := r.Next(ctx)
		if err != nil || chunk == nil {
			return rows, err
		}
		for i := range chunk.Len() {
			rows = append(rows, chunk.Row(i))
		}
	}
}
