package value

import (
	"slices"
	"strconv"
)

// AppendJSON appends v as compact JSON: no blanks, keys in order, numbers in
// their exact decimal form. Undefined members and elements are left out; alone,
// Undefined and Binary append nothing.
func AppendJSON(dst []byte, v Value) []byte {
	switch v.kind {
	case Null:
		return append(dst, "null"...)
	case Boolean:
		return strconv.AppendBool(dst, v.n != 0)
	case Int, Decimal:
		return appendNumber(dst, v)
	case String:
		return appendQuoted(dst, v.text)
	case Array:
		return appendArray(dst, v.node.elems)
	case Object:
		return appendObject(dst, v.node.members)
	default:
		return dst
	}
}

func appendArray(dst []byte, elems []Value) []byte {
	dst = append(dst, '[')
	start := len(dst)
	for _, e := range elems {
		if e.absent() {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = AppendJSON(dst, e)
	}
	return append(dst, ']')
}

func appendObject(dst []byte, members []Member) []byte {
	dst = append(dst, '{')
	start := len(dst)
	for i := range members {
		if members[i].Value.absent() {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(appendQuoted(dst, members[i].Name), ':')
		dst = AppendJSON(dst, members[i].Value)
	}
	return append(dst, '}')
}

// absent reports whether v has no JSON form.
func (v Value) absent() bool { return v.kind == Undefined || v.kind == Binary }

const hex = "0123456789abcdef"

// appendQuoted appends s as a JSON string; only what JSON demands is escaped.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		dst = appendEscape(dst, c)
		start = i + 1
	}
	return append(append(dst, s[start:]...), '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	default:
		return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	}
}

// appendNumber appends a number in the form of Java's BigDecimal.toString: plain
// while the exponent is not positive and the first digit is at most six places
// behind the point, else scientific.
func appendNumber(dst []byte, v Value) []byte {
	if v.node != nil {
		return v.node.big.Append(dst, 'G')
	}
	if v.exp == 0 {
		return strconv.AppendInt(dst, v.n, 10)
	}
	if v.n < 0 {
		dst = append(dst, '-')
	}
	var buf [20]byte
	coef := strconv.AppendUint(buf[:0], uint64(max(v.n, -v.n)), 10)
	lead := int(v.exp) + len(coef) - 1 // exponent of the first digit
	if v.exp < 0 && lead >= -6 {
		return appendPlain(dst, coef, int(-v.exp))
	}
	dst = append(dst, coef[0])
	if len(coef) > 1 {
		dst = append(append(dst, '.'), coef[1:]...)
	}
	dst = append(dst, 'E')
	if lead > 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, int64(lead), 10)
}

// appendPlain appends the digits with frac of them behind the point.
func appendPlain(dst, coef []byte, frac int) []byte {
	if point := len(coef) - frac; point > 0 {
		dst = append(dst, coef[:point]...)
		return append(append(dst, '.'), coef[point:]...)
	}
	dst = append(dst, "0."...)
	for range frac - len(coef) {
		dst = append(dst, '0')
	}
	return append(dst, coef...)
}

// Text returns v as text: a String as it is, Undefined, Null and Binary as "",
// all else as compact JSON.
func (v Value) Text() string {
	switch v.kind {
	case String:
		return v.text
	case Undefined, Null, Binary:
		return ""
	case Int:
		if v.node == nil {
			return strconv.FormatInt(v.n, 10)
		}
	}
	return string(AppendJSON(nil, v))
}

// String returns v as compact JSON, for messages and tests.
func (v Value) String() string {
	switch v.kind {
	case Undefined:
		return "undefined"
	case Binary:
		return strconv.Quote(v.text)
	default:
		return string(AppendJSON(nil, v))
	}
}

// Size returns an upper bound of the length of v as JSON, computed without
// writing it. It stops counting soon after limit.
func (v Value) Size(limit int) int {
	switch v.kind {
	case Int, Decimal:
		if v.node != nil {
			return 48
		}
		return 28
	case String:
		return quotedSize(v.text, limit)
	case Array:
		size := 2
		for i := 0; i < len(v.node.elems) && size <= limit; i++ {
			size += 1 + v.node.elems[i].Size(limit-size)
		}
		return size
	case Object:
		size := 2
		for i := 0; i < len(v.node.members) && size <= limit; i++ {
			m := &v.node.members[i]
			size += 2 + quotedSize(m.Name, limit) + m.Value.Size(limit-size)
		}
		return size
	default:
		return 5
	}
}

// quotedSize is exact only when six bytes a character might pass the limit.
func quotedSize(s string, limit int) int {
	if bound := 2 + 6*len(s); bound <= limit {
		return bound
	}
	return len(appendQuoted(nil, s))
}

// Clone returns a copy of v's elements, to be changed by the caller.
func (v Value) Clone() []Value { return slices.Clone(v.Elems()) }
