// Package lineproto reads InfluxDB line protocol, a line at a time:
//
//	weather,location=us-midwest temperature=82,wet=true,note="dry" 1465839830100400200
//
//	var p lineproto.Point
//	err := lineproto.Parse(line, &p)
//
// It is pure; a Point is reused and refers to the line. Clause names are those of
// InfluxDB's "Line protocol" reference.
package lineproto

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// Kind is the type of a field.
type Kind uint8

// The types of fields.
const (
	Float Kind = iota + 1
	Integer
	Boolean
	String
)

// Pair is a tag.
type Pair struct{ Key, Value []byte }

// Field is a field.
type Field struct {
	Key  []byte
	Kind Kind
	Bits uint64 // of a Float its IEEE bits, of an Integer two's complement, of a Boolean 0 or 1
	Text []byte // of a String
}

// Point is a line. Its bytes are the line's where nothing is escaped.
type Point struct {
	Series      []byte // the measurement and the tags as they stand in the line
	Measurement []byte
	Tags        []Pair
	Fields      []Field
	Time        int64 // in the file's unit
	HasTime     bool
}

// What a line may be guilty of.
var (
	ErrMeasurement = errors.New("the measurement is missing")
	ErrTag         = errors.New("a tag is not of the form key=value")
	ErrNoField     = errors.New("the line has no field")
	ErrField       = errors.New("a field is not of the form key=value")
	ErrValue       = errors.New("a field's value is no number, boolean or string in quotes")
	ErrRange       = errors.New("a field's number is out of range")
	ErrQuote       = errors.New("a string is not closed")
	ErrTime        = errors.New("the time is no whole number")
	ErrText        = errors.New("the line is not valid UTF-8")
)

// Parse reads a line without its end. A blank line or comment has no measurement and
// no error.
func Parse(line []byte, p *Point) error {
	p.Series, p.Measurement, p.Tags, p.Fields, p.Time, p.HasTime = nil, nil, p.Tags[:0], p.Fields[:0], 0, false
	line = bytes.TrimLeft(bytes.TrimRight(line, " \t\r"), " \t")
	if len(line) == 0 || line[0] == '#' {
		return nil
	}
	if !utf8.Valid(line) {
		return ErrText
	}
	rest, err := p.parseKey(line)
	if err != nil {
		return err
	}
	p.Series = line[:len(line)-len(rest)]
	if rest, err = p.parseFields(bytes.TrimLeft(rest, " ")); err != nil {
		return err
	}
	if rest = bytes.TrimLeft(rest, " "); len(rest) == 0 {
		return nil
	}
	p.HasTime = true
	if p.Time, err = strconv.ParseInt(view(rest), 10, 64); err != nil {
		return ErrTime
	}
	return nil
}

// view is b as a string, for calls that do not keep it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// until returns the end of a name: the first of the stops that no backslash stands
// before, or the length. Escaped says that there is a backslash.
func until(b []byte, stops *[256]bool) (end int, escaped bool) {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\':
			escaped = true
			i++
		case stops[c]:
			return i, escaped
		}
	}
	return len(b), escaped
}

func stopsAt(chars string) *[256]bool {
	var set [256]bool
	for i := range len(chars) {
		set[chars[i]] = true
	}
	return &set
}

var (
	endOfMeasurement = stopsAt(", ")
	endOfKey         = stopsAt("=, ")
)

// plain removes the backslashes before special characters; others stay.
func plain(b []byte, escaped bool, special string) []byte {
	if !escaped {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) && bytes.IndexByte([]byte(special), b[i+1]) >= 0 {
			i++
		}
		out = append(out, b[i])
	}
	return out
}

