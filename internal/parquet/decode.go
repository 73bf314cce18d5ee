package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Encodings of the values of a page (parquet.thrift, "Encoding").
const (
	encodingPlain           = 0
	encodingPlainDictionary = 2 // the older name
	encodingRLE             = 3
	encodingDelta           = 5
	encodingDictionary      = 8
	encodingSplit           = 9
)

// errPage is the error of a page that cannot be decoded.
var errPage = errors.New("a page is damaged")

// decoder decodes the values of a page one after the other, those that are NULL not
// among them: integers, and the bits of a Double.
type decoder interface {
	// begin starts with a page: b is its values, with padding behind its end.
	begin(b []byte, t Type, dictionary []int64) error
	decode(dst []int64) error
}

// decoders makes the decoder of an encoding.
var decoders = map[int64]func() decoder{
	encodingPlain:           func() decoder { return &plain{} },
	encodingPlainDictionary: func() decoder { return &indexed{} },
	encodingDictionary:      func() decoder { return &indexed{} },
	encodingDelta:           func() decoder { return &delta{} },
	encodingSplit:           func() decoder { return &split{} },
}

// plain reads values as they are in memory.
type plain struct {
	b []byte
	t Type
}

func (p *plain) begin(b []byte, t Type, _ []int64) error {
	p.b, p.t = b, t
	return nil
}

func (p *plain) decode(dst []int64) error {
	if p.t == Int32 {
		return p.narrow(dst)
	}
	if len(p.b) < 8*len(dst) {
		return short("values", len(dst), len(p.b)/8)
	}
	for i := range dst {
		dst[i] = int64(binary.LittleEndian.Uint64(p.b[8*i:]))
	}
	p.b = p.b[8*len(dst):]
	return nil
}

func (p *plain) narrow(dst []int64) error {
	if len(p.b) < 4*len(dst) {
		return short("values", len(dst), len(p.b)/4)
	}
	for i := range dst {
		dst[i] = int64(int32(binary.LittleEndian.Uint32(p.b[4*i:])))
	}
	p.b = p.b[4*len(dst):]
	return nil
}

func short(what string, want, have int) error {
	return fmt.Errorf("%w: %d %s are wanted and %d left", errPage, want, what, have)
}

// split reads values whose first bytes lie together, then their second bytes, and so on.
type split struct {
	b        []byte
	at, rows int
}

func (s *split) begin(b []byte, t Type, _ []int64) error {
	if t == Int32 || len(b)%8 != 0 {
		return fmt.Errorf("%w: %d bytes of split values", errPage, len(b))
	}
	s.b, s.at, s.rows = b, 0, len(b)/8
	return nil
}

func (s *split) decode(dst []int64) error {
	n := len(dst)
	if n > s.rows-s.at {
		return short("values", n, s.rows-s.at)
	}
	of := func(stream int) []byte { return s.b[stream*s.rows+s.at:][:n] }
	b0, b1, b2, b3, b4, b5, b6, b7 := of(0), of(1), of(2), of(3), of(4), of(5), of(6), of(7)
	for i := range dst {
		dst[i] = int64(b0[i]) | int64(b1[i])<<8 | int64(b2[i])<<16 | int64(b3[i])<<24 |
			int64(b4[i])<<32 | int64(b5[i])<<40 | int64(b6[i])<<48 | int64(b7[i])<<56
	}
	s.at += n
	return nil
}

// indexed reads places in the chunk's dictionary.
type indexed struct {
	places     hybrid
	dictionary []int64
}

func (x *indexed) begin(b []byte, _ Type, dictionary []int64) error {
	if len(b) == 0 {
		return fmt.Errorf("%w: indexes without a width", errPage)
	}
	x.dictionary = dictionary
	return x.places.begin(b[1:], uint(b[0]))
}

func (x *indexed) decode(dst []int64) error {
	if err := x.places.decode(dst); err != nil {
		return err
	}
	for i, n := range dst {
		if uint64(n) >= uint64(len(x.dictionary)) {
			return fmt.Errorf("%w: value %d of a dictionary of %d", errPage, n, len(x.dictionary))
		}
		dst[i] = x.dictionary[n]
	}
	return nil
}
