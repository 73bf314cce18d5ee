package query

import (
	"tidemark/internal/duckdb"
	"tidemark/sql/native"
)

// physical are DuckDB's types for the kinds of native functions.
var physical = map[native.Kind]duckdb.Kind{
	native.Varchar: duckdb.Varchar, native.Bigint: duckdb.BigInt, native.Integer: duckdb.Integer,
	native.Double: duckdb.Double, native.Boolean: duckdb.Boolean,
}

// scalars are the functions that the compiler's programs call and DuckDB lacks.
func scalars(functions []native.Func) []duckdb.Scalar {
	out := make([]duckdb.Scalar, len(functions))
	for i, f := range functions {
		out[i] = duckdb.Scalar{
			Name: f.Name, Result: duckdb.Type{Kind: physical[f.Result]},
			Call: f.Call, NullIn: f.NullIn, Volatile: f.Volatile,
		}
		for _, kind := range f.Args {
			out[i].Args = append(out[i].Args, duckdb.Type{Kind: physical[kind]})
		}
	}
	return out
}
