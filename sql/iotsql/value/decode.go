package value

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deep arrays and objects may nest in a decoded text.
const MaxDepth = 100

// Numbers says how Decode sees a number that has a fraction of zeros or an exponent.
type Numbers uint8

// The two views of numbers, by SQL version.
const (
	Exact Numbers = iota // 10.0 stays a Decimal (2015-10-08)
	Whole                // 10.0 is the Int 10 (2016-03-23)
)

// ErrNotJSON is the reason of every error that Decode returns.
var ErrNotJSON = errors.New("not JSON")

// Decode reads one JSON value of any type, with white space around it (RFC
// 8259). It refuses a byte order mark, invalid UTF-8, nesting beyond MaxDepth
// and numbers outside the range of Decimal. Of duplicate keys the last wins.
// The value keeps parts of text.
func Decode(text string, numbers Numbers) (Value, error) {
	if !utf8.ValidString(text) {
		return Value{}, fmt.Errorf("%w: invalid UTF-8", ErrNotJSON)
	}
	d := decoder{text: text, whole: numbers == Whole}
	d.blanks()
	v, err := d.value()
	if err != nil {
		return Value{}, err
	}
	if d.blanks(); d.pos < len(text) {
		return Value{}, d.fail("text after the value")
	}
	return v, nil
}

// decoder reads from text[pos:]. Strings without escapes become parts of text,
// so that a payload costs one allocation an object.
type decoder struct {
	text  string
	pos   int
	depth int
	whole bool
}

func (d *decoder) fail(reason string) error {
	return fmt.Errorf("%w: %s at offset %d", ErrNotJSON, reason, d.pos)
}

func (d *decoder) blanks() {
	for d.pos < len(d.text) {
		switch d.text[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

// next skips blanks and returns the byte at pos, or 0 at the end.
func (d *decoder) next() byte {
	d.blanks()
	if d.pos < len(d.text) {
		return d.text[d.pos]
	}
	return 0
}

func (d *decoder) value() (Value, error) {
	if d.pos >= len(d.text) {
		return Value{}, d.fail("unexpected end")
	}
	switch c := d.text[d.pos]; c {
	case '{':
		return d.nested((*decoder).object)
	case '[':
		return d.nested((*decoder).array)
	case '"':
		s, err := d.str()
		return Text(s), err
	case 't':
		return d.word("true", trueValue)
	case 'f':
		return d.word("false", falseValue)
	case 'n':
		return d.word("null", nullValue)
	default:
		return d.number()
	}
}

func (d *decoder) word(word string, v Value) (Value, error) {
	if !strings.HasPrefix(d.text[d.pos:], word) {
		return Value{}, d.fail("unexpected character")
	}
	d.pos += len(word)
	return v, nil
}

// number reads a number; JSON allows no leading zeros.
func (d *decoder) number() (Value, error) {
	n := scanNumber(d.text[d.pos:])
	if n.length == 0 || n.zeros {
		return Value{}, d.fail("unexpected character")
	}
	v, ok := n.value(d.text[d.pos:])
	if !ok {
		return Value{}, d.fail("number out of range")
	}
	d.pos += n.length
	if d.whole {
		v = v.Whole()
	}
	return v, nil
}

func (d *decoder) nested(read func(*decoder) (Value, error)) (Value, error) {
	if d.depth++; d.depth > MaxDepth {
		return Value{}, d.fail("nesting too deep")
	}
	d.pos++
	v, err := read(d)
	d.depth--
	return v, err
}

func (d *decoder) array() (Value, error) {
	if d.next() == ']' {
		d.pos++
		return List(nil), nil
	}
	elems := make([]Value, 0, 4)
	for {
		d.blanks()
		v, err := d.value()
		if err != nil {
			return Value{}, err
		}
		elems = append(elems, v)
		if done, err := d.separator(']'); done || err != nil {
			return List(elems), err
		}
	}
}

func (d *decoder) object() (Value, error) {
	if d.next() == '}' {
		d.pos++
		return Value{kind: Object, node: new(node)}, nil
	}
	b := NewObject(d.room())
	for {
		if err := d.member(&b); err != nil {
			return Value{}, err
		}
		if done, err := d.separator('}'); done || err != nil {
			return b.Value(), err
		}
	}
}

// room is a guess of an object's size: payloads have a dozen members, and what
// they nest has a few.
func (d *decoder) room() int {
	if d.depth == 1 {
		return 16
	}
	return 4
}

// member reads "name": value.
func (d *decoder) member(b *ObjectBuilder) error {
	if d.next() != '"' {
		return d.fail("expected a name")
	}
	name, err := d.str()
	if err != nil {
		return err
	}
	if d.next() != ':' {
		return d.fail("expected a colon")
	}
	d.pos++
	d.blanks()
	v, err := d.value()
	if err != nil {
		return err
	}
	b.Set(name, v)
	return nil
}

// separator reads a comma, or the closing bracket and says so.
func (d *decoder) separator(closing byte) (done bool, err error) {
	switch d.next() {
	case ',':
		d.pos++
		return false, nil
	case closing:
		d.pos++
		return true, nil
	default:
		return false, d.fail("expected a comma or a closing bracket")
	}
}

// str reads a string whose opening quote is at pos.
func (d *decoder) str() (string, error) {
	start := d.pos + 1
	for i := start; i < len(d.text); i++ {
		switch c := d.text[i]; {
		case c == '"':
			d.pos = i + 1
			return d.text[start:i], nil
		case c == '\\':
			return d.escaped(start, i)
		case c < 0x20:
			d.pos = i
			return "", d.fail("control character in a string")
		}
	}
	d.pos = len(d.text)
	return "", d.fail("unexpected end")
}

// escaped reads the string that began at start and has its first backslash at i.
func (d *decoder) escaped(start, i int) (string, error) {
	b := append(make([]byte, 0, i-start+16), d.text[start:i]...)
	for i < len(d.text) {
		switch c := d.text[i]; {
		case c == '"':
			d.pos = i + 1
			return string(b), nil
		case c < 0x20:
			d.pos = i
			return "", d.fail("control character in a string")
		case c != '\\':
			b = append(b, c)
			i++
		default:
			var size int
			if b, size = AppendUnescaped(b, d.text[i:]); size == 0 {
				d.pos = i
				return "", d.fail("invalid escape")
			}
			i += size
		}
	}
	d.pos = len(d.text)
	return "", d.fail("unexpected end")
}

// escapes are the characters after a backslash that stand for one byte.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// AppendUnescaped appends what the JSON escape at the start of s stands for and
// returns its length, 0 when it is none. A lone surrogate becomes U+FFFD.
func AppendUnescaped(dst []byte, s string) ([]byte, int) {
	if len(s) < 2 {
		return dst, 0
	}
	if c := escapes[s[1]]; c != 0 {
		return append(dst, c), 2
	}
	r, ok := unicodeEscape(s)
	if !ok {
		return dst, 0
	}
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(dst, r), 6
	}
	low, ok := unicodeEscape(s[6:])
	if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
		return utf8.AppendRune(dst, pair), 12
	}
	return utf8.AppendRune(dst, utf8.RuneError), 6
}

// unicodeEscape reads \u and four hexadecimal digits at the start of s.
func unicodeEscape(s string) (r rune, ok bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	for _, c := range []byte(s[2:6]) {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 || c < '0' {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}
