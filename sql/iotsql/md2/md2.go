// Package md2 computes MD2 digests (RFC 1319) for the function md2 of IoT SQL.
//
// MD2 is broken and serves compatibility only. Sum is safe to call at once.
package md2

// Size is the length of a digest in bytes.
const Size = 16

// Sum returns the digest of data.
func Sum(data []byte) [Size]byte {
	var state [48]byte
	var checksum [Size]byte
	pad := Size - len(data)%Size
	block := make([]byte, 0, Size)
	for i := range len(data) + pad {
		b := byte(pad) // RFC 1319, 3.1: as many bytes of this value as are missing
		if i < len(data) {
			b = data[i]
		}
		if block = append(block, b); len(block) == Size {
			update(&state, &checksum, block)
			block = block[:0]
		}
	}
	last := checksum
	update(&state, &checksum, last[:])
	return [Size]byte(state[:Size])
}

// update adds one block to the checksum (RFC 1319, 3.2) and the state (3.4).
func update(state *[48]byte, checksum *[Size]byte, block []byte) {
	last := checksum[Size-1]
	for i, b := range block {
		checksum[i] ^= pi[b^last]
		last = checksum[i]
		state[16+i] = b
		state[32+i] = b ^ state[i]
	}
	var t byte
	for round := range 18 {
		for i := range state {
			state[i] ^= pi[t]
			t = state[i]
		}
		t += byte(round)
	}
}
