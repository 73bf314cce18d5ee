package duckdb

import (
	"context"
	"fmt"
	"runtime"
	"runtime/cgo"
	"strconv"
	"sync/atomic"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"tidemark/fault"
)

// Inserter adds rows to one table by column, with a statement that was planned before. An
// Appender plans one for every Flush, which is a third of the work for a few hundred
// rows. It keeps nothing between two calls.
type Inserter struct {
	conn   *Conn
	table  string
	types  []Type
	handle cgo.Handle // by which the statement finds what to read
	stmt   bindings.PreparedStatement
	rows   atomic.Pointer[inserted]

	plans atomic.Int64 // times that DuckDB planned the statement
	fresh int64        // of them when it was prepared
}

// Inserter returns an inserter into a table of the main schema. It must be closed when
// the table changes or goes; the end of the connection closes it, too.
func (c *Conn) Inserter(ctx context.Context, table string) (*Inserter, error) {
	columns, err := c.Columns(ctx, "SELECT * FROM "+Ident(table))
	if err != nil {
		return nil, fmt.Errorf("insert into %s: %w", table, err)
	}
	s := &Inserter{conn: c, table: table, types: make([]Type, len(columns))}
	for i, col := range columns {
		s.types[i] = col.Type
	}
	if err := s.prepare(ctx); err != nil {
		return nil, fmt.Errorf("insert into %s: %w", table, err)
	}
	return s, nil
}

func (s *Inserter) prepare(ctx context.Context) error {
	c := s.conn
	if err := c.engine.gate.enter(ctx); err != nil {
		return err
	}
	defer c.engine.gate.leave()
	c.life.Lock()
	defer c.life.Unlock()
	if err := c.usable(ctx); err != nil {
		return err
	}
	s.handle = cgo.NewHandle(s)
	if err := s.plan(ctx); err != nil {
		s.handle.Delete()
		return err
	}
	if c.inserters == nil {
		c.inserters = map[*Inserter]struct{}{}
	}
	c.inserters[s] = struct{}{}
	return nil
}

func (s *Inserter) plan(ctx context.Context) error {
	defer operate()()
	stmt, err := s.conn.prepare(fmt.Sprintf("INSERT INTO %s SELECT * FROM %s('%d')", Ident(s.table), insertedSource, s.handle), nil)
	if err != nil {
		return s.conn.failed(ctx, err)
	}
	if s.stmt.Ptr != nil {
		bindings.DestroyPrepare(&s.stmt)
	}
	s.stmt, s.fresh = stmt, s.plans.Load()
	return nil
}

// current prepares the statement again when DuckDB planned it while it ran. It does so
// once any table has come or gone since it was prepared, and from then on every time.
func (s *Inserter) current(ctx context.Context) error {
	switch {
	case s.stmt.Ptr == nil:
		return errClosed
	case s.plans.Load() == s.fresh:
		return nil
	}
	s.conn.life.Lock()
	defer s.conn.life.Unlock()
	return s.plan(ctx)
}

// Insert adds rows, as part of the transaction that is open or else as one of their own:
// all or nothing. The columns are read in place.
func (s *Inserter) Insert(ctx context.Context, columns []Data, rows int) error {
	if err := shaped(s.types, columns, rows); err != nil {
		return fmt.Errorf("insert into %s: %w", s.table, err)
	}
	c := s.conn
	if err := c.engine.gate.enter(ctx); err != nil {
		return err
	}
	defer c.engine.gate.leave()
	if err := s.current(ctx); err != nil {
		return fmt.Errorf("insert into %s: %w", s.table, err)
	}
	batch := &inserted{types: s.types, columns: columns, rows: rows}
	defer batch.pin()()
	s.rows.Store(batch)
	defer s.rows.Store(nil)
	defer c.watch(ctx)()
	defer operateAlone()()
	var res bindings.Result
	defer bindings.DestroyResult(&res)
	if bindings.ExecutePrepared(s.stmt, &res) == bindings.StateError {
		return fmt.Errorf("insert into %s: %w", s.table, c.failed(ctx, resultError(&res)))
	}
	if n := batch.read.Load(); n != int64(rows) {
		return fmt.Errorf("insert into %s: %d of %d rows were read", s.table, n, rows)
	}
	return nil
}

// Close frees the statement. It may be called twice.
func (s *Inserter) Close() error {
	s.conn.life.Lock()
	defer s.conn.life.Unlock()
	s.release()
	return nil
}

// release is Close where the connection's life is locked.
func (s *Inserter) release() {
	if s.stmt.Ptr == nil {
		return
	}
	bindings.DestroyPrepare(&s.stmt)
	s.stmt.Ptr = nil
	s.handle.Delete()
	delete(s.conn.inserters, s)
}

// insertedSource is the name of the Source that inserters read.
const insertedSource = "tidemark_inserted"

// insertedRows returns the Source. Its text is the handle of an Inserter.
func insertedRows() Source {
	return Source{Name: insertedSource, Bind: func(text string) (Relation, error) {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return Relation{}, err
		}
		s := cgo.Handle(n).Value().(*Inserter)
		s.plans.Add(1)
		columns := make([]Column, len(s.types))
		for i, t := range s.types {
			columns[i] = Column{Name: "c" + strconv.Itoa(i), Type: t}
		}
		return Relation{Columns: columns, Open: s.open}, nil
	}}
}

func (s *Inserter) open() (Reading, error) {
	batch := s.rows.Load()
	if batch == nil {
		return nil, fault.New(fault.Invalid, "nothing is being inserted")
	}
	return batch, nil
}

// inserted is the rows of one Insert. One thread reads them, in their order.
type inserted struct {
	types   []Type
	columns []Data
	rows    int
	read    atomic.Int64
}

func (b *inserted) Threads() int            { return 1 }
func (b *inserted) Reader() (Reader, error) { return b, nil }
func (b *inserted) Close() error            { return nil }

// Read is part of Reader. Chunks begin at a multiple of limit, itself a multiple of 64.
func (b *inserted) Read(out []Output, limit int) (int, error) {
	from := int(b.read.Load())
	to := min(from+limit, b.rows)
	for i := range b.columns {
		fill(out[i].vec, &b.columns[i], b.types[i].Kind, from, to)
	}
	b.read.Store(int64(to))
	return to - from, nil
}

// pin keeps texts where they are until the returned function is called.
func (b *inserted) pin() (unpin func()) {
	var pin runtime.Pinner
	for i := range b.columns {
		pinTexts(b.columns[i].Texts, &pin)
	}
	return pin.Unpin
}
