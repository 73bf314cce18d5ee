package duckdb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"
	"golang.org/x/sync/semaphore"
)

// gate lets statements into DuckDB together and a checkpoint alone. A checkpoint that
// waits holds up those that come after it.
type gate struct{ all *semaphore.Weighted }

func newGate() gate { return gate{semaphore.NewWeighted(math.MaxInt64)} }

func (g gate) enter(ctx context.Context) error {
	if err := g.all.Acquire(ctx, 1); err != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (g gate) leave() { g.all.Release(1) }

// close waits until nobody is inside.
func (g gate) close(ctx context.Context) error { return g.all.Acquire(ctx, math.MaxInt64) }

func (g gate) open() { g.all.Release(math.MaxInt64) }

// ErrBusy is what Checkpoint answers while statements do not let it pass.
var ErrBusy = errors.New("statements in progress hold up the checkpoint")

// Checkpoint says how far a checkpoint may go to be alone.
type Checkpoint struct {
	Wait  time.Duration // for statements that are computing; meanwhile no other begins
	Bytes int64         // of results in progress to read into memory, estimated
	Evict bool          // drop results that are larger: their readers find an Unavailable fault

	Before []string // statements that run first, alone too and in a transaction: on an error none has
}

// Run folds the log into the file. DuckDB would do it only once every result that reads
// a table has been read to its end, and hold up all writes until then; so results in
// progress are read into memory first, or it is ErrBusy.
func (o Checkpoint) Run(ctx context.Context, c *Conn) error {
	e := c.engine
	if err := c.shadow(ctx); err != nil {
		return fmt.Errorf("copy the metadata before a checkpoint: %w", err)
	}
	waiting, cancel := context.WithTimeout(ctx, o.Wait)
	defer cancel()
	if err := e.gate.close(waiting); err != nil {
		return ErrBusy
	}
	defer e.gate.open()
	if !e.drain(ctx, o) {
		return ErrBusy
	}
	if err := o.prepare(ctx, c); err != nil {
		return err
	}
	if _, err := c.exec(ctx, "CHECKPOINT"); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// prepare runs what comes before. The gate is closed.
func (o Checkpoint) prepare(ctx context.Context, c *Conn) error {
	if len(o.Before) == 0 {
		return nil
	}
	for _, text := range slices.Concat([]string{"BEGIN TRANSACTION"}, o.Before, []string{"COMMIT"}) {
		if _, err := c.exec(ctx, text); err != nil {
			err = errors.Join(c.rollback(context.WithoutCancel(ctx)), err)
			return fmt.Errorf("before a checkpoint: %.60s: %w", text, err)
		}
	}
	return nil
}

// hold notes a result that holds tables; unhold, that it no longer does.
func (e *Engine) hold(r *Rows) {
	e.mu.Lock()
	e.mu.rows[r] = struct{}{}
	e.mu.Unlock()
}

func (e *Engine) unhold(r *Rows) {
	e.mu.Lock()
	delete(e.mu.rows, r)
	e.mu.Unlock()
}

func (e *Engine) held() []*Rows {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := make([]*Rows, 0, len(e.mu.rows))
	for r := range e.mu.rows {
		list = append(list, r)
	}
	return list
}

// drain reads the results in progress to their ends and reports whether it could. The gate is closed.
func (e *Engine) drain(ctx context.Context, o Checkpoint) bool {
	left := o.Bytes
	for _, r := range e.held() {
		for !r.ended && left > 0 {
			had := len(r.ahead)
			r.fetch(ctx)
			for _, chunk := range r.ahead[min(had, len(r.ahead)):] {
				left -= chunkBytes(chunk, r.columns)
			}
		}
		if !r.ended && o.Evict {
			r.err = errEvicted
			r.abandon()
		}
	}
	return !slices.ContainsFunc(e.held(), func(r *Rows) bool { return !r.ended })
}

// chunkBytes estimates the memory of a chunk: 16 bytes a value, and long texts.
func chunkBytes(chunk bindings.DataChunk, columns []Column) int64 {
	var view Chunk
	view.load(chunk, columns)
	total := int64(16 * view.length * len(columns))
	for i := range view.vectors {
		if v := &view.vectors[i]; v.kind == Varchar {
			total += v.longBytes(view.length)
		}
	}
	return total
}

func (v *Vector) longBytes(rows int) (total int64) {
	for row := range rows {
		if v.Valid(row) {
			if n := len(v.bytes(row)); n > inlineBytes {
				total += int64(n)
			}
		}
	}
	return total
}
