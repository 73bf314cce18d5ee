package native

import (
	"errors"

	"tidemark/sql/types"
)

// texts print values as the wire does, and raise errors.
var texts = []Func{
	{Name: "tm_raise", Args: []Kind{Varchar}, Result: Varchar, Call: func(a []any) (any, error) { return nil, errors.New(a[0].(string)) }},
	{Name: "tm_double_text", Args: []Kind{Double}, Result: Varchar, Call: textOf(types.Double)},
	{Name: "tm_time_text", Args: []Kind{Bigint}, Result: Varchar, Call: textOf(types.Time)},
	{Name: "tm_interval_text", Args: []Kind{Bigint}, Result: Varchar, Call: textOf(types.IntervalDayToSecond)},
	{Name: "tm_months_text", Args: []Kind{Integer}, Result: Varchar, Call: textOf(types.IntervalYearToMonth)},
}

func textOf(k types.Kind) func([]any) (any, error) {
	t := types.Of(k)
	return func(a []any) (any, error) { return types.Text(t, a[0]), nil }
}
