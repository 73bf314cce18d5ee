package query

import "tidemark/sql/types"

// estimateSize is about what a row takes on the wire, for doors that do not say.
func estimateSize(row []any) int {
	size := 16
	for _, v := range row {
		size += 20 + valueSize(v)
	}
	return size
}

// valueSize is about the length of a value's text.
func valueSize(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []any:
		return estimateSize(v)
	case []types.Point:
		size := 0
		for _, p := range v {
			size += 70 + valueSize(p.Value)
		}
		return size
	}
	return 12
}

// metadataBytes is about what the names and types of columns take on the wire.
func metadataBytes(columns []Column) int {
	total := 0
	for _, c := range columns {
		total += 40 + len(c.Name) + len(c.Type.String())
	}
	return total
}
