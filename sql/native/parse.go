package native

import "tidemark/sql/types"

// parsers are the casts from varchar.
var parsers = []Func{
	{Name: "tm_parse_boolean", Args: []Kind{Varchar}, Result: Boolean, Call: castText(types.Boolean)},
	{Name: "tm_parse_integer", Args: []Kind{Varchar}, Result: Integer, Call: castText(types.Integer)},
	{Name: "tm_parse_bigint", Args: []Kind{Varchar}, Result: Bigint, Call: castText(types.Bigint)},
	{Name: "tm_parse_double", Args: []Kind{Varchar}, Result: Double, Call: castText(types.Double)},
}

func castText(k types.Kind) func([]any) (any, error) {
	return func(a []any) (any, error) { return types.FromText(k, a[0].(string)) }
}
