package duckdb

import (
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Data is one column of rows to append. Exactly one slice is set, that of the
// column's type, and holds a value for every row, also where Valid says NULL. With
// no slice the whole column is NULL.
type Data struct {
	Int64s   []int64 // BIGINT, TIMESTAMP_NS
	Uint32s  []uint32
	Float64s []float64
	Bools    []bool
	Texts    []string // at most 4 GiB each
	Valid    Bitmap   // nil: every row is valid
}

// Bitmap has one bit per row, the lowest of the first word for row 0.
type Bitmap []uint64

// Set makes the bit of a row 1.
func (b Bitmap) Set(row int) { b[row/64] |= 1 << (row % 64) }

// Get reports whether the bit of a row is 1.
func (b Bitmap) Get(row int) bool { return b[row/64]>>(row%64)&1 == 1 }

// Appender adds rows to one table by column. What it appended belongs to the
// transaction that is open on its connection when Flush is called. It must be
// closed when the table changes and before the connection is closed.
type Appender struct {
	conn  *Conn
	app   bindings.Appender
	chunk bindings.DataChunk
	types []Type
	size  int // rows of a chunk
}

// Appender returns an appender to a table of the main schema.
func (c *Conn) Appender(ctx context.Context, table string) (*Appender, error) {
	if err := c.usable(ctx); err != nil {
		return nil, err
	}
	a := &Appender{conn: c, size: int(bindings.VectorSize())}
	if bindings.AppenderCreate(c.conn, "", table, &a.app) == bindings.StateError {
		defer a.Close()
		return nil, fmt.Errorf("append to %s: %w", table, a.fault())
	}
	if err := a.describe(); err != nil {
		defer a.Close()
		return nil, fmt.Errorf("append to %s: %w", table, err)
	}
	return a, nil
}

func (a *Appender) describe() (err error) {
	logical := make([]bindings.LogicalType, bindings.AppenderColumnCount(a.app))
	a.types = make([]Type, len(logical))
	for i := range logical {
		logical[i] = bindings.AppenderColumnType(a.app, bindings.IdxT(i))
		defer bindings.DestroyLogicalType(&logical[i])
		if a.types[i], err = takeType(bindings.AppenderColumnType(a.app, bindings.IdxT(i))); err != nil {
			return err
		}
	}
	a.chunk = bindings.CreateDataChunk(logical)
	return nil
}

// Append adds rows. It holds them in memory until Flush. DuckDB's memory limit bounds them.
func (a *Appender) Append(columns []Data, rows int) error {
	if err := shaped(a.types, columns, rows); err != nil {
		return fmt.Errorf("append: %w", err)
	}
	for from := 0; from < rows; from += a.size {
		if err := a.appendChunk(columns, from, min(from+a.size, rows)); err != nil {
			return err
		}
	}
	return nil
}

// Flush moves what was appended into the table, visible to the transaction.
func (a *Appender) Flush() error {
	defer operate()()
	if bindings.AppenderFlush(a.app) == bindings.StateError {
		return a.fault()
	}
	return nil
}

// Close frees the appender; rows that were not flushed are flushed. It may be called twice.
func (a *Appender) Close() error {
	if a.chunk.Ptr != nil {
		bindings.DestroyDataChunk(&a.chunk)
		a.chunk.Ptr = nil
	}
	if a.app.Ptr != nil {
		defer operate()()
		bindings.AppenderDestroy(&a.app)
		a.app.Ptr = nil
	}
	return nil
}

func (a *Appender) fault() error {
	data := bindings.AppenderErrorData(a.app)
	defer bindings.DestroyErrorData(&data)
	return a.conn.engine.note(newError(bindings.ErrorDataMessage(data)))
}

// shaped checks that columns have all rows, of the types of a table.
func shaped(types []Type, columns []Data, rows int) error {
	if len(columns) != len(types) {
		return fmt.Errorf("%d columns to a table of %d", len(columns), len(types))
	}
	for i := range columns {
		if n := columns[i].len(types[i].Kind); n >= 0 && n < rows {
			return fmt.Errorf("column %d has %d values for %d rows", i, n, rows)
		}
		if v := columns[i].Valid; v != nil && len(v)*64 < rows {
			return fmt.Errorf("column %d has %d validity words for %d rows", i, len(v), rows)
		}
	}
	return nil
}

// len returns the number of values that fit the kind, and -1 when all are NULL.
func (d *Data) len(kind Kind) int {
	if d.Int64s == nil && d.Uint32s == nil && d.Float64s == nil && d.Bools == nil && d.Texts == nil {
		return -1
	}
	switch kind {
	case BigInt, TimestampNS:
		return len(d.Int64s)
	case UInteger:
		return len(d.Uint32s)
	case Double:
		return len(d.Float64s)
	case Boolean:
		return len(d.Bools)
	case Varchar:
		return len(d.Texts)
	default:
		return 0
	}
}

func (a *Appender) appendChunk(columns []Data, from, to int) error {
	bindings.DataChunkReset(a.chunk)
	var pin runtime.Pinner
	defer pin.Unpin()
	for i := range columns {
		pinTexts(columns[i].Texts[min(from, len(columns[i].Texts)):min(to, len(columns[i].Texts))], &pin)
		fill(bindings.DataChunkGetVector(a.chunk, bindings.IdxT(i)), &columns[i], a.types[i].Kind, from, to)
	}
	bindings.DataChunkSetSize(a.chunk, bindings.IdxT(to-from))
	defer operate()() // DuckDB flushes what has become much
	if bindings.AppendDataChunk(a.app, a.chunk) == bindings.StateError {
		return a.fault()
	}
	return nil
}

// fill writes some rows of a column into a vector. The texts are pinned.
func fill(vec bindings.Vector, d *Data, kind Kind, from, to int) {
	if d.len(kind) < 0 {
		clear(validity(vec, to-from))
		return
	}
	data := bindings.VectorGetData(vec)
	switch kind {
	case BigInt, TimestampNS:
		copyTo(data, d.Int64s[from:to])
	case UInteger:
		copyTo(data, d.Uint32s[from:to])
	case Double:
		copyTo(data, d.Float64s[from:to])
	case Boolean:
		copyTo(data, d.Bools[from:to])
	case Varchar:
		fillTexts(data, d.Texts[from:to])
	}
	if d.Valid != nil {
		// Chunks begin at a multiple of their size, itself a multiple of 64.
		copy(validity(vec, to-from), d.Valid[from/64:])
	}
}

func validity(vec bindings.Vector, rows int) []uint64 {
	bindings.VectorEnsureValidityWritable(vec)
	return unsafe.Slice((*uint64)(bindings.VectorGetValidity(vec)), (rows+63)/64)
}

func copyTo[T any](data unsafe.Pointer, values []T) {
	copy(unsafe.Slice((*T)(data), len(values)), values)
}

// pinTexts keeps the texts that fillTexts refers to where they are.
func pinTexts(texts []string, pin *runtime.Pinner) {
	for _, text := range texts {
		if len(text) > inlineBytes {
			pin.Pin(unsafe.StringData(text))
		}
	}
}

// fillTexts writes DuckDB's text entries (see Vector.bytes). Long texts stay where they
// are in Go's memory, pinned until the chunk was stored, because storing copies them.
func fillTexts(data unsafe.Pointer, texts []string) {
	entries := unsafe.Slice((*[16]byte)(data), len(texts))
	for i, text := range texts {
		e := &entries[i]
		*e = [16]byte{}
		binary.NativeEndian.PutUint32(e[:], uint32(len(text)))
		copy(e[4:], text[:min(len(text), inlineBytes)])
		if len(text) > inlineBytes {
			clear(e[8:])
			*(*uintptr)(unsafe.Pointer(&e[8])) = uintptr(unsafe.Pointer(unsafe.StringData(text)))
		}
	}
}
