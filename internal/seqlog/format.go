package seqlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/cockroachdb/pebble/v2"

	"tidemark/fault"
)

// Keys in the store (docs/formats.md, "Queues"). Pebble checksums its blocks and its
// log, so entries carry no checksum of their own.
//
//	"f"                           -> version, one byte
//	"q" key 0x00 sequence(8, BE)  -> an entry
//	"n" key                       -> the next sequence number (8, BE) of a queue trimmed empty
//	"v" key                       -> a value
const (
	version     = 1
	versionKey  = 'f'
	entryPrefix = 'q'
	nextPrefix  = 'n'
	valuePrefix = 'v'

	maxKeyBytes = 1024
)

// validKey holds keys to what the layout can carry: no null, since it ends a key.
func validKey(key string) error {
	if key == "" || len(key) > maxKeyBytes || strings.IndexByte(key, 0) >= 0 {
		return fault.New(fault.Invalid, "a queue key has 1 to %d bytes and no null", maxKeyBytes)
	}
	return nil
}

func appendEntryKey(b []byte, key string, seq uint64) []byte {
	b = append(b, entryPrefix)
	b = append(b, key...)
	b = append(b, 0)
	return binary.BigEndian.AppendUint64(b, seq)
}

func appendKey(b []byte, prefix byte, key string) []byte {
	return append(append(b, prefix), key...)
}

// splitEntryKey is the inverse of appendEntryKey.
func splitEntryKey(b []byte) (key string, seq uint64, err error) {
	n := len(b) - 8
	if n < 3 || b[0] != entryPrefix || b[n-1] != 0 {
		return "", 0, fmt.Errorf("corrupt queue store: entry key %x", b)
	}
	return string(b[1 : n-1]), binary.BigEndian.Uint64(b[n:]), nil
}

func parseNext(b []byte) (uint64, error) {
	if len(b) != 8 {
		return 0, fmt.Errorf("corrupt queue store: next sequence number has %d bytes", len(b))
	}
	return binary.BigEndian.Uint64(b), nil
}

// prefixEnd returns the first key after all keys that begin with b.
func prefixEnd(b []byte) []byte {
	end := append([]byte(nil), b...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}

// checkVersion marks a new store and refuses one of another version.
func checkVersion(db *pebble.DB) error {
	got, closer, err := db.Get([]byte{versionKey})
	if errors.Is(err, pebble.ErrNotFound) {
		return db.Set([]byte{versionKey}, []byte{version}, pebble.Sync)
	}
	if err != nil {
		return fmt.Errorf("read queue store version: %w", err)
	}
	defer closer.Close()
	if len(got) != 1 || got[0] != version {
		return fault.New(fault.Conflict, "the queue store has format %x, this program reads %d", got, version)
	}
	return nil
}
