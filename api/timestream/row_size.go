package timestream

import (
	"tidemark/query"
	"tidemark/sql/types"
)

// The most bytes that the text of a scalar takes, by kind; a VARCHAR is counted.
var widest = [...]int{
	types.Unknown: 4, types.Boolean: 5, types.Integer: 11, types.Bigint: 20, types.Double: 24, types.Varchar: 0,
	types.Timestamp: 30, types.Date: 12, types.Time: 18, types.IntervalDayToSecond: 32, types.IntervalYearToMonth: 14,
	types.Array: 0, types.Row: 0, types.Timeseries: 0,
}

// The bytes around values in JSON.
const (
	rowFrame    = len(`{"Data":[]},`)
	nullSize    = len(`{"NullValue":true},`)
	scalarFrame = len(`{"ScalarValue":""},`)
	listFrame   = len(`{"TimeSeriesValue":[]},`)
	pointFrame  = len(`{"Time":"","Value":},`)
)

// rowSize bounds the size of a row's JSON from above, without writing it.
func rowSize(cols []query.Column, row []any) int {
	n := rowFrame
	for i, v := range row {
		n += datumSize(cols[i].Type, v)
	}
	return n
}

func datumSize(t types.Type, v any) int {
	if v == nil {
		return nullSize
	}
	switch t.Kind {
	case types.Varchar:
		return scalarFrame + textSize(v.(string))
	case types.Array, types.Row:
		n := listFrame
		for i, e := range v.([]any) {
			n += datumSize(elemType(t, i), e)
		}
		return n
	case types.Timeseries:
		n := listFrame
		for _, p := range v.([]types.Point) {
			n += pointFrame + widest[types.Timestamp] + datumSize(*t.Elem, p.Value)
		}
		return n
	}
	return scalarFrame + widest[t.Kind]
}

func elemType(t types.Type, i int) types.Type {
	if t.Kind == types.Row {
		return t.Fields[i].Type
	}
	return *t.Elem
}

// textSize counts a text with its escapes, the longest form for each.
func textSize(s string) int {
	n := len(s)
	for i := range len(s) {
		if !plain[s[i]] {
			n += len(`\u0000`) - 1
		}
	}
	return n
}
