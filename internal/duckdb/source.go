package duckdb

/*
#include <stdlib.h>

void tidemark_source_bind(void *info);
void tidemark_source_init(void *info);
void tidemark_source_thread(void *info);
void tidemark_source_read(void *info, void *output);
void tidemark_source_free(void *handle);
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/cgo"
	"slices"
	"sync/atomic"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Source is a function in Go whose rows statements read FROM, with one text as argument.
type Source struct {
	Name string

	// Bind says what a text stands for. DuckDB may ask more than once for a statement, and
	// need not read it, so nothing is opened. An error of it or of what follows ends the statement, see
	// SourceFailed.
	Bind func(text string) (Relation, error)
}

// SourceFailed begins the message of an error that a Source ended a statement with. It is
// of the class InvalidInput, or Binder when it comes from Bind, because DuckDB knows no other.
const SourceFailed = "source failed: "

// Relation is the rows that a Source has for a text.
type Relation struct {
	Columns []Column // not nested
	Rows    int64    // about how many
	Open    func() (Reading, error)
}

// Reading is one run of a statement over a relation. Its readers may be closed after it, but
// do not read any more.
type Reading interface {
	// Threads is how many can read at once.
	Threads() int
	// Reader is called by each thread that reads.
	Reader() (Reader, error)
	Close() error
}

// Reader gives rows to one thread.
type Reader interface {
	// Read writes at most limit rows into columns, which have no NULL unless it says so, and
	// returns how many; none when there are no more.
	Read(columns []Output, limit int) (int, error)
	Close() error
}

// sourceSlot is the source of a name, which may be replaced.
type sourceSlot struct{ atomic.Pointer[Source] }

// RegisterSource makes a function known to all connections of the engine, until it is
// closed. One of the same name is replaced.
func (e *Engine) RegisterSource(ctx context.Context, s Source) error {
	e.mu.Lock()
	slot, known := e.mu.sources[s.Name]
	if known {
		slot.Store(&s)
	}
	e.mu.Unlock()
	if known {
		return nil
	}
	slot = &sourceSlot{}
	slot.Store(&s)
	if err := e.registerSlots(ctx, slot); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.mu.sources == nil {
		e.mu.sources = map[string]*sourceSlot{}
	}
	e.mu.sources[s.Name] = slot
	return nil
}

// registerSources makes known what inserters read, and the functions that were known before the engine was closed.
func (e *Engine) registerSources(ctx context.Context) error {
	e.mu.Lock()
	slots := slices.Collect(maps.Values(e.mu.sources))
	e.mu.Unlock()
	own, slot := insertedRows(), &sourceSlot{}
	slot.Store(&own)
	slots = append(slots, slot)
	return e.registerSlots(ctx, slots...)
}

func (e *Engine) registerSlots(ctx context.Context, slots ...*sourceSlot) error {
	c, err := e.Connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	for _, slot := range slots {
		if err := c.registerSource(slot); err != nil {
			return fmt.Errorf("register source %s: %w", slot.Load().Name, err)
		}
	}
	return nil
}

func (c *Conn) registerSource(slot *sourceSlot) error {
	f := bindings.CreateTableFunction()
	defer bindings.DestroyTableFunction(&f)
	bindings.TableFunctionSetName(f, slot.Load().Name)
	if err := withLogical(Type{Kind: Varchar}, func(l bindings.LogicalType) { bindings.TableFunctionAddParameter(f, l) }); err != nil {
		return err
	}
	bindings.TableFunctionSetExtraInfo(f, newHandle(slot), C.tidemark_source_free)
	bindings.TableFunctionSetBind(f, C.tidemark_source_bind)
	bindings.TableFunctionSetInit(f, C.tidemark_source_init)
	bindings.TableFunctionSetLocalInit(f, C.tidemark_source_thread)
	bindings.TableFunctionSetFunction(f, C.tidemark_source_read)
	if bindings.RegisterTableFunction(c.conn, f) == bindings.StateError {
		return errors.New("DuckDB refuses it")
	}
	return nil
}

// newHandle lets C hold a value, until tidemark_source_free.
func newHandle(v any) unsafe.Pointer {
	p := C.malloc(C.size_t(unsafe.Sizeof(cgo.Handle(0))))
	*(*cgo.Handle)(p) = cgo.NewHandle(v)
	return p
}

func handled(p unsafe.Pointer) any { return (*(*cgo.Handle)(p)).Value() }

//export tidemark_source_free
func tidemark_source_free(p unsafe.Pointer) {
	defer enterOurs()()
	h := *(*cgo.Handle)(p)
	if c, ok := h.Value().(interface{ Close() error }); ok {
		_ = guarded(c.Close) // what was only read has nothing to lose
	}
	h.Delete()
	C.free(p)
}

// guarded keeps a panic from unwinding into C.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}

//export tidemark_source_bind
func tidemark_source_bind(pointer unsafe.Pointer) {
	defer enterOurs()()
	info := bindings.BindInfo{Ptr: pointer}
	if err := guarded(func() error { return bindSource(info) }); err != nil {
		bindings.BindSetError(info, SourceFailed+err.Error())
	}
}

func bindSource(info bindings.BindInfo) error {
	s := handled(bindings.BindGetExtraInfo(info)).(*sourceSlot).Load()
	value := bindings.BindGetParameter(info, 0)
	defer bindings.DestroyValue(&value)
	r, err := s.Bind(bindings.GetVarchar(value))
	if err != nil {
		return err
	}
	for _, c := range r.Columns {
		if err := withLogical(c.Type, func(l bindings.LogicalType) { bindings.BindAddResultColumn(info, c.Name, l) }); err != nil {
			return err
		}
	}
	bindings.BindSetCardinality(info, bindings.IdxT(max(r.Rows, 0)), false)
	bindings.BindSetBindData(info, newHandle(&r), C.tidemark_source_free)
	return nil
}

//export tidemark_source_init
func tidemark_source_init(pointer unsafe.Pointer) {
	defer enterOurs()()
	info := bindings.InitInfo{Ptr: pointer}
	r := handled(bindings.InitGetBindData(info)).(*Relation)
	var reading Reading
	if err := guarded(func() (err error) { reading, err = r.Open(); return err }); err != nil {
		bindings.InitSetError(info, SourceFailed+err.Error())
		return
	}
	bindings.InitSetMaxThreads(info, bindings.IdxT(max(reading.Threads(), 1)))
	bindings.InitSetInitData(info, newHandle(&sourceReading{Reading: reading, columns: r.Columns}), C.tidemark_source_free)
}

// sourceReading is a Reading with the columns that it has.
type sourceReading struct {
	Reading
	columns []Column
}

// sourceThread is a Reader with the columns that it fills; those of a thread before are
// gone. What could not be begun is told with the first rows, because DuckDB does not look
// for an error before.
type sourceThread struct {
	Reader
	columns []Column
	outputs []Output
	err     error
}

func (t *sourceThread) Close() error {
	if t.Reader == nil {
		return nil
	}
	return t.Reader.Close()
}

//export tidemark_source_thread
func tidemark_source_thread(pointer unsafe.Pointer) {
	defer enterOurs()()
	bindings.InitSetInitData(bindings.InitInfo{Ptr: pointer}, newHandle(&sourceThread{}), C.tidemark_source_free)
}

//export tidemark_source_read
func tidemark_source_read(pointer, output unsafe.Pointer) {
	defer enterOurs()()
	info := bindings.FunctionInfo{Ptr: pointer}
	t := handled(bindings.FunctionGetLocalInitData(info)).(*sourceThread)
	chunk, rows := bindings.DataChunk{Ptr: output}, 0
	err := guarded(func() (err error) {
		if t.Reader == nil {
			if err := t.begin(handled(bindings.FunctionGetInitData(info)).(*sourceReading)); err != nil {
				return err
			}
		}
		rows, err = t.read(chunk)
		return err
	})
	if err != nil {
		bindings.FunctionSetError(info, SourceFailed+err.Error())
		return
	}
	bindings.DataChunkSetSize(chunk, bindings.IdxT(rows))
}

func (t *sourceThread) begin(r *sourceReading) (err error) {
	t.columns, t.outputs = r.columns, make([]Output, len(r.columns))
	t.Reader, err = r.Reader()
	return err
}

func (t *sourceThread) read(chunk bindings.DataChunk) (int, error) {
	for i := range t.columns {
		t.outputs[i].load(bindings.DataChunkGetVector(chunk, bindings.IdxT(i)), &t.columns[i].Type)
	}
	n, err := t.Read(t.outputs, int(bindings.VectorSize()))
	if err != nil {
		return 0, err
	}
	for i := range t.outputs {
		t.outputs[i].flush()
	}
	return n, nil
}

// Uint32s views the first n values of a UInteger vector.
func (o *Output) Uint32s(n int) []uint32 { return unsafe.Slice((*uint32)(o.data), n) }

// Words views the first n values of a HugeInt vector: the low 64 bits, then the high ones.
func (o *Output) Words(n int) [][2]uint64 { return unsafe.Slice((*[2]uint64)(o.data), n) }
