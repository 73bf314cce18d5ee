package seqlog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Pebble's log and manifest are sequences of chunks in blocks (its package record
// describes them), each with a checksum. A chunk that does not match its own looks to
// Pebble like the end of what was written before a crash: what comes after it is dropped,
// and nobody is told. So they are looked through here.
const (
	blockBytes  = 32 << 10
	leastHeader = 7  // checksum (4), length (2), type (1)
	logHeader   = 11 // and the number of the log (4)
	syncHeader  = 19 // and how far it was synced (8)
)

// headers are the sizes of headers by type; types come in fours.
var headers = [...]int{0, leastHeader, leastHeader, leastHeader, leastHeader, logHeader, logHeader, logHeader, logHeader, syncHeader, syncHeader, syncHeader, syncHeader}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checkChunks looks through the log and the manifests of a store.
func checkChunks(dir string) (err error) {
	for _, pattern := range []string{"*.log", "MANIFEST-*"} {
		names, globbed := filepath.Glob(filepath.Join(dir, pattern))
		err = errors.Join(err, globbed)
		for _, name := range names {
			err = errors.Join(err, checkFile(name))
		}
	}
	return err
}

func checkFile(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	number, _ := strconv.ParseUint(strings.TrimSuffix(filepath.Base(name), ".log"), 10, 32) // 0 for a manifest
	if at := chunks(data, uint32(number)); at >= 0 {
		return fmt.Errorf("%s: the record at byte %d does not match its checksum, and the next start ignores what comes from there; the file is damaged, or the machine lost its power while it was written", name, at)
	}
	return nil
}

// chunks returns where the first damaged chunk of a file begins, and -1 if there is none.
// What an earlier use of the file left behind its end is no damage.
func chunks(data []byte, number uint32) int {
	for at := 0; at < len(data); {
		block := data[at:min(len(data), at-at%blockBytes+blockBytes)]
		c := chunk{block, number}
		switch {
		case len(block) < leastHeader || blank(block[:leastHeader]):
			if !blank(block) && !c.old() {
				return at
			}
			at += len(block)
		case c.whole():
			at += c.size()
		case c.ends() || !c.ours() && !anyChunk(data[at:], number, at) || c.cut(data[at:], at):
			return -1
		default:
			return at
		}
	}
	return -1
}

// chunk is a chunk at the beginning of what is left of its block.
type chunk struct {
	block  []byte
	number uint32 // of the log, 0 for a manifest
}

func (c chunk) kind() int { return int(c.block[6]) }

// header is the size of the chunk's header, 0 if there is no such type or no room for it.
func (c chunk) header() int {
	if c.kind() >= len(headers) || len(c.block) < headers[c.kind()] {
		return 0
	}
	return headers[c.kind()]
}

func (c chunk) size() int { return c.header() + int(binary.LittleEndian.Uint16(c.block[4:])) }

// whole reports whether the chunk belongs to this file and matches its checksum.
func (c chunk) whole() bool {
	h := c.header()
	return h != 0 && c.size() <= len(c.block) && (h == leastHeader || c.numbered()) && c.sum(c.block[6:c.size()])
}

func (c chunk) numbered() bool {
	return len(c.block) >= logHeader && binary.LittleEndian.Uint32(c.block[7:]) == c.number
}

// sum compares a checksum, which Pebble masks as LevelDB does.
func (c chunk) sum(text []byte) bool {
	sum := crc32.Checksum(text, castagnoli)
	return binary.LittleEndian.Uint32(c.block) == (sum>>15|sum<<17)+0xa282ead8
}

// ours reports whether a chunk that does not match its checksum is one of this file: its
// number is, or all else is.
func (c chunk) ours() bool {
	if c.number == 0 || c.numbered() {
		return true
	}
	h := c.header()
	if h < logHeader || c.size() > len(c.block) {
		return false
	}
	text := bytes.Clone(c.block[6:c.size()])
	binary.LittleEndian.PutUint32(text[1:], c.number)
	return c.sum(text)
}

// cut reports whether the file ends within the chunk, as after a crash.
func (c chunk) cut(rest []byte, at int) bool {
	return c.header() != 0 && c.size() > len(rest) && !c.sum(rest[6:]) && !anyChunk(rest[1:], c.number, at+1)
}

// ends reports whether the chunk is what Pebble writes at the end of a log that is closed.
func (c chunk) ends() bool {
	return c.number != 0 && len(c.block) >= logHeader && blank(c.block[:6]) && binary.LittleEndian.Uint32(c.block[7:]) == c.number+1
}

// old reports whether what follows a blank header may be of an earlier use of the file.
func (c chunk) old() bool { return c.number != 0 && !anyChunk(c.block, c.number, 0) }

// anyChunk reports whether there is a chunk of this file anywhere in the data, which
// begins at a place of the file.
func anyChunk(data []byte, number uint32, at int) bool {
	for i := range max(0, len(data)-logHeader) {
		left := blockBytes - (at+i)%blockBytes
		if (chunk{data[i:min(len(data), i+left)], number}).long() {
			return true
		}
	}
	return false
}

// long is whole for a chunk that has the number of a log.
func (c chunk) long() bool { return len(c.block) >= logHeader && c.header() >= logHeader && c.whole() }

func blank(data []byte) bool { return len(bytes.Trim(data, "\x00")) == 0 }
