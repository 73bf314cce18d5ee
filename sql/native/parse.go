package native

import (
	"fmt"

	"tidemark/sql/types"
)

// parsers are the casts from varchar.
var parsers = []Func{
	{Name: "tm_parse_boolean", Args: []Kind{Varchar}, Result: Boolean, Call: castText(types.Boolean)},
	{Name: "tm_parse_integer", Args: []Kind{Varchar}, Result: Integer, Call: castText(types.Integer)},
	{Name: "tm_parse_bigint", Args: []Kind{Varchar}, Result: Bigint, Call: castText(types.Bigint)},
	{Name: "tm_parse_double", Args: []Kind{Varchar}, Result: Double, Call: castText(types.Double)},
	{Name: "tm_parse_timestamp", Args: []Kind{Varchar}, Result: Bigint, Call: castText(types.Timestamp)},
	{Name: "tm_parse_date", Args: []Kind{Varchar}, Result: Integer, Call: castText(types.Date)},
	{Name: "tm_parse_time", Args: []Kind{Varchar}, Result: Bigint, Call: castText(types.Time)},
	{Name: "tm_parse_iso_timestamp", Args: []Kind{Varchar}, Result: Bigint, Call: parseISOTimestamp},
	{Name: "tm_parse_iso_date", Args: []Kind{Varchar}, Result: Integer, Call: parseISODate},
	{Name: "tm_parse_duration", Args: []Kind{Varchar}, Result: Bigint, Call: parseDuration},
}

func castText(k types.Kind) func([]any) (any, error) {
	return func(a []any) (any, error) { return types.FromText(k, a[0].(string)) }
}

// parseDuration reads a day to second interval; the type of a call is fixed before
// its argument is known, so years and months are an error.
func parseDuration(a []any) (any, error) {
	v, t, err := types.ParseDuration(a[0].(string))
	if err != nil {
		return nil, err
	}
	if t.Kind != types.IntervalDayToSecond {
		return nil, fmt.Errorf("%s is not an interval day to second", a[0])
	}
	return v, nil
}

func parseISOTimestamp(a []any) (any, error) {
	ns, err := types.ParseISOTimestamp(a[0].(string))
	return ns, err
}

func parseISODate(a []any) (any, error) {
	day, err := types.ParseISODate(a[0].(string))
	return day, err
}
