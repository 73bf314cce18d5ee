package duckdb

import (
	"fmt"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// writer puts Go values into a vector, row after row.
type writer struct {
	vec  bindings.Vector
	put  func(w *writer, row int, value any) bool // false: the value has the wrong Go type
	data unsafe.Pointer
	mask unsafe.Pointer // nil until the first NULL

	elem *writer // of a list
	used int     // elements written so far
}

// writers says how a value of a kind is written.
var writers = map[Kind]func(w *writer, row int, value any) bool{
	Boolean:     putFixed[bool],
	Integer:     putFixed[int32],
	Date:        putFixed[int32],
	BigInt:      putFixed[int64],
	TimestampNS: putFixed[int64],
	Double:      putFixed[float64],
	Varchar:     putText,
	List:        nil, // see newWriter: it needs the table
}

// newWriter returns a writer for a vector of a type that writers knows.
func newWriter(vec bindings.Vector, t Type) *writer {
	w := &writer{vec: vec, data: bindings.VectorGetData(vec), put: writers[t.Kind]}
	if t.Kind == List {
		w.put, w.elem = putList, newWriter(bindings.ListVectorGetChild(vec), *t.Elem)
	}
	return w
}

// set writes one row, nil being NULL.
func (w *writer) set(row int, value any) error {
	if value == nil {
		if w.mask == nil {
			bindings.VectorEnsureValidityWritable(w.vec)
			w.mask = bindings.VectorGetValidity(w.vec)
		}
		bindings.ValiditySetRowInvalid(w.mask, bindings.IdxT(row))
		if w.elem != nil {
			*(*[2]uint64)(unsafe.Add(w.data, row*16)) = [2]uint64{uint64(w.used), 0}
		}
		return nil
	}
	if w.put == nil || !w.put(w, row, value) {
		return fmt.Errorf("a value of Go type %T is not what its result type says", value)
	}
	return nil
}

func putFixed[T bool | int32 | int64 | float64](w *writer, row int, value any) bool {
	v, ok := value.(T)
	if ok {
		*(*T)(unsafe.Add(w.data, uintptr(row)*unsafe.Sizeof(v))) = v
	}
	return ok
}

func putText(w *writer, row int, value any) bool {
	text, ok := value.(string)
	if ok {
		bindings.VectorAssignStringElementLen(w.vec, bindings.IdxT(row), unsafe.Slice(unsafe.StringData(text), len(text)))
	}
	return ok
}

// putList writes a list: its elements after those of the rows before, and where they are.
func putList(w *writer, row int, value any) bool {
	values, ok := value.([]any)
	if !ok || !w.elem.reserve(w.vec, w.used+len(values)) {
		return false
	}
	*(*[2]uint64)(unsafe.Add(w.data, row*16)) = [2]uint64{uint64(w.used), uint64(len(values))}
	for _, v := range values {
		if w.elem.set(w.used, v) != nil {
			return false
		}
		w.used++
	}
	return bindings.ListVectorSetSize(w.vec, bindings.IdxT(w.used)) != bindings.StateError
}

// reserve makes room for n elements of a list; that may move them.
func (w *writer) reserve(list bindings.Vector, n int) bool {
	if bindings.ListVectorReserve(list, bindings.IdxT(n)) == bindings.StateError {
		return false
	}
	w.data = bindings.VectorGetData(w.vec)
	if w.mask != nil {
		w.mask = bindings.VectorGetValidity(w.vec)
	}
	return true
}

// withLogical gives DuckDB's own form of a type to use, and takes it back. It knows
// lists, structures and what is not nested.
func withLogical(t Type, use func(bindings.LogicalType)) error {
	logical, err := newLogical(t)
	if err != nil {
		return err
	}
	defer bindings.DestroyLogicalType(&logical)
	use(logical)
	return nil
}

func newLogical(t Type) (bindings.LogicalType, error) {
	if t.Kind == List && t.Elem != nil {
		elem, err := newLogical(*t.Elem)
		if err != nil {
			return elem, err
		}
		defer bindings.DestroyLogicalType(&elem)
		return bindings.CreateListType(elem), nil
	}
	if t.Kind == Struct {
		return newStruct(t.Fields)
	}
	for id, kind := range kinds {
		if kind == t.Kind && kind < List {
			return bindings.CreateLogicalType(id), nil
		}
	}
	return bindings.LogicalType{}, fmt.Errorf("a type of kind %d cannot be written", t.Kind)
}

func newStruct(fields []Field) (bindings.LogicalType, error) {
	var types []bindings.LogicalType
	var names []string
	defer func() {
		for i := range types {
			bindings.DestroyLogicalType(&types[i])
		}
	}()
	for _, f := range fields {
		t, err := newLogical(f.Type)
		if err != nil {
			return t, err
		}
		types, names = append(types, t), append(names, f.Name)
	}
	return bindings.CreateStructType(types, names), nil
}
