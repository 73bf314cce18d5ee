package parquet

import "encoding/binary"

// padding is what stands behind the bytes of a page, so that eight may be read where one is left.
const padding = 8

// unpack reads numbers of width bits, the lowest bits first, from a bit of b on (parquet-format,
// "Encodings": RLE and delta encodings share this layout). Padding follows what b must hold.
func unpack(dst []int64, b []byte, bit int, width uint) {
	switch {
	case width == 0:
		clear(dst)
	case width <= 8 && bit&7 == 0:
		unpackBytes(dst, b[bit>>3:], width)
	case width <= 56:
		unpackWords(dst, b, uint(bit), width)
	default:
		unpackWide(dst, b, uint(bit), width)
	}
}

// unpackBytes reads eight numbers, which have width bytes, at a time.
func unpackBytes(dst []int64, b []byte, width uint) {
	mask := int64(1)<<width - 1
	for len(dst) >= 8 {
		x := int64(binary.LittleEndian.Uint64(b))
		d := (*[8]int64)(dst)
		d[0] = x & mask
		x = int64(uint64(x) >> width)
		d[1] = x & mask
		x >>= width
		d[2] = x & mask
		x >>= width
		d[3] = x & mask
		x >>= width
		d[4] = x & mask
		x >>= width
		d[5] = x & mask
		x >>= width
		d[6] = x & mask
		x >>= width
		d[7] = x & mask
		dst, b = dst[8:], b[width:]
	}
	unpackWords(dst, b, 0, width)
}

// unpackWords reads numbers of at most 56 bits: those of a number lie in eight bytes.
func unpackWords(dst []int64, b []byte, bit, width uint) {
	mask := int64(1)<<width - 1
	for i := range dst {
		dst[i] = int64(binary.LittleEndian.Uint64(b[bit>>3:])>>(bit&7)) & mask
		bit += width
	}
}

// unpackWide reads numbers that may lie in nine bytes.
func unpackWide(dst []int64, b []byte, bit, width uint) {
	mask := uint64(1)<<width - 1 // of 64 bits: all
	for i := range dst {
		at, shift := bit>>3, bit&7
		x := binary.LittleEndian.Uint64(b[at:]) >> shift
		if shift+width > 64 {
			x |= uint64(b[at+8]) << (64 - shift)
		}
		dst[i] = int64(x & mask)
		bit += width
	}
}

// bytesOf is how many bytes so many numbers take.
func bytesOf(numbers int, width uint) int { return (numbers*int(width) + 7) / 8 }
