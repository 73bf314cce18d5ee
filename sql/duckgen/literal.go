package duckgen

import (
	"math"
	"strconv"
	"strings"

	"tidemark/sql/builtin"
	"tidemark/sql/types"
)

// literal returns a constant of type t; nil is NULL. Only scalars can be constants.
func literal(t types.Type, v any) string {
	if v == nil {
		return "CAST(NULL AS " + builtin.DuckType(t) + ")"
	}
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case string:
		return quote(v)
	case float64:
		return doubleLiteral(v)
	case int32:
		return int32Literal(t, v)
	case int64:
		if t.Kind == types.Timestamp {
			return timestampLiteral(v)
		}
		return bigintLiteral(v)
	}
	panic("no literal for a value of type " + t.String())
}

func int32Literal(t types.Type, v int32) string {
	if t.Kind == types.Date {
		return "DATE '" + types.Text(t, v) + "'"
	}
	if v < 0 {
		return "CAST(" + strconv.Itoa(int(v)) + " AS INTEGER)"
	}
	return strconv.Itoa(int(v))
}

func bigintLiteral(v int64) string { return "CAST(" + strconv.FormatInt(v, 10) + " AS BIGINT)" }

// doubleLiteral writes an exponent, which makes DuckDB read a double instead of a decimal.
func doubleLiteral(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "CAST('" + string(types.AppendDouble(nil, v)) + "' AS DOUBLE)"
	}
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.Contains(text, "e") {
		text += "e0"
	}
	if v < 0 || math.Signbit(v) {
		return "(" + text + ")"
	}
	return text
}

// Timestamp texts that DuckDB reads: it refuses the first hours of the range.
const (
	firstText = -9223286400000000000 // 1677-09-22
	lastText  = 9223372036854775806
)

func timestampLiteral(ns int64) string {
	if ns < firstText || ns > lastText {
		return "tm_from_nanoseconds(" + bigintLiteral(ns) + ")"
	}
	return "TIMESTAMP_NS '" + string(types.AppendTimestamp(nil, ns)) + "'"
}

// quote returns a text literal. DuckDB has no escapes in it but the doubled quote,
// and text under construction uses NUL itself.
func quote(s string) string {
	q := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if !strings.Contains(s, "\x00") {
		return q
	}
	return "(" + strings.ReplaceAll(q, "\x00", "' || chr(0) || '") + ")"
}
