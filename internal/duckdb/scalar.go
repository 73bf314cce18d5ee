package duckdb

/*
#include <stdlib.h>

void tidemark_scalar_call(void *info, void *input, void *output);
void tidemark_scalar_free(void *extra);
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime/cgo"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Scalar is a function in Go that statements can call by name.
type Scalar struct {
	Name   string
	Args   []Type
	Result Type // Boolean, Integer, BigInt, Double, Varchar, Date, TimestampNS, or a List of one of them; of Batch also of a Struct of them

	// Batch computes a block of rows at once, instead of Call: those of in, each into
	// the row of out with its number, which is not NULL unless the function says so.
	// NULL arguments are for it to see. Both are DuckDB's memory and gone when it
	// returns. An error ends the statement as that of Call does.
	Batch func(in *Chunk, out *Output) error

	// Call returns the result for one row, from arguments and in the form that Kind
	// documents. An error ends the statement with its text, as InvalidInput. The
	// slice is the engine's. Statements call it from several threads at once.
	Call func(args []any) (any, error)

	MaxText int   // bytes of the longest text among the arguments; 0 is any
	TooLong error // what a longer one ends the statement with

	NullIn   bool // Call sees NULL arguments; otherwise they make the result NULL
	Volatile bool // equal arguments may give different results
}

// RegisterScalar makes functions known to all connections of the engine, until it is closed.
func (e *Engine) RegisterScalar(ctx context.Context, functions ...Scalar) error {
	if err := e.register(ctx, functions); err != nil {
		return err
	}
	e.mu.Lock()
	e.mu.scalars = append(e.mu.scalars, functions...)
	e.mu.Unlock()
	return nil
}

func (e *Engine) register(ctx context.Context, functions []Scalar) error {
	c, err := e.Connect(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	for i := range functions {
		if err := c.register(&functions[i]); err != nil {
			return fmt.Errorf("register function %s: %w", functions[i].Name, err)
		}
	}
	return nil
}

// register hands one function to DuckDB.
func (c *Conn) register(s *Scalar) error {
	if _, ok := writers[s.Result.Kind]; !ok || (s.Call == nil) == (s.Batch == nil) {
		return fmt.Errorf("kind %d cannot be a result", s.Result.Kind)
	}
	f := bindings.CreateScalarFunction()
	defer bindings.DestroyScalarFunction(&f)
	bindings.ScalarFunctionSetName(f, s.Name)
	for i, t := range s.Args {
		if err := withLogical(t, func(l bindings.LogicalType) { bindings.ScalarFunctionAddParameter(f, l) }); err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	if err := withLogical(s.Result, func(l bindings.LogicalType) { bindings.ScalarFunctionSetReturnType(f, l) }); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	bindings.ScalarFunctionSetSpecialHandling(f) // rows with NULL are ours to skip
	if s.Volatile {
		bindings.ScalarFunctionSetVolatile(f)
	}
	extra := C.malloc(C.size_t(unsafe.Sizeof(cgo.Handle(0))))
	*(*cgo.Handle)(extra) = cgo.NewHandle(s)
	bindings.ScalarFunctionSetExtraInfo(f, extra, C.tidemark_scalar_free)
	bindings.ScalarFunctionSetFunction(f, C.tidemark_scalar_call)
	if bindings.RegisterScalarFunction(c.conn, f) == bindings.StateError {
		return fmt.Errorf("DuckDB refuses it")
	}
	return nil
}

//export tidemark_scalar_free
func tidemark_scalar_free(extra unsafe.Pointer) {
	(*(*cgo.Handle)(extra)).Delete()
	C.free(extra)
}

//export tidemark_scalar_call
func tidemark_scalar_call(info, input, output unsafe.Pointer) {
	defer enterOurs()()
	f := bindings.FunctionInfo{Ptr: info}
	s := (*(*cgo.Handle)(bindings.ScalarFunctionGetExtraInfo(f))).Value().(*Scalar)
	if err := s.run(bindings.DataChunk{Ptr: input}, bindings.Vector{Ptr: output}); err != nil {
		bindings.ScalarFunctionSetError(f, err.Error())
	}
}

// run computes the rows of one chunk.
func (s *Scalar) run(input bindings.DataChunk, output bindings.Vector) (err error) {
	defer func() {
		if p := recover(); p != nil { // it must not unwind into C
			err = fmt.Errorf("function %s: %v", s.Name, p)
		}
	}()
	var in Chunk
	in.load(input, s.columns())
	if s.MaxText > 0 && in.hasLonger(s.MaxText) {
		return s.TooLong
	}
	if s.Batch != nil {
		return s.batch(&in, output)
	}
	out := newWriter(output, s.Result)
	args := make([]any, len(s.Args))
	for row := range in.length {
		if halted() {
			return errHalted
		}
		value, err := s.row(&in, row, args)
		if err != nil {
			return err
		}
		if err := out.set(row, value); err != nil {
			return fmt.Errorf("function %s: %w", s.Name, err)
		}
	}
	return nil
}

// errHalted ends a function whose statement was interrupted.
var errHalted = errors.New("interrupted")

func (s *Scalar) batch(in *Chunk, output bindings.Vector) error {
	var out Output
	out.load(output, &s.Result)
	if err := s.Batch(in, &out); err != nil {
		return err
	}
	out.flush()
	return nil
}

// row computes one row.
func (s *Scalar) row(in *Chunk, row int, args []any) (any, error) {
	for i := range args {
		args[i] = in.Value(i, row)
		if args[i] == nil && !s.NullIn {
			return nil, nil
		}
	}
	return s.Call(args)
}

func (s *Scalar) columns() []Column {
	columns := make([]Column, len(s.Args))
	for i, t := range s.Args {
		columns[i].Type = t
	}
	return columns
}
