package duckdb

import (
	"fmt"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Kind is the physical family of a type, and says how a value appears in Go.
type Kind uint8

// The kinds, with the Go form of their values. NULL is nil.
const (
	Null        Kind = iota // nil
	Boolean                 // bool
	TinyInt                 // int32
	SmallInt                // int32
	Integer                 // int32
	UTinyInt                // int32
	USmallInt               // int32
	UInteger                // int64
	BigInt                  // int64
	UBigInt                 // uint64
	HugeInt                 // *big.Int
	Float                   // float64
	Double                  // float64
	Varchar                 // string
	Blob                    // []byte
	Date                    // int32, days since 1970
	Time                    // int64, microseconds of the day
	TimestampUS             // int64, microseconds since 1970
	TimestampNS             // int64, nanoseconds since 1970
	List                    // []any, of Elem
	Struct                  // []any, one per field
	Map                     // []any of []any{key, value}
)

// Type is a type of DuckDB.
type Type struct {
	Kind   Kind
	Elem   *Type   // List; for Map a Struct of key and value
	Fields []Field // Struct
}

// Field is one field of a Struct.
type Field struct {
	Name string
	Type Type
}

// Column is one column of a result.
type Column struct {
	Name string
	Type Type
}

// kinds relates DuckDB's type identifiers to ours; what is missing cannot be read.
var kinds = map[bindings.Type]Kind{
	bindings.TypeSQLNull: Null, bindings.TypeBoolean: Boolean, bindings.TypeTinyInt: TinyInt,
	bindings.TypeSmallInt: SmallInt, bindings.TypeInteger: Integer, bindings.TypeUTinyInt: UTinyInt,
	bindings.TypeUSmallInt: USmallInt, bindings.TypeUInteger: UInteger, bindings.TypeBigInt: BigInt,
	bindings.TypeUBigInt: UBigInt, bindings.TypeHugeInt: HugeInt, bindings.TypeFloat: Float,
	bindings.TypeDouble: Double, bindings.TypeVarchar: Varchar, bindings.TypeBlob: Blob,
	bindings.TypeDate: Date, bindings.TypeTime: Time, bindings.TypeTimestamp: TimestampUS,
	bindings.TypeTimestampNS: TimestampNS, bindings.TypeList: List, bindings.TypeStruct: Struct, bindings.TypeMap: Map,
}

// takeType reads a logical type and destroys it.
func takeType(t bindings.LogicalType) (Type, error) {
	defer bindings.DestroyLogicalType(&t)
	id := bindings.GetTypeId(t)
	kind, known := kinds[id]
	if !known {
		return Type{}, fmt.Errorf("duckdb type %d cannot be read", id)
	}
	switch kind {
	case List:
		return takeElem(List, bindings.ListTypeChildType(t))
	case Struct:
		return takeFields(t)
	case Map:
		return takePair(t)
	default:
		return Type{Kind: kind}, nil
	}
}

func takeElem(kind Kind, child bindings.LogicalType) (Type, error) {
	elem, err := takeType(child)
	return Type{Kind: kind, Elem: &elem}, err
}

func takeFields(t bindings.LogicalType) (Type, error) {
	out := Type{Kind: Struct, Fields: make([]Field, bindings.StructTypeChildCount(t))}
	for i := range out.Fields {
		field, err := takeType(bindings.StructTypeChildType(t, bindings.IdxT(i)))
		if err != nil {
			return out, err
		}
		out.Fields[i] = Field{Name: bindings.StructTypeChildName(t, bindings.IdxT(i)), Type: field}
	}
	return out, nil
}

func takePair(t bindings.LogicalType) (Type, error) {
	key, err := takeType(bindings.MapTypeKeyType(t))
	if err != nil {
		return Type{}, err
	}
	value, err := takeType(bindings.MapTypeValueType(t))
	pair := Type{Kind: Struct, Fields: []Field{{"key", key}, {"value", value}}}
	return Type{Kind: Map, Elem: &pair}, err
}
