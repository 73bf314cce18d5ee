package types

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// FromText casts a text to a scalar type: the value has the Go form of the type.
// Numbers are read whole, without blanks; a double may also be NaN or Infinity.
func FromText(k Kind, text string) (any, error) {
	v, ok := fromText(k, text)
	if !ok {
		return nil, castError(text, k)
	}
	return v, nil
}

func fromText(k Kind, text string) (any, bool) {
	switch k {
	case Varchar:
		return text, true
	case Boolean:
		return boolFromText(text)
	case Integer:
		n, err := strconv.ParseInt(text, 10, 32)
		return int32(n), err == nil
	case Bigint:
		n, err := strconv.ParseInt(text, 10, 64)
		return n, err == nil
	case Double:
		return doubleFromText(text)
	case Timestamp:
		n, err := ParseTimestamp(text)
		return n, err == nil
	case Date:
		n, err := ParseDate(text)
		return n, err == nil
	case Time:
		n, err := ParseTime(text)
		return n, err == nil
	}
	return nil, false
}

func boolFromText(text string) (any, bool) {
	switch strings.ToLower(text) {
	case "true", "t", "1":
		return true, true
	case "false", "f", "0":
		return false, true
	}
	return nil, false
}

// doubleFromText reads what Java reads: no hexadecimal digits, no underscores, and
// the names NaN and Infinity in exactly that spelling. Too large is Infinity.
func doubleFromText(text string) (any, bool) {
	text = strings.TrimFunc(text, func(c rune) bool { return c <= ' ' })
	switch strings.TrimLeft(text, "+-") {
	case "NaN":
		return math.NaN(), len(text) <= 4
	case "Infinity":
		return math.Inf(1 - 2*strings.Count(text, "-")), len(text) <= 9
	}
	if n := len(text) - 1; n > 0 && strings.ContainsRune("dDfF", rune(text[n])) && strings.Trim(text[n-1:n], "0123456789.") == "" {
		text = text[:n] // Java reads its own literals, which may name their type
	}
	if strings.Trim(text, "0123456789.eE+-") != "" || text == "" {
		return nil, false
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(x, 0) {
		return nil, false
	}
	return x, true
}

// castError has the text of Trino, whose casts these are.
func castError(text string, k Kind) error {
	if k == Timestamp || k == Date || k == Time {
		return fmt.Errorf("Value cannot be cast to %s: %s", k, text)
	}
	name := strings.ToUpper(k.String())
	if k == Integer {
		name = "INT"
	}
	return fmt.Errorf("Cannot cast '%s' to %s", text, name)
}
