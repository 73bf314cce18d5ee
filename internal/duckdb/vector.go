package duckdb

import (
	"math/big"
	"slices"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Chunk is a block of rows, stored by column.
type Chunk struct {
	length  int
	vectors []Vector
}

// Len returns the number of rows.
func (c *Chunk) Len() int { return c.length }

// Column returns one column.
func (c *Chunk) Column(i int) *Vector { return &c.vectors[i] }

// Value returns one value in its Go form; it stays valid after the chunk.
func (c *Chunk) Value(column, row int) any { return c.vectors[column].Value(row) }

// Row returns one row as Go values.
func (c *Chunk) Row(row int) []any {
	values := make([]any, len(c.vectors))
	for i := range c.vectors {
		values[i] = c.vectors[i].Value(row)
	}
	return values
}

func (c *Chunk) load(chunk bindings.DataChunk, columns []Column) {
	c.length = int(bindings.DataChunkGetSize(chunk))
	if c.vectors == nil {
		c.vectors = make([]Vector, len(columns))
	}
	for i := range columns {
		c.vectors[i].load(bindings.DataChunkGetVector(chunk, bindings.IdxT(i)), &columns[i].Type)
	}
}

// Vector is one column of a chunk, or the children of a nested one.
type Vector struct {
	kind     Kind
	data     unsafe.Pointer
	validity unsafe.Pointer // nil: no NULL; else one bit per row
	size     int            // List, Map: the elements of all rows
	children []Vector       // List, Map: the elements; Struct: the fields
}

func (v *Vector) load(vec bindings.Vector, t *Type) {
	v.kind = t.Kind
	v.data = bindings.VectorGetData(vec)
	v.validity = bindings.VectorGetValidity(vec)
	switch t.Kind {
	case List, Map:
		v.size = int(bindings.ListVectorGetSize(vec))
		v.children = grown(v.children, 1)
		v.children[0].load(bindings.ListVectorGetChild(vec), t.Elem)
	case Struct:
		v.children = grown(v.children, len(t.Fields))
		for i := range t.Fields {
			v.children[i].load(bindings.StructVectorGetChild(vec, bindings.IdxT(i)), &t.Fields[i].Type)
		}
	}
}

func grown(list []Vector, n int) []Vector {
	if len(list) == n {
		return list
	}
	return make([]Vector, n)
}

// Kind returns the kind of the values.
func (v *Vector) Kind() Kind { return v.kind }

// Valid reports whether a row's value is not NULL.
func (v *Vector) Valid(row int) bool {
	if v.validity == nil {
		return true
	}
	word := *(*uint64)(unsafe.Add(v.validity, row/64*8))
	return word>>(row%64)&1 == 1
}

// at reads the row's element of a vector whose elements are of type T.
func at[T any](v *Vector, row int) T {
	var zero T
	return *(*T)(unsafe.Add(v.data, uintptr(row)*unsafe.Sizeof(zero)))
}

// Int64s views the first n values of a BigInt, TimestampNS, TimestampUS or Time
// vector. It is DuckDB's memory: read only, and gone with the chunk.
func (v *Vector) Int64s(n int) []int64 { return unsafe.Slice((*int64)(v.data), n) }

// Float64s views the first n values of a Double vector, under the same terms.
func (v *Vector) Float64s(n int) []float64 { return unsafe.Slice((*float64)(v.data), n) }

// Uint32s views the first n values of a UInteger vector, under the same terms.
func (v *Vector) Uint32s(n int) []uint32 { return unsafe.Slice((*uint32)(v.data), n) }

// Int32s views the first n values of an Integer or Date vector, under the same terms.
func (v *Vector) Int32s(n int) []int32 { return unsafe.Slice((*int32)(v.data), n) }

// Bools views the first n values of a Boolean vector, under the same terms.
func (v *Vector) Bools(n int) []bool { return unsafe.Slice((*bool)(v.data), n) }

// Ranges views where the elements of the first n rows of a List vector lie (see
// Range), under the same terms.
func (v *Vector) Ranges(n int) [][2]uint64 { return unsafe.Slice((*[2]uint64)(v.data), n) }

// Validity views the validity of n values, a bit each, 0 for NULL, under the same
// terms; nil: no NULL.
func (v *Vector) Validity(n int) []uint64 {
	if v.validity == nil {
		return nil
	}
	return unsafe.Slice((*uint64)(v.validity), (n+63)/64)
}

// Size returns the number of elements of all rows of a List vector.
func (v *Vector) Size() int { return v.size }

// TextBytes returns the length of the text of a valid row of a Varchar vector.
func (v *Vector) TextBytes(row int) int { return int(*(*uint32)(unsafe.Add(v.data, row*16))) }

// View returns the text of a valid row of a Varchar vector, under the same terms.
func (v *Vector) View(row int) string {
	b := v.bytes(row)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// Text returns a copy of the text of a valid row of a Varchar vector.
func (v *Vector) Text(row int) string { return string(v.bytes(row)) }

// inlineBytes is the longest text that DuckDB keeps inside the vector.
const inlineBytes = 12

// bytes views a text or blob: 4 bytes of length, then up to 12 bytes inline, or 4
// bytes of prefix and a pointer.
func (v *Vector) bytes(row int) []byte {
	entry := unsafe.Add(v.data, row*16)
	n := *(*uint32)(entry)
	if n <= inlineBytes {
		return unsafe.Slice((*byte)(unsafe.Add(entry, 4)), n)
	}
	return unsafe.Slice(*(**byte)(unsafe.Add(entry, 8)), n)
}

// Value returns a row's value in the Go form of its kind, nil for NULL.
func (v *Vector) Value(row int) any {
	if !v.Valid(row) {
		return nil
	}
	switch v.kind {
	case Boolean:
		return at[bool](v, row)
	case TinyInt:
		return int32(at[int8](v, row))
	case SmallInt:
		return int32(at[int16](v, row))
	case Integer, Date:
		return at[int32](v, row)
	case UTinyInt:
		return int32(at[uint8](v, row))
	case USmallInt:
		return int32(at[uint16](v, row))
	case UInteger:
		return int64(at[uint32](v, row))
	case BigInt, Time, TimestampUS, TimestampNS:
		return at[int64](v, row)
	case UBigInt:
		return at[uint64](v, row)
	case HugeInt:
		return v.huge(row)
	case Float:
		return float64(at[float32](v, row))
	case Double:
		return at[float64](v, row)
	case Varchar:
		return v.Text(row)
	case Blob:
		return append([]byte{}, v.bytes(row)...)
	case List, Map:
		return v.list(row)
	case Struct:
		return v.fields(row)
	default:
		return nil
	}
}

// hasLonger reports whether a text of the chunk, or within its values, is longer.
func (c *Chunk) hasLonger(most int) bool {
	return slices.ContainsFunc(c.vectors, func(v Vector) bool { return v.hasLonger(c.length, most) })
}

// hasLonger looks at n values. Those that are NULL have no length.
func (v *Vector) hasLonger(n, most int) bool {
	switch v.kind {
	case Varchar:
		for row := range n {
			if length := *(*uint32)(unsafe.Add(v.data, row*16)); int(length) > most && v.Valid(row) {
				return true
			}
		}
	case List, Map:
		return v.children[0].hasLonger(v.size, most)
	case Struct:
		return slices.ContainsFunc(v.children, func(field Vector) bool { return field.hasLonger(n, most) })
	}
	return false
}

func (v *Vector) huge(row int) *big.Int {
	parts := at[[2]uint64](v, row) // low, high
	out := new(big.Int).Lsh(big.NewInt(int64(parts[1])), 64)
	return out.Add(out, new(big.Int).SetUint64(parts[0]))
}

// Range returns where a row's elements lie in the child of a List or Map vector.
func (v *Vector) Range(row int) (from, to int) {
	entry := at[[2]uint64](v, row) // offset, length
	return int(entry[0]), int(entry[0] + entry[1])
}

// Child returns the elements of a List or Map vector (i = 0) or a field of a Struct vector.
func (v *Vector) Child(i int) *Vector { return &v.children[i] }

func (v *Vector) list(row int) []any {
	from, to := v.Range(row)
	values := make([]any, to-from)
	for i := range values {
		values[i] = v.children[0].Value(from + i)
	}
	return values
}

func (v *Vector) fields(row int) []any {
	values := make([]any, len(v.children))
	for i := range values {
		values[i] = v.children[i].Value(row)
	}
	return values
}
