package duckdb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"tidemark/fault"
)

// Engine is an open database.
type Engine struct {
	opts Options
	gate gate

	mu struct {
		sync.Mutex
		db    bindings.Database
		open  bool
		conns map[*Conn]struct{}
		rows  map[*Rows]struct{} // results that hold their tables

		scalars []Scalar               // to register again after Reopen
		sources map[string]*sourceSlot // likewise
		memory  budget                 // reserved while the database is open
	}

	logs   atomic.Int64 // damagedLogs when the database was opened
	failed atomic.Bool  // a statement has failed in a way after which memory may not be written
}

// Open opens the database and creates the file when it is absent. A file that another
// process holds is fault.Conflict; one that cannot be written is fault.Unavailable.
func Open(ctx context.Context, opts Options) (*Engine, error) {
	if err := opts.Validate(); err != nil {
		return nil, fault.Wrap(fault.Invalid, err)
	}
	shareHeaps()
	e := &Engine{opts: opts, gate: newGate()}
	if err := removeSpilled(opts.TempDir); err != nil {
		return nil, err
	}
	e.mu.conns, e.mu.rows = map[*Conn]struct{}{}, map[*Rows]struct{}{}
	if err := e.open(ctx); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *Engine) open(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.logs.Store(damagedLogs())
	e.failed.Store(false)
	if e.opts.Settings["access_mode"] != "READ_ONLY" {
		if err := repair(e.opts.Path); err != nil {
			return fmt.Errorf("repair %s: %w", e.opts.Path, err)
		}
	}
	db, err := openDatabase(e.opts)
	if err != nil {
		return err
	}
	e.mu.Lock()
	e.mu.db, e.mu.open = db, true
	scalars := e.mu.scalars
	e.mu.Unlock()
	if err := e.lockdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("lock the configuration of %s: %w", e.opts.Path, err), e.Close())
	}
	if err := errors.Join(e.register(ctx, scalars), e.registerSources(ctx)); err != nil {
		return errors.Join(err, e.Close())
	}
	return nil
}

// Reopen closes the database and opens it again, because DuckDB refuses everything
// after an error of its disk. All connections are closed by it: whoever has one
// connects anew. Registered functions stay.
func (e *Engine) Reopen(ctx context.Context) error {
	e.failed.Store(true) // what was committed is in the log
	if err := e.Close(); err != nil {
		return err
	}
	return e.open(ctx)
}

func (e *Engine) lockdown(ctx context.Context) error {
	c, err := e.Connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.limitMemory(ctx); err != nil {
		return err
	}
	_, err = c.Exec(ctx, e.opts.lockdown())
	return err
}

func openDatabase(opts Options) (bindings.Database, error) {
	var config bindings.Config
	var db bindings.Database
	if bindings.CreateConfig(&config) == bindings.StateError {
		return db, fmt.Errorf("open %s: no memory for a configuration", opts.Path)
	}
	defer bindings.DestroyConfig(&config)
	for _, s := range opts.settings() {
		if bindings.SetConfig(config, s[0], s[1]) == bindings.StateError {
			return db, fault.New(fault.Invalid, "open %s: DuckDB refuses setting %s = %q", opts.Path, s[0], s[1])
		}
	}
	var text string
	if bindings.OpenExt(opts.Path, &db, config, &text) == bindings.StateError {
		return db, openError(opts.Path, text)
	}
	return db, nil
}

// Connect opens a connection. Every connection sees what was committed before its
// statement began.
func (e *Engine) Connect(ctx context.Context) (*Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.mu.open {
		return nil, fault.New(fault.Unavailable, "the database is closed")
	}
	c := &Conn{engine: e}
	if bindings.Connect(e.mu.db, &c.conn) == bindings.StateError {
		return nil, fault.New(fault.Unavailable, "DuckDB refuses another connection")
	}
	bindings.ConnectionGetClientContext(c.conn, &c.client)
	e.mu.conns[c] = struct{}{}
	return c, nil
}

// Path returns the database's file; it is empty for one in memory.
func (e *Engine) Path() string { return e.opts.Path }

// TempDir returns the directory where queries spill, in which files of others may be; it
// is empty when there is none.
func (e *Engine) TempDir() string { return e.opts.TempDir }

