package duckdb

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"tidemark/fault"
)

// Conn is one connection. It runs one statement at a time.
type Conn struct {
	engine *Engine
	life   sync.RWMutex // held to end it, and by who interrupts it from another goroutine
	conn   bindings.Connection
	client bindings.ClientContext

	inserters map[*Inserter]struct{} // open ones; they would keep the file open
}

// errClosed is what a connection answers after Close.
var errClosed = fault.New(fault.Unavailable, "the database connection is closed")

// Close ends the connection and rolls back what it has not committed. It may be called twice.
func (c *Conn) Close() error {
	c.engine.forget(c)
	c.disconnect()
	return nil
}

// IsOpen reports whether the connection can be used: neither it nor its engine was
// closed since, nor the engine opened anew.
func (c *Conn) IsOpen() bool {
	c.engine.mu.Lock()
	defer c.engine.mu.Unlock()
	_, ok := c.engine.mu.conns[c]
	return ok && c.engine.mu.open
}

func (c *Conn) disconnect() {
	c.life.Lock()
	defer c.life.Unlock()
	for s := range c.inserters {
		s.release()
	}
	bindings.DestroyClientContext(&c.client)
	bindings.Disconnect(&c.conn)
}

// interrupt ends the statement that runs, unless the connection has ended.
func (c *Conn) interrupt() {
	c.life.RLock()
	defer c.life.RUnlock()
	if c.conn.Ptr != nil {
		bindings.Interrupt(c.conn)
	}
}

// halt ends what the connection evaluates, until the returned function is called.
func (c *Conn) halt() (goOn func()) {
	c.life.RLock()
	defer c.life.RUnlock()
	if c.client.Ptr == nil {
		return func() {}
	}
	return halt(c.client)
}

// Timestamp is an argument of type TIMESTAMP_NS: nanoseconds since 1970.
type Timestamp int64

// Exec runs statements for their effect and returns the number of rows that the last
// one changed. Without arguments there may be several, separated by semicolons.
func (c *Conn) Exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := c.engine.gate.enter(ctx); err != nil {
		return 0, err
	}
	defer c.engine.gate.leave()
	return c.exec(ctx, text, args...)
}

func (c *Conn) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := c.accepts(ctx, text); err != nil {
		return 0, err
	}
	defer c.watch(ctx)()
	defer operate()()
	var res bindings.Result
	defer bindings.DestroyResult(&res)
	if len(args) == 0 {
		if bindings.Query(c.conn, text, &res) == bindings.StateError {
			return 0, c.failed(ctx, resultError(&res))
		}
		return int64(bindings.RowsChanged(&res)), nil
	}
	stmt, err := c.prepare(text, args)
	if err != nil {
		return 0, err
	}
	defer bindings.DestroyPrepare(&stmt)
	if bindings.ExecutePrepared(stmt, &res) == bindings.StateError {
		return 0, c.failed(ctx, resultError(&res))
	}
	return int64(bindings.RowsChanged(&res)), nil
}

// Query runs one statement and streams its result. The connection is busy until the
// rows are closed. It returns with the first rows computed; ctx ends that, and Next
// takes its own.
func (c *Conn) Query(ctx context.Context, text string, args ...any) (*Rows, error) {
	if err := c.engine.gate.enter(ctx); err != nil {
		return nil, err
	}
	defer c.engine.gate.leave()
	if err := c.accepts(ctx, text); err != nil {
		return nil, err
	}
	defer c.watch(ctx)()
	defer operate()()
	stmt, err := c.prepare(text, args)
	if err != nil {
		return nil, err
	}
	r := &Rows{conn: c, stmt: stmt}
	if bindings.ExecutePreparedStreaming(stmt, &r.res) == bindings.StateError {
		defer r.destroy()
		return nil, c.failed(ctx, resultError(&r.res))
	}
	err = r.describe()
	if err == nil {
		err = r.readAhead(ctx)
	}
	if err != nil {
		defer r.destroy()
		return nil, err
	}
	return r, nil
}

