package parquet

import (
	"encoding/binary"
	"math"
)

// cursor reads a struct of Thrift's compact protocol from its beginning to its end,
// keeping nothing. After the first thing that is wrong it is bad and reads nothing more.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) fail() { c.b, c.bad = nil, true }

func (c *cursor) byte() byte {
	if len(c.b) == 0 {
		c.fail()
		return 0
	}
	v := c.b[0]
	c.b = c.b[1:]
	return v
}

func (c *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.b = c.b[n:]
	return v
}

// number reads an integer of 16 to 64 bits; for any other kind it skips the value.
func (c *cursor) number(k kind) int64 {
	if k < kindI16 || k > kindI64 {
		c.skip(k, 0)
		return 0
	}
	u := c.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// text reads bytes, which stay where they are; for any other kind it skips the value.
func (c *cursor) text(k kind) []byte {
	if k != kindBinary {
		c.skip(k, 0)
		return nil
	}
	return c.take(c.uvarint())
}

func (c *cursor) take(n uint64) []byte {
	if n > uint64(len(c.b)) {
		c.fail()
		return nil
	}
	v := c.b[:n]
	c.b = c.b[n:]
	return v
}

// field reads the head of the next field of a struct; ok is false at its end.
func (c *cursor) field(last *int16) (id int16, k kind, ok bool) {
	head := c.byte()
	if head == 0 || c.bad {
		return 0, 0, false
	}
	n := int64(*last) + int64(head>>4)
	if head>>4 == 0 {
		n = c.number(kindI16)
	}
	if n < math.MinInt16 || n > math.MaxInt16 || c.bad {
		c.fail()
		return 0, 0, false
	}
	*last = int16(n)
	return *last, kind(head & 15), true
}

// list reads the head of a list, of which each element has a byte at least; for any other
// kind it skips the value.
func (c *cursor) list(k kind) (of kind, n int) {
	if k != kindList && k != kindSet {
		c.skip(k, 0)
		return 0, 0
	}
	head := c.byte()
	size := uint64(head >> 4)
	if size == 15 {
		size = c.uvarint()
	}
	if size > uint64(len(c.b)) {
		c.fail()
		return 0, 0
	}
	return kind(head & 15), int(size)
}

// skip goes over a value that is a field. Those of lists are told from it by their
// booleans, which have a byte there.
func (c *cursor) skip(k kind, depth int) {
	switch {
	case depth > maxDepth:
		c.fail()
	case k == kindTrue || k == kindFalse:
	case k == kindByte:
		c.byte()
	case k <= kindI64:
		c.uvarint()
	case k == kindDouble:
		c.take(8)
	case k == kindBinary:
		c.take(c.uvarint())
	case k == kindList || k == kindSet:
		of, n := c.list(k)
		for ; n > 0 && !c.bad; n-- {
			if of == kindTrue || of == kindFalse {
				of = kindByte
			}
			c.skip(of, depth+1)
		}
	case k == kindStruct:
		last := int16(0)
		for id, k, ok := c.field(&last); ok; id, k, ok = c.field(&last) {
			_ = id
			c.skip(k, depth+1)
		}
	default:
		c.fail() // no footer has maps
	}
}

// each calls do for every field of a struct; do reads its value.
func (c *cursor) each(do func(id int16, k kind)) {
	last := int16(0)
	for id, k, ok := c.field(&last); ok; id, k, ok = c.field(&last) {
		do(id, k)
	}
}

// structs calls do for every element of a list of structs; do reads it.
func (c *cursor) structs(k kind, do func(i int)) {
	of, n := c.list(k)
	if n > 0 && of != kindStruct {
		c.fail()
	}
	for i := 0; i < n && !c.bad; i++ {
		do(i)
	}
}
