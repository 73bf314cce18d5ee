package analyzer

import (
	"tidemark/sql/ast"
	"tidemark/sql/types"
)

// scalars are the types that a query may name (developer guide, "Supported data types").
var scalars = map[string]types.Kind{
	"boolean": types.Boolean, "integer": types.Integer, "int": types.Integer, "bigint": types.Bigint, "double": types.Double,
	"varchar": types.Varchar, "timestamp": types.Timestamp, "date": types.Date, "time": types.Time,
	"interval day to second": types.IntervalDayToSecond, "interval year to month": types.IntervalYearToMonth,
}

// typeOf returns the type that is written. The length of a varchar and the digits of a
// timestamp are for cast to apply.
func typeOf(n *ast.TypeName) types.Type {
	kind, scalar := scalars[n.Name]
	_, timed := digits(n)
	switch {
	case scalar && (len(n.Params) == 0 || timed || length(n) != nil):
		return types.Of(kind)
	case n.Name == "timeseries" && !fits(n): // no cast makes one
	case (n.Name == "array" || n.Name == "timeseries") && len(n.Params) == 1 && element(n.Params[0]):
		elem := typeOf(n.Params[0].Type)
		if n.Name == "timeseries" {
			return types.SeriesOf(elem)
		}
		return types.ArrayOf(elem)
	case n.Name == "row" && len(n.Params) > 0:
		return rowOf(n)
	}
	fail(n.Span(), "Unknown type: %s", ast.Print(n))
	return types.Type{}
}

func element(p *ast.TypeParam) bool { return p.Type != nil && p.Field == nil }

func rowOf(n *ast.TypeName) types.Type {
	fields := make([]types.Field, len(n.Params))
	for i, p := range n.Params {
		if p.Type == nil {
			fail(p.Span(), "Unknown type: %s", ast.Print(p))
		}
		fields[i].Type = typeOf(p.Type)
		if p.Field != nil {
			fields[i].Name = p.Field.Name
		}
	}
	return types.RowOf(fields...)
}