// Columns returns the names and types of a statement's result without running it.
func (c *Conn) Columns(ctx context.Context, text string) ([]Column, error) {
	if err := c.engine.gate.enter(ctx); err != nil {
		return nil, err
	}
	defer c.engine.gate.leave()
	if err := c.accepts(ctx, text); err != nil {
		return nil, err
	}
	defer c.watch(ctx)()
	defer operate()()
	stmt, err := c.prepare(text, nil)
	if err != nil {
		return nil, c.failed(ctx, err)
	}
	defer bindings.DestroyPrepare(&stmt)
	columns := make([]Column, bindings.PreparedStatementColumnCount(stmt))
	for i := range columns {
		columns[i].Name = bindings.PreparedStatementColumnName(stmt, bindings.IdxT(i))
		if columns[i].Type, err = takeType(bindings.PreparedStatementColumnLogicalType(stmt, bindings.IdxT(i))); err != nil {
			return nil, fmt.Errorf("column %d: %w", i, err)
		}
	}
	return columns, nil
}

func (c *Conn) usable(ctx context.Context) error {
	if c.conn.Ptr == nil {
		return errClosed
	}
	return ctx.Err()
}

// accepts refuses statements that C would cut short.
func (c *Conn) accepts(ctx context.Context, text string) error {
	if strings.Contains(text, "\x00") {
		return fault.New(fault.Invalid, "a statement must not contain a zero byte")
	}
	return c.usable(ctx)
}

// failed prefers the context's error to what it caused: an interrupt, or an error of
// the function that was evaluated.
func (c *Conn) failed(ctx context.Context, err error) error {
	err = c.engine.note(err)
	if ctx.Err() != nil && !Broken(err) {
		return context.Cause(ctx)
	}
	return err
}

func (c *Conn) prepare(text string, args []any) (bindings.PreparedStatement, error) {
	var stmt bindings.PreparedStatement
	if bindings.Prepare(c.conn, text, &stmt) == bindings.StateError {
		defer bindings.DestroyPrepare(&stmt)
		return stmt, newError(bindings.PrepareError(stmt))
	}
	for i, arg := range args {
		if err := bind(stmt, i, arg); err != nil {
			bindings.DestroyPrepare(&stmt)
			return stmt, err
		}
	}
	return stmt, nil
}

func bind(stmt bindings.PreparedStatement, i int, arg any) error {
	value, err := newValue(arg)
	if err != nil {
		return fmt.Errorf("argument %d: %w", i+1, err)
	}
	defer bindings.DestroyValue(&value)
	if bindings.BindValue(stmt, bindings.IdxT(i+1), value) == bindings.StateError {
		return fmt.Errorf("argument %d: DuckDB refuses a %T here", i+1, arg)
	}
	return nil
}

func newValue(arg any) (bindings.Value, error) {
	switch v := arg.(type) {
	case nil:
		return bindings.CreateNullValue(), nil
	case bool:
		return bindings.CreateBool(v), nil
	case int:
		return bindings.CreateInt64(int64(v)), nil
	case int32:
		return bindings.CreateInt32(v), nil
	case int64:
		return bindings.CreateInt64(v), nil
	case uint32:
		return bindings.CreateUInt32(v), nil
	case float64:
		return bindings.CreateDouble(v), nil
	case string:
		return bindings.CreateVarcharLength(v, bindings.IdxT(len(v))), nil
	case Timestamp:
		return bindings.CreateTimestampNS(bindings.NewTimestampNS(int64(v))), nil
	default:
		return bindings.Value{}, fmt.Errorf("a %T is no argument", arg)
	}
}

const interruptEvery = 5 * time.Millisecond

// watch interrupts the connection once ctx is done, again and again, because DuckDB
// forgets an interrupt that comes before its statement; the returned function ends that.
// What a statement evaluates ends too, which is between DuckDB's looks for an interrupt.
func (c *Conn) watch(ctx context.Context) (stop func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		defer close(ended)
		defer c.halt()()
		tick := time.NewTicker(interruptEvery)
		defer tick.Stop()
		for {
			c.interrupt()
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	return func() {
		if !unhook() {
			close(done)
			<-ended
		}
	}
}
