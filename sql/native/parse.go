package native

import "tidemark/sql/types"

// parsers are the casts from varchar.
var parsers = []Func{
	{Name: "tm_parse_boolean", Args: []Kind{Varchar}, Result: Boolean, Batch: castText(types.Boolean)},
	{Name: "tm_parse_integer", Args: []Kind{Varchar}, Result: Integer, Batch: castText(types.Integer)},
	{Name: "tm_parse_bigint", Args: []Kind{Varchar}, Result: Bigint, Batch: castText(types.Bigint)},
	{Name: "tm_parse_double", Args: []Kind{Varchar}, Result: Double, Batch: castText(types.Double)},
}

// castText reads each text as a value of a type.
func castText(k types.Kind) func(*Batch) error {
	return func(b *Batch) error {
		texts := b.Args[0].Texts
		return b.Each(func(row int) error {
			v, err := types.FromText(k, texts.Text(row))
			if err == nil {
				b.Result.set(row, v)
			}
			return err
		})
	}
}
