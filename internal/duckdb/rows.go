package duckdb

import (
	"context"
	"fmt"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Rows is a result that arrives in chunks.
type Rows struct {
	conn    *Conn
	stmt    bindings.PreparedStatement
	res     bindings.Result
	columns []Column
	chunk   bindings.DataChunk
	view    Chunk
	ended   bool
	closed  bool
}

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
	r.release()
	if r.closed || r.ended {
		return nil, nil
	}
	if err := r.conn.usable(ctx); err != nil {
		return nil, err
	}
	stop := r.conn.watch(ctx)
	r.chunk = bindings.FetchChunk(r.res)
	stop()
	if r.chunk.Ptr != nil && bindings.DataChunkGetSize(r.chunk) > 0 {
		r.view.load(r.chunk, r.columns)
		return &r.view, nil
	}
	r.ended = true
	if bindings.ResultError(&r.res) != "" {
		return nil, r.conn.failed(ctx, resultError(&r.res))
	}
	return nil, nil
}

// Close frees the result and the connection. It may be called twice, and also before the last row.
func (r *Rows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	r.release()
	bindings.DestroyResult(&r.res)
	bindings.DestroyPrepare(&r.stmt)
	return nil
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
