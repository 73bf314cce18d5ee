package query

import (
	"fmt"

	"tidemark/internal/duckdb"
	"tidemark/sql/native"
)

// physical are DuckDB's types for the kinds of native functions.
var physical = map[native.Kind]duckdb.Kind{
	native.Varchar: duckdb.Varchar, native.Bigint: duckdb.BigInt, native.Integer: duckdb.Integer,
	native.Double: duckdb.Double, native.Boolean: duckdb.Boolean, native.Timestamp: duckdb.TimestampNS, native.Date: duckdb.Date,
}

// physicalType is the type of a kind, which may be a list or a series. A series is a
// list of structures, as the compiler's programs have it.
func physicalType(k native.Kind) duckdb.Type {
	elem := duckdb.Type{Kind: physical[k.Elem()]}
	switch {
	case k.IsList():
		return duckdb.Type{Kind: duckdb.List, Elem: &elem}
	case k.IsSeries():
		point := duckdb.Type{Kind: duckdb.Struct, Fields: []duckdb.Field{{Name: "time", Type: duckdb.Type{Kind: duckdb.TimestampNS}}, {Name: "value", Type: elem}}}
		return duckdb.Type{Kind: duckdb.List, Elem: &point}
	}
	return elem
}

// scalars are the functions that the compiler's programs call and DuckDB lacks.
func scalars(functions []native.Func) []duckdb.Scalar {
	out := make([]duckdb.Scalar, len(functions))
	for i, f := range functions {
		out[i] = duckdb.Scalar{Name: f.Name, Result: physicalType(f.Result), NullIn: f.NullIn, Volatile: f.Volatile}
		for _, kind := range f.Args {
			out[i].Args = append(out[i].Args, physicalType(kind))
		}
		if f.Call != nil {
			out[i].Call = func(args []any) (any, error) {
				v, err := f.Call(args)
				return v, forClient(err)
			}
		}
		if f.Batch != nil {
			out[i].Batch = func(in *duckdb.Chunk, out *duckdb.Output) error { return forClient(f.Run(batchOf(&f, in, out))) }
		}
		out[i].MaxText, out[i].TooLong = native.MaxText, forClient(native.ErrTooLong)
	}
	return out
}

// forClient marks an error as one whose text is for the client.
func forClient(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s%w", raised, err)
}

// batchOf shows DuckDB's vectors as the columns of a batch.
func batchOf(f *native.Func, in *duckdb.Chunk, out *duckdb.Output) *native.Batch {
	b := &native.Batch{Rows: in.Len(), Args: make([]native.Column, len(f.Args)), Halted: out.Halted}
	for i, kind := range f.Args {
		argument(&b.Args[i], in.Column(i), kind, b.Rows)
	}
	written(&b.Result, out, f.Result, b.Rows)
	return b
}
