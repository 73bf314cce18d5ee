package duckdb

import (
	"fmt"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// maxElements bounds the elements of all lists of a block together: a gigabyte of
// the widest.
const maxElements = 1 << 26

// Output is the vector that a Batch function fills, or the children of a nested
// one: DuckDB's memory, gone when the function returns.
type Output struct {
	vec      bindings.Vector
	t        *Type
	data     unsafe.Pointer
	children []Output
	texts    *texts
}

func (o *Output) load(vec bindings.Vector, t *Type) {
	o.vec, o.t, o.data = vec, t, bindings.VectorGetData(vec)
	switch t.Kind {
	case Varchar:
		o.texts = &texts{}
	case List:
		o.children = make([]Output, 1)
		o.children[0].load(bindings.ListVectorGetChild(vec), t.Elem)
	case Struct:
		o.children = make([]Output, len(t.Fields))
		for i := range t.Fields {
			o.children[i].load(bindings.StructVectorGetChild(vec, bindings.IdxT(i)), &t.Fields[i].Type)
		}
	}
}

// moved finds the memory anew after it has grown.
func (o *Output) moved() {
	o.data = bindings.VectorGetData(o.vec)
	for i := range o.children {
		if o.t.Kind == Struct {
			o.children[i].moved()
		}
	}
}

// Int64s views the first n values of a BigInt or TimestampNS vector.
func (o *Output) Int64s(n int) []int64 { return unsafe.Slice((*int64)(o.data), n) }

// Int32s views the first n values of an Integer or Date vector.
func (o *Output) Int32s(n int) []int32 { return unsafe.Slice((*int32)(o.data), n) }

// Float64s views the first n values of a Double vector.
func (o *Output) Float64s(n int) []float64 { return unsafe.Slice((*float64)(o.data), n) }

// Bools views the first n values of a Boolean vector.
func (o *Output) Bools(n int) []bool { return unsafe.Slice((*bool)(o.data), n) }

// Ranges views where the elements of the first n rows of a List vector lie: the
// first one's index in the child, and how many they are.
func (o *Output) Ranges(n int) [][2]uint64 { return unsafe.Slice((*[2]uint64)(o.data), n) }

// Validity views the validity of n values, a bit each, 0 for NULL.
func (o *Output) Validity(n int) []uint64 { return validity(o.vec, n) }

// Reserve gives the child of a List vector n elements, which may move it.
func (o *Output) Reserve(n int) error {
	if n > maxElements {
		return fmt.Errorf("the lists of %d rows at once would have more than %d elements", bindings.VectorSize(), maxElements)
	}
	if bindings.ListVectorReserve(o.vec, bindings.IdxT(n)) == bindings.StateError ||
		bindings.ListVectorSetSize(o.vec, bindings.IdxT(n)) == bindings.StateError {
		return fmt.Errorf("no memory for lists of %d elements", n)
	}
	o.children[0].moved()
	return nil
}

// Child returns the elements of a List vector (i = 0) or a field of a Struct vector.
func (o *Output) Child(i int) *Output { return &o.children[i] }

// Halted reports whether the statement is to end, which an error of the function
// then brings about. It may be asked for every row.
func (o *Output) Halted() bool { return halted() }

// PutText writes a row of a Varchar vector. The text is copied.
func (o *Output) PutText(row int, text string) {
	if len(text) > inlineBytes {
		if o.texts.add(row, text); len(o.texts.bytes) > flushAt {
			o.texts.flush(o.vec)
		}
		return
	}
	e := (*[16]byte)(unsafe.Add(o.data, row*16))
	*e = [16]byte{0: byte(len(text))}
	copy(e[4:], text)
}

// flush hands over what the vectors of texts have gathered.
func (o *Output) flush() {
	if o.texts != nil {
		o.texts.flush(o.vec)
	}
	for i := range o.children {
		o.children[i].flush()
	}
}
