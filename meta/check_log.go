package meta

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// SQLite's log is a sequence of frames, each with a checksum of all before it (SQLite,
// "WAL-mode File Format"). One that does not match looks to SQLite like the end of what
// was written before a crash: what comes after it is dropped, and nobody is told. So the
// log is looked through here.
const (
	walHeader   = 32
	frameHeader = 24
	walMagic    = 0x377f0682 // the lowest bit is the order of bytes
)

// checkLog looks through a log; one that is not there is whole.
func checkLog(name string) error {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(data) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if at := damagedFrame(data); at >= 0 {
		return fmt.Errorf("%s: what is at byte %d does not match its checksum, and the next start ignores all from there; the file is damaged, or the machine lost its power while it was written", name, at)
	}
	return nil
}

// walSum is the running checksum of a log.
type walSum struct {
	order binary.ByteOrder
	a, b  uint32
}

func (s *walSum) add(data []byte) {
	for i := 0; i+8 <= len(data); i += 8 {
		s.a += s.order.Uint32(data[i:]) + s.b
		s.b += s.order.Uint32(data[i+4:]) + s.a
	}
}

// is compares with a checksum in the file.
func (s *walSum) is(data []byte) bool {
	return binary.BigEndian.Uint32(data) == s.a && binary.BigEndian.Uint32(data[4:]) == s.b
}

// damagedFrame returns where the first damaged frame of a log begins, 0 for its header,
// and -1 if none is. Frames of an earlier use of the file have another salt.
func damagedFrame(data []byte) int {
	if len(data) < walHeader {
		return 0
	}
	sum := walSum{order: binary.LittleEndian}
	magic := binary.BigEndian.Uint32(data)
	if magic&1 != 0 {
		sum.order = binary.BigEndian
	}
	sum.add(data[:24])
	page := int(binary.BigEndian.Uint32(data[8:]))
	if magic&^1 != walMagic || !sum.is(data[24:]) || page < 512 || page > 1<<16 {
		return 0
	}
	salt := string(data[16:24])
	for at := walHeader; at+frameHeader+page <= len(data); at += frameHeader + page {
		frame := data[at : at+frameHeader+page]
		sum.add(frame[:8])
		sum.add(frame[frameHeader:])
		switch ours, matches := string(frame[8:16]) == salt, sum.is(frame[16:]); {
		case ours != matches:
			return at
		case !ours:
			return laterFrame(data, at, page, salt)
		}
	}
	return -1
}

// laterFrame looks for a frame of this log behind one that seems to be older.
func laterFrame(data []byte, end, page int, salt string) int {
	for at := end; at+frameHeader <= len(data); at += frameHeader + page {
		if string(data[at+8:at+16]) == salt {
			return end
		}
	}
	return -1
}
