package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// kind is a type of Thrift's compact protocol.
type kind byte

const (
	kindTrue kind = iota + 1
	kindFalse
	kindByte
	kindI16
	kindI32
	kindI64
	kindDouble
	kindBinary
	kindList
	kindSet
	kindMap
	kindStruct
)

const maxDepth = 64 // of structs and lists in each other

var errThrift = errors.New("the footer is damaged")

// field is a field of a struct with its value as it is encoded.
type field struct {
	id   int16
	kind kind
	raw  []byte
}

// record is the fields of a struct, in the order of the file.
type record []field

// readRecord reads a struct and returns what comes after it.
func readRecord(b []byte) (r record, rest []byte, err error) {
	return readFields(b, 0)
}

func readFields(b []byte, depth int) (r record, rest []byte, err error) {
	id := int16(0)
	for {
		if len(b) == 0 {
			return nil, nil, errThrift
		}
		head := b[0]
		b = b[1:]
		if head == 0 {
			return r, b, nil
		}
		if delta := int16(head >> 4); delta != 0 {
			id += delta
		} else {
			n, size := binary.Varint(b)
			if size <= 0 || n < math.MinInt16 || n > math.MaxInt16 {
				return nil, nil, errThrift
			}
			id, b = int16(n), b[size:]
		}
		k := kind(head & 15)
		size := 0
		if k != kindTrue && k != kindFalse { // their value is the kind
			if size, err = width(k, b, depth+1); err != nil {
				return nil, nil, err
			}
		}
		r = append(r, field{id, k, b[:size:size]})
		b = b[size:]
	}
}

// width is the number of bytes of a value at the beginning of b, outside of a struct's
// own booleans.
func width(k kind, b []byte, depth int) (int, error) {
	if depth > maxDepth {
		return 0, fmt.Errorf("%w: too many levels", errThrift)
	}
	switch k {
	case kindTrue, kindFalse, kindByte:
		return upTo(1, b)
	case kindDouble:
		return upTo(8, b)
	case kindI16, kindI32, kindI64:
		_, n := binary.Uvarint(b)
		return max(n, 0), errorIf(n <= 0)
	case kindBinary:
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return 0, errThrift
		}
		return n + int(size), nil
	case kindList, kindSet:
		_, items, err := readList(b, depth)
		if err != nil {
			return 0, err
		}
		return items.width, nil
	case kindStruct:
		_, rest, err := readFields(b, depth)
		return len(b) - len(rest), err
	default:
		return 0, fmt.Errorf("%w: type %d", errThrift, k) // no footer has maps
	}
}

func upTo(n int, b []byte) (int, error) { return n, errorIf(len(b) < n) }

func errorIf(bad bool) error {
	if bad {
		return errThrift
	}
	return nil
}

// list is the elements of a list as they are encoded.
type list struct {
	items [][]byte
	width int // of the whole list
}

// readList reads a list or set.
func readList(b []byte, depth int) (kind, list, error) {
	if len(b) == 0 {
		return 0, list{}, errThrift
	}
	k, size, at := kind(b[0]&15), uint64(b[0]>>4), 1
	if size == 15 {
		n := 0
		if size, n = binary.Uvarint(b[1:]); n <= 0 {
			return 0, list{}, errThrift
		}
		at += n
	}
	if size > uint64(len(b)-at) { // an element has a byte at least
		return 0, list{}, errThrift
	}
	l := list{items: make([][]byte, size)}
	for i := range l.items {
		n, err := width(k, b[at:], depth+1)
		if err != nil {
			return 0, list{}, err
		}
		l.items[i] = b[at : at+n : at+n]
		at += n
	}
	l.width = at
	return k, l, nil
}

// append encodes a struct.
func (r record) append(b []byte) []byte {
	last := int16(0)
	for _, f := range r {
		if delta := int(f.id) - int(last); delta >= 1 && delta <= 15 {
			b = append(b, byte(delta)<<4|byte(f.kind))
		} else {
			b = binary.AppendVarint(append(b, byte(f.kind)), int64(f.id))
		}
		b, last = append(b, f.raw...), f.id
	}
	return append(b, 0)
}

// appendList encodes a list of structs.
func appendList(b []byte, items [][]byte) []byte {
	if len(items) < 15 {
		b = append(b, byte(len(items))<<4|byte(kindStruct))
	} else {
		b = binary.AppendUvarint(append(b, 15<<4|byte(kindStruct)), uint64(len(items)))
	}
	for _, item := range items {
		b = append(b, item...)
	}
	return b
}

// find returns a field of some kinds, or nil.
func (r record) find(id int16, kinds ...kind) []byte {
	for _, f := range r {
		for _, k := range kinds {
			if f.id == id && f.kind == k {
				return f.raw
			}
		}
	}
	return nil
}

// number returns an integer field; ok is whether there is one.
func (r record) number(id int16) (n int64, ok bool) {
	raw := r.find(id, kindI16, kindI32, kindI64)
	if raw == nil {
		return 0, false
	}
	n, size := binary.Varint(raw)
	return n, size == len(raw)
}

// structs returns the elements of a field that is a list of structs.
func (r record) structs(id int16) ([]record, error) {
	raw := r.find(id, kindList)
	k, l, err := readList(raw, 0)
	if err != nil || k != kindStruct && len(l.items) > 0 {
		return nil, errors.Join(errThrift, err)
	}
	records := make([]record, len(l.items))
	for i, item := range l.items {
		if records[i], _, err = readRecord(item); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// value is a value as it is encoded.
type value struct {
	kind kind
	raw  []byte
}

func integer(n int64) value           { return value{kindI64, binary.AppendVarint(nil, n)} }
func structure(r record) value        { return value{kindStruct, r.append(nil)} }
func structures(items [][]byte) value { return value{kindList, appendList(nil, items)} }

// with returns the struct with other values of some of its fields, and without others.
func (r record) with(changed map[int16]value, without ...int16) record {
	next := make(record, 0, len(r))
	for _, f := range r {
		if v, ok := changed[f.id]; ok {
			f.kind, f.raw = v.kind, v.raw
		}
		if !slices.Contains(without, f.id) {
			next = append(next, f)
		}
	}
	return next
}
