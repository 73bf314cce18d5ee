package duckdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// DuckDB's log begins with its version, and goes on with entries: the length of an entry
// (8 bytes), its checksum (8), and it. Where the length is wrong DuckDB takes that for the
// end of what was written before a crash: what comes after it is dropped, and nobody is
// told. So the log can be looked through here.
const (
	logVersion  = "d\x00be\x00\x02\xff\xff"
	entryHeader = 16
)

// CheckLog looks through the log of the database at a path, which nobody has open. One
// that was cut off by a crash is whole, as DuckDB drops what was not committed.
func CheckLog(path string) error {
	name := path + ".wal"
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(data) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if at := damagedEntry(data); at >= 0 {
		return fmt.Errorf("%s is damaged at byte %d: the next start would drop what was committed from there", name, at)
	}
	return nil
}

// damagedEntry returns where the first damaged entry begins, 0 for the version, and -1 if
// none is: a log that ends within an entry was cut off.
func damagedEntry(data []byte) int {
	if n := min(len(data), len(logVersion)); string(data[:n]) != logVersion[:n] {
		return 0
	}
	at := len(logVersion)
	for ; at < len(data); at += entryHeader + entryLength(data[at:]) {
		if rest := data[at:]; !wholeEntry(rest) {
			if flippedLast(rest) || anyEntry(rest[1:]) {
				return at
			}
			return -1
		}
	}
	return -1
}

// entryLength is the length of an entry without its header, as it says, or the most there
// can be.
func entryLength(data []byte) int {
	if len(data) < entryHeader {
		return len(data)
	}
	return int(min(binary.LittleEndian.Uint64(data), uint64(len(data))))
}

func wholeEntry(data []byte) bool {
	n := entryLength(data)
	return len(data) >= entryHeader+n && n > 0 && binary.LittleEndian.Uint64(data[8:]) == checksum(data[entryHeader:entryHeader+n])
}

// flippedLast reports whether the last entry is all there: it is as long as it says, or
// matches its checksum.
func flippedLast(data []byte) bool {
	if len(data) <= entryHeader {
		return false
	}
	return binary.LittleEndian.Uint64(data) == uint64(len(data)-entryHeader) || binary.LittleEndian.Uint64(data[8:]) == checksum(data[entryHeader:])
}

// mostLook bounds how far is looked for another entry, byte by byte.
const mostLook = 1 << 20

// anyEntry reports whether there is a whole entry anywhere.
func anyEntry(data []byte) bool {
	for at := range min(len(data), mostLook) {
		if wholeEntry(data[at:]) {
			return true
		}
	}
	return false
}

// checksum is that of DuckDB (its source, common/checksum.cpp): the words of the text
// multiplied by a prime, and the hash MurmurHash64A of what is left.
func checksum(data []byte) uint64 {
	sum := uint64(5381)
	for ; len(data) >= 8; data = data[8:] {
		sum ^= binary.LittleEndian.Uint64(data) * 0xbf58476d1ce4e5b9
	}
	if len(data) == 0 {
		return sum
	}
	const m = 0xc6a4a7935bd1e995
	h := 0xe17a1465 ^ uint64(len(data))*m
	var last [8]byte
	copy(last[:], data)
	h = (h ^ binary.LittleEndian.Uint64(last[:])) * m
	h = (h ^ h>>47) * m
	return sum ^ h ^ h>>47
}
