package console

import "tidemark/sql/types"

// valueText is a value for people: scalars as on the wire, nested ones in brackets,
// for example [1, 2], (1, a) and [2026-01-01 00:00:00.000000000 → 21.5].
func valueText(t types.Type, v any) string { return string(appendValue(nil, t, v)) }

func appendValue(b []byte, t types.Type, v any) []byte {
	if v == nil {
		return append(b, "NULL"...)
	}
	switch t.Kind {
	case types.Array:
		return appendList(b, '[', ']', v.([]any), func(int) types.Type { return *t.Elem })
	case types.Row:
		return appendList(b, '(', ')', v.([]any), func(i int) types.Type { return t.Fields[i].Type })
	case types.Timeseries:
		return appendSeries(b, *t.Elem, v.([]types.Point))
	default:
		return types.AppendText(b, t, v)
	}
}

func appendList(b []byte, open, end byte, items []any, typeOf func(i int) types.Type) []byte {
	b = append(b, open)
	for i, item := range items {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendValue(b, typeOf(i), item)
	}
	return append(b, end)
}

func appendSeries(b []byte, elem types.Type, points []types.Point) []byte {
	b = append(b, '[')
	for i, p := range points {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = types.AppendTimestamp(b, p.Time)
		b = append(b, " → "...)
		b = appendValue(b, elem, p.Value)
	}
	return append(b, ']')
}
