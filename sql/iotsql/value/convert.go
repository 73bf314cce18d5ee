package value

import "strings"

// ToDecimal converts as operators and functions do when they need a number:
// numbers stay as they are, a numeric String becomes a Decimal, Null stays Null,
// all else is Undefined (AWS page "Data types", conversions to Decimal).
func ToDecimal(v Value) Value {
	switch v.kind {
	case Int, Decimal, Null:
		return v
	case String:
		return parseStrict(v.text)
	default:
		return Value{}
	}
}

// parseStrict reads ^-?\d+(\.\d+)?([eE]-?\d+)?$ as a Decimal.
func parseStrict(s string) Value {
	if len(s) > 1024 || strings.IndexByte(s, '+') >= 0 {
		return Value{}
	}
	v, ok := ParseNumber(s)
	if !ok {
		return Value{}
	}
	return v.AsDecimal()
}

// ToInt converts where an Int is needed: a Decimal is rounded to the nearest
// Int, a numeric String is truncated (AWS page "Data types", conversions to Int).
func ToInt(v Value) Value {
	switch v.kind {
	case Decimal:
		return Round(v)
	case String:
		if d := parseStrict(v.text); d.IsNumber() {
			return Truncate(d)
		}
		return Value{}
	default:
		return ToDecimal(v)
	}
}

// ToBoolean converts where a Boolean is needed: the strings true and false in
// any case are Booleans too, all else is Undefined.
func ToBoolean(v Value) Value {
	switch {
	case v.kind == Boolean:
		return v
	case v.kind != String:
		return Value{}
	case strings.EqualFold(v.text, "true"):
		return trueValue
	case strings.EqualFold(v.text, "false"):
		return falseValue
	default:
		return Value{}
	}
}

// ToText converts where a String is needed; ok is false for Undefined, Null and
// Binary, which have no text.
func ToText(v Value) (text string, ok bool) {
	switch v.kind {
	case Undefined, Null, Binary:
		return "", false
	default:
		return v.Text(), true
	}
}
