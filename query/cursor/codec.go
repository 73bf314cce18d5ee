package cursor

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"tidemark/sql/types"
)

// A row is its number of values and the values; a value is a tag and what the tag
// says. Numbers are varints but for doubles, which are eight bytes.
const (
	tagNull byte = iota
	tagFalse
	tagTrue
	tagInt32
	tagInt64
	tagDouble
	tagText
	tagList   // length, values
	tagSeries // length, and for each point its time and its value
)

// errTorn reports a frame that ends in the middle of a value.
var errTorn = errors.New("parked rows are damaged")

// appendRow appends a row.
func appendRow(b []byte, row []any) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(len(row)))
	return appendValues(b, row)
}

func appendValues(b []byte, values []any) (_ []byte, err error) {
	for _, v := range values {
		if b, err = appendValue(b, v); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// appendValue appends a value in one of the Go forms that package types lists.
func appendValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, tagNull), nil
	case bool:
		if v {
			return append(b, tagTrue), nil
		}
		return append(b, tagFalse), nil
	case int32:
		return binary.AppendVarint(append(b, tagInt32), int64(v)), nil
	case int64:
		return binary.AppendVarint(append(b, tagInt64), v), nil
	case float64:
		return binary.BigEndian.AppendUint64(append(b, tagDouble), math.Float64bits(v)), nil
	case string:
		return append(binary.AppendUvarint(append(b, tagText), uint64(len(v))), v...), nil
	case []any:
		return appendValues(binary.AppendUvarint(append(b, tagList), uint64(len(v))), v)
	case []types.Point:
		return appendSeries(b, v)
	}
	return nil, fmt.Errorf("park rows: a value of Go type %T", v)
}

func appendSeries(b []byte, points []types.Point) (_ []byte, err error) {
	b = binary.AppendUvarint(append(b, tagSeries), uint64(len(points)))
	for _, p := range points {
		if b, err = appendValue(binary.AppendVarint(b, p.Time), p.Value); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// parseRows reads all rows of a frame.
func parseRows(frame []byte) (rows [][]any, err error) {
	r := &reader{b: frame}
	for len(r.b) > 0 && r.err == nil {
		rows = append(rows, r.values())
	}
	return rows, r.err
}

// reader reads values; its error is that of the first that failed.
type reader struct {
	b   []byte
	err error
}

// values reads a length and that many values.
func (r *reader) values() []any {
	values := make([]any, r.length())
	for i := range values {
		values[i] = r.value()
	}
	return values
}

// value reads a tag and its value.
func (r *reader) value() any {
	switch tag := r.bytes(1); tag[0] {
	case tagFalse:
		return false
	case tagTrue:
		return true
	case tagInt32:
		return int32(r.varint())
	case tagInt64:
		return r.varint()
	case tagDouble:
		return math.Float64frombits(binary.BigEndian.Uint64(r.bytes(8)))
	case tagText:
		return string(r.bytes(r.length()))
	case tagList:
		return r.values()
	case tagSeries:
		return r.series()
	case tagNull:
	default:
		r.fail()
	}
	return nil
}

func (r *reader) series() []types.Point {
	points := make([]types.Point, r.length())
	for i := range points {
		points[i] = types.Point{Time: r.varint(), Value: r.value()}
	}
	return points
}

// length reads a number of things that take at least a byte each.
func (r *reader) length() int {
	n, used := binary.Uvarint(r.b)
	if used <= 0 || n > uint64(len(r.b)-used) {
		r.fail()
		return 0
	}
	r.b = r.b[used:]
	return int(n)
}

func (r *reader) varint() int64 {
	n, used := binary.Varint(r.b)
	if used <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[used:]
	return n
}

// bytes reads n bytes; where there are fewer they are zeros, and the reader has failed.
func (r *reader) bytes(n int) []byte {
	if n > len(r.b) {
		r.fail()
		return make([]byte, n)
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) fail() {
	r.err, r.b = errTorn, nil
}
