package native

import (
	"errors"
	"strings"
	"unsafe"

	"tidemark/sql/types"
)

// texts print values as the wire does, join them, and raise errors.
var texts = []Func{
	{Name: "tm_raise", Args: []Kind{Varchar}, Result: Varchar, Call: func(a []any) (any, error) { return nil, errors.New(a[0].(string)) }},
	{Name: "tm_double_text", Args: []Kind{Double}, Result: Varchar, Batch: textOf(types.Double)},
	{Name: "tm_time_text", Args: []Kind{Bigint}, Result: Varchar, Batch: textOf(types.Time)},
	{Name: "tm_interval_text", Args: []Kind{Bigint}, Result: Varchar, Batch: textOf(types.IntervalDayToSecond)},
	{Name: "tm_months_text", Args: []Kind{Integer}, Result: Varchar, Batch: textOf(types.IntervalYearToMonth)},
	{Name: "tm_join_all", Args: []Kind{ListOf(Varchar)}, Result: Varchar, Batch: joined},
}

// textOf prints each value as one of a type.
func textOf(k types.Kind) func(*Batch) error {
	t := types.Of(k)
	return func(b *Batch) error {
		var text []byte
		return b.Each(func(row int) error {
			text = types.AppendText(text[:0], t, b.Args[0].any(row))
			b.Result.Texts.PutText(row, unsafe.String(unsafe.SliceData(text), len(text))) // which copies it
			return nil
		})
	}
}

// joined puts the elements of a list together; NULL when one is NULL.
func joined(b *Batch) error {
	var text strings.Builder
	list, used := &b.Args[0], 0
	return b.Each(func(row int) error {
		text.Reset()
		span := list.Spans[row]
		for i := int(span.Offset); i < int(span.Offset+span.Length); i++ {
			if list.Elem.IsNull(i) {
				b.Result.SetNull(row)
				return nil
			}
			if text.WriteString(list.Elem.Texts.Text(i)); text.Len() > maxTextBytes {
				return errTooLong
			}
		}
		b.Result.Texts.PutText(row, text.String())
		return room(&used, text.String())
	})
}
