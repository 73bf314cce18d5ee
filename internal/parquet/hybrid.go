package parquet

import (
	"encoding/binary"
	"fmt"
)

// hybrid reads small numbers, as runs of equal ones or packed (parquet-format,
// "Encodings", RLE / Bit-Packing Hybrid).
type hybrid struct {
	b     []byte // what is behind the run; with padding
	width uint

	left   int // numbers of the run
	value  int64
	packed []byte // nil: all are value
	bit    int
}

func (h *hybrid) begin(b []byte, width uint) error {
	if width > 32 {
		return fmt.Errorf("%w: numbers of %d bits", errPage, width)
	}
	*h = hybrid{b: b, width: width}
	return nil
}

// next reads the head of a run.
func (h *hybrid) next() error {
	head, n := binary.Uvarint(h.b)
	if n <= 0 || head>>1 == 0 || head>>1 > maxPage {
		return fmt.Errorf("%w: a run has no length", errPage)
	}
	h.b, h.packed, h.bit = h.b[n:], nil, 0
	size, count := bytesOf(1, h.width), int(head>>1)
	if head&1 == 1 {
		count *= 8
		size = min(bytesOf(count, h.width), len(h.b)) // the last one may be cut
	}
	if size > len(h.b) {
		return short("bytes", size, len(h.b))
	}
	h.left = count
	if head&1 == 1 {
		h.packed = h.b[:size]
	} else {
		var first [8]byte
		copy(first[:], h.b[:size])
		h.value = int64(binary.LittleEndian.Uint64(first[:]))
	}
	h.b = h.b[size:]
	return nil
}

func (h *hybrid) decode(dst []int64) error {
	for len(dst) > 0 {
		if h.left == 0 {
			if err := h.next(); err != nil {
				return err
			}
		}
		n := min(len(dst), h.left)
		if err := h.take(dst[:n]); err != nil {
			return err
		}
		h.left -= n
		dst = dst[n:]
	}
	return nil
}

// take reads numbers of one run.
func (h *hybrid) take(dst []int64) error {
	if h.packed == nil {
		for i := range dst {
			dst[i] = h.value
		}
		return nil
	}
	end := h.bit + len(dst)*int(h.width)
	if end > 8*len(h.packed) {
		return short("bits", end, 8*len(h.packed))
	}
	unpack(dst, h.packed[:len(h.packed)+padding], h.bit, h.width)
	h.bit = end
	return nil
}

// ones reports whether the next n numbers are all 1 and one run.
func (h *hybrid) ones(n int) bool {
	if h.left == 0 && h.next() != nil {
		return false
	}
	return h.packed == nil && h.value == 1 && h.left >= n
}