// Close interrupts what runs, ends results and connections, writes a checkpoint and
// releases the file. It may be called twice. A statement that does not end within 20 s
// keeps the database open: Unavailable, until Close is called again with success.
func (e *Engine) Close() error {
	e.shadow()
	e.mu.Lock()
	e.mu.open = false
	there := e.mu.db.Ptr != nil
	e.mu.Unlock()
	if !there {
		return nil
	}
	if err := e.stop(); err != nil {
		return err
	}
	defer e.gate.open()
	for _, r := range e.held() {
		r.err = errClosed
		r.abandon()
	}
	db, conns := e.takeDatabase()
	for c := range conns {
		c.disconnect()
	}
	e.fold(db)
	bindings.Close(&db)
	e.limitMemory(budget{})
	return nil
}

// shadow prepares the last checkpoint, or has there be none.
func (e *Engine) shadow() {
	if !e.foldable() {
		return
	}
	c, err := e.Connect(context.Background())
	if err != nil {
		return // it is closed already
	}
	if err := errors.Join(c.shadow(context.Background()), c.Close()); err != nil {
		e.failed.Store(true)
	}
}

// foldable reports whether there may be a last checkpoint.
func (e *Engine) foldable() bool {
	return e.opts.Path != "" && e.opts.Settings["access_mode"] != "READ_ONLY" && !e.failed.Load() && e.Damaged() == nil
}

// fold makes the last checkpoint. After an error of the disk there is none: DuckDB may
// take for written what is not, and the file would refer to it. The next Open reads the log
// instead, as after a crash; and so it does when this fails.
func (e *Engine) fold(db bindings.Database) {
	if !e.foldable() {
		return
	}
	var conn bindings.Connection
	if bindings.Connect(db, &conn) == bindings.StateError {
		return
	}
	defer bindings.Disconnect(&conn)
	var res bindings.Result
	bindings.Query(conn, "CHECKPOINT", &res)
	bindings.DestroyResult(&res)
}

// note takes note of an error of DuckDB's. DuckDB goes on after a commit that failed, also
// when the log still has all of it: what comes behind it there may be the same once more.
// So that error is a Fatal one.
func (e *Engine) note(err error) error {
	if failed, ok := errors.AsType[*Error](err); ok && strings.Contains(failed.Message, "Failed to commit") && e.Damaged() != nil {
		err = &Error{Class: Fatal, Message: failed.Message + " It could not be cut off from the log."}
	}
	if Broken(err) {
		e.failed.Store(true)
	}
	return err
}

// takeDatabase returns what is to be released, which is nothing the second time.
func (e *Engine) takeDatabase() (db bindings.Database, conns map[*Conn]struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	db, conns = e.mu.db, e.mu.conns
	e.mu.db, e.mu.conns = bindings.Database{}, map[*Conn]struct{}{}
	return db, conns
}

// closeWait is how long a statement may take to notice that it was interrupted.
const closeWait = 20 * time.Second

// stop interrupts the connections until nothing runs; then the gate is closed.
func (e *Engine) stop() error {
	e.mu.Lock()
	conns := maps.Clone(e.mu.conns) // their owners may close them meanwhile
	e.mu.Unlock()
	for c := range conns {
		defer c.halt()()
	}
	for begin := time.Now(); ; {
		for c := range conns {
			c.interrupt()
		}
		ctx, cancel := context.WithTimeout(context.Background(), interruptEvery)
		err := e.gate.close(ctx)
		cancel()
		if err == nil || !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		if time.Since(begin) > closeWait {
			return fault.New(fault.Unavailable, "close %s: a statement does not end; what was committed is in its log", e.opts.Path)
		}
	}
}

// Damaged returns nil unless the log has part of a commit that failed, because that could
// not be cut off. A commit behind it may be lost: one is durable only if Damaged returns
// nil after it. Reopen repairs the log. It may be that of another database of this process.
func (e *Engine) Damaged() error {
	if damagedLogs() == e.logs.Load() {
		return nil
	}
	return &Error{Class: Fatal, Message: "a commit that failed could not be cut off from the log"}
}

func (e *Engine) forget(c *Conn) {
	e.mu.Lock()
	delete(e.mu.conns, c)
	e.mu.Unlock()
}