// parseKey reads the measurement and the tags, and returns what comes after.
func (p *Point) parseKey(line []byte) ([]byte, error) {
	end, escaped := until(line, endOfMeasurement)
	if end == 0 {
		return nil, ErrMeasurement
	}
	p.Measurement = plain(line[:end], escaped, ", ")
	line = line[end:]
	for len(line) > 0 && line[0] == ',' {
		line = line[1:]
		end, escaped := until(line, endOfKey)
		if end == 0 || end == len(line) || line[end] != '=' {
			return nil, ErrTag
		}
		key := plain(line[:end], escaped, ",= ")
		line = line[end+1:]
		end, escaped = until(line, endOfKey)
		if end == 0 || end < len(line) && line[end] == '=' {
			return nil, ErrTag
		}
		p.Tags = append(p.Tags, Pair{key, plain(line[:end], escaped, ",= ")})
		line = line[end:]
	}
	return line, nil
}

// parseFields reads the fields, and returns what comes after.
func (p *Point) parseFields(line []byte) ([]byte, error) {
	if len(line) == 0 {
		return nil, ErrNoField
	}
	for {
		end, escaped := until(line, endOfKey)
		if end == 0 || end == len(line) || line[end] != '=' {
			return nil, ErrField
		}
		f := Field{Key: plain(line[:end], escaped, ",= ")}
		n, err := f.parse(line[end+1:])
		if err != nil {
			return nil, err
		}
		p.Fields = append(p.Fields, f)
		if line = line[end+1+n:]; len(line) == 0 || line[0] == ' ' {
			return line, nil
		}
		if line[0] != ',' {
			return nil, ErrValue
		}
		line = line[1:]
	}
}

// parse reads a value and returns its length.
func (f *Field) parse(b []byte) (int, error) {
	if len(b) > 0 && b[0] == '"' {
		return f.parseString(b)
	}
	end := 0
	for end < len(b) && b[end] != ',' && b[end] != ' ' {
		end++
	}
	if end == 0 {
		return 0, ErrValue
	}
	return end, f.parseScalar(b[:end])
}

func (f *Field) parseString(b []byte) (int, error) {
	escaped := false
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			escaped = true
			i++
		case '"':
			f.Kind, f.Text = String, plain(b[1:i], escaped, `"\`)
			return i + 1, nil
		}
	}
	return 0, ErrQuote
}

// booleans are the ways to write them.
var booleans = map[string]uint64{
	"t": 1, "T": 1, "true": 1, "True": 1, "TRUE": 1,
	"f": 0, "F": 0, "false": 0, "False": 0, "FALSE": 0,
}

// ParseBoolean reads a boolean.
func ParseBoolean(b []byte) (value, ok bool) {
	v, ok := booleans[string(b)]
	return v == 1, ok
}

func (f *Field) parseScalar(b []byte) error {
	switch last := b[len(b)-1]; {
	case last == 'i':
		return f.parseInteger(b[:len(b)-1])
	case last == 'u':
		n, err := strconv.ParseUint(view(b[:len(b)-1]), 10, 64)
		f.Kind, f.Bits = Integer, n
		if err == nil && n > math.MaxInt64 {
			return ErrRange
		}
		return numberError(err)
	}
	if v, ok := booleans[string(b)]; ok {
		f.Kind, f.Bits = Boolean, v
		return nil
	}
	for _, c := range b { // no NaN, hexadecimal or infinity
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return ErrValue
		}
	}
	v, err := strconv.ParseFloat(view(b), 64)
	f.Kind, f.Bits = Float, math.Float64bits(v)
	return numberError(err)
}

// parseInteger is quick for the short numbers that most are.
func (f *Field) parseInteger(b []byte) error {
	f.Kind = Integer
	if 0 < len(b) && len(b) < 18 && b[0] != '-' && b[0] != '+' {
		n := uint64(0)
		for _, c := range b {
			if c < '0' || c > '9' {
				return ErrValue
			}
			n = 10*n + uint64(c-'0')
		}
		f.Bits = n
		return nil
	}
	n, err := strconv.ParseInt(view(b), 10, 64)
	f.Bits = uint64(n)
	return numberError(err)
}

func numberError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, strconv.ErrRange):
		return ErrRange
	default:
		return ErrValue
	}
}
