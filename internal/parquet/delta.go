package parquet

import (
	"encoding/binary"
	"fmt"
)

// delta reads integers that are stored as differences, packed in blocks (parquet-format,
// "Encodings", Delta Encoding). They wrap around.
type delta struct {
	b      []byte // what is behind the miniblock
	narrow bool   // integers of 32 bits

	perMini, minis int // numbers of a miniblock, miniblocks of a block
	left           int // numbers of the page
	last           int64
	first          bool // last is the next number

	least  int64  // of the block: what is added to each difference
	widths []byte // of the block's miniblocks that are still to come
	packed []byte // the miniblock
	width  uint
	inMini int // numbers left in it
	bit    int
}

// maxBlock bounds the numbers of a block; writers use 128 to 2048.
const maxBlock = 1 << 16

func (d *delta) begin(b []byte, t Type, _ []int64) error {
	*d = delta{narrow: t == Int32, first: true}
	var head [3]uint64
	for i := range head {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return fmt.Errorf("%w: the head of differences", errPage)
		}
		head[i], b = v, b[n:]
	}
	first, n := binary.Varint(b)
	if n <= 0 || head[0] > maxBlock || head[1] == 0 || head[1] > head[0] || head[0]%head[1] != 0 || head[2] > maxPage {
		return fmt.Errorf("%w: %d differences in blocks of %d with %d parts", errPage, head[2], head[0], head[1])
	}
	d.b, d.last = b[n:], first
	d.perMini, d.minis, d.left = int(head[0]/head[1]), int(head[1]), int(head[2])
	if d.perMini%8 != 0 {
		return fmt.Errorf("%w: %d differences do not fill bytes", errPage, d.perMini)
	}
	return nil
}

func (d *delta) decode(dst []int64) error {
	if len(dst) > d.left {
		return short("differences", len(dst), d.left)
	}
	d.left -= len(dst)
	whole := dst
	if d.first && len(dst) > 0 {
		dst[0], d.first = d.last, false
		dst = dst[1:]
	}
	for len(dst) > 0 {
		if d.inMini == 0 {
			if err := d.next(len(dst) + d.left); err != nil {
				return err
			}
		}
		n := min(len(dst), d.inMini)
		d.take(dst[:n])
		d.inMini -= n
		dst = dst[n:]
	}
	if d.narrow {
		for i, v := range whole {
			whole[i] = int64(int32(v))
		}
	}
	return nil
}

// next goes on to the next miniblock; so many numbers of the page are left.
func (d *delta) next(left int) error {
	if len(d.widths) == 0 {
		least, n := binary.Varint(d.b)
		if n <= 0 || len(d.b)-n < d.minis {
			return fmt.Errorf("%w: the head of a block", errPage)
		}
		d.least, d.widths, d.b = least, d.b[n:n+d.minis], d.b[n+d.minis:]
	}
	d.width, d.widths = uint(d.widths[0]), d.widths[1:]
	size := bytesOf(d.perMini, d.width)
	if d.width > 64 || bytesOf(min(d.perMini, left), d.width) > len(d.b) {
		return fmt.Errorf("%w: differences of %d bits", errPage, d.width)
	}
	size = min(size, len(d.b)) // the last one may be cut
	d.packed, d.b, d.bit, d.inMini = d.b[:size], d.b[size:], 0, d.perMini
	return nil
}

// take reads numbers of one miniblock.
func (d *delta) take(dst []int64) {
	last, least := d.last, d.least
	if d.width == 0 {
		for i := range dst {
			last += least
			dst[i] = last
		}
		d.last = last
		return
	}
	unpack(dst, d.packed[:len(d.packed)+padding], d.bit, d.width)
	d.bit += len(dst) * int(d.width)
	for i, v := range dst {
		last += least + v
		dst[i] = last
	}
	d.last = last
}
