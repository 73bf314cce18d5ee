package query

import (
	"tidemark/internal/duckdb"
	"tidemark/sql/types"
)

// rowsOf turns the rows from … to of a chunk into the Go forms of package types.
func rowsOf(chunk *duckdb.Chunk, columns []Column, from, to int) [][]any {
	width := len(columns)
	values := make([]any, width*(to-from))
	rows := make([][]any, to-from)
	for i := range rows {
		rows[i] = values[i*width : (i+1)*width : (i+1)*width]
	}
	for c := range columns {
		vector, t := chunk.Column(c), columns[c].Type
		for i := range rows {
			rows[i][c] = valueOf(vector, t, from+i)
		}
	}
	return rows
}

// valueOf returns one value. Only nested types differ from the engine's own Go
// forms: a series is a list of structures there, and may stand inside others.
func valueOf(v *duckdb.Vector, t types.Type, row int) any {
	switch {
	case !v.Valid(row) || t.Kind == types.Unknown:
		return nil
	case t.Kind == types.Timeseries:
		return pointsOf(v, *t.Elem, row)
	case t.Kind == types.Array:
		return elementsOf(v, *t.Elem, row)
	case t.Kind == types.Row:
		return fieldsOf(v, t.Fields, row)
	}
	return v.Value(row)
}

// pointsOf reads a series from a list of structures of a time and a value.
func pointsOf(v *duckdb.Vector, elem types.Type, row int) []types.Point {
	from, to := v.Range(row)
	times, values := v.Child(0).Child(0), v.Child(0).Child(1)
	points := make([]types.Point, to-from)
	for i, at := range times.Int64s(to)[from:] {
		points[i] = types.Point{Time: at, Value: valueOf(values, elem, from+i)}
	}
	return points
}

func elementsOf(v *duckdb.Vector, elem types.Type, row int) []any {
	from, to := v.Range(row)
	values := make([]any, to-from)
	for i := range values {
		values[i] = valueOf(v.Child(0), elem, from+i)
	}
	return values
}

func fieldsOf(v *duckdb.Vector, fields []types.Field, row int) []any {
	values := make([]any, len(fields))
	for i := range values {
		values[i] = valueOf(v.Child(i), fields[i].Type, row)
	}
	return values
}
