package cursor

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync/atomic"
)

// spool is a queue of rows in a temporary file, which is unlinked at once and so
// gone with the process. One goroutine may add while another takes.
//
// The file is a sequence of frames, each its length (4 bytes, big endian) and then
// rows as codec.go writes them. Frames end after the row that fills them.
type spool struct {
	file        *os.File
	read, write atomic.Int64 // offsets of the next frame to read and to write
}

// frameBytes is about how much of a spool is decoded at once.
const frameBytes = 256 << 10

// newSpool creates an empty spool in a directory, and the directory if need be.
func newSpool(dir string) (*spool, error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("create the directory for parked rows: %w", err)
		}
	}
	file, err := os.CreateTemp(dir, "tidemark-rows-*")
	if err != nil {
		return nil, fmt.Errorf("create a file for parked rows: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		file.Close()
		return nil, fmt.Errorf("unlink the file for parked rows: %w", err)
	}
	return &spool{file: file}, nil
}

// add appends rows.
func (s *spool) add(rows [][]any) error {
	frame := make([]byte, 4, frameBytes)
	for i, row := range rows {
		var err error
		if frame, err = appendRow(frame, row); err != nil {
			return err
		}
		if len(frame) >= frameBytes || i == len(rows)-1 {
			if err := s.addFrame(frame); err != nil {
				return err
			}
			frame = frame[:4]
		}
	}
	return nil
}

// addFrame writes one frame, whose first four bytes it fills in.
func (s *spool) addFrame(frame []byte) error {
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-4))
	if _, err := s.file.WriteAt(frame, s.write.Load()); err != nil {
		return fmt.Errorf("park rows: %w", err)
	}
	s.write.Add(int64(len(frame)))
	return nil
}

// empty reports whether all rows were read.
func (s *spool) empty() bool { return s.read.Load() == s.write.Load() }

// size returns the bytes written, read or not.
func (s *spool) size() int64 { return s.write.Load() }

// next returns the rows of the next frame.
func (s *spool) next() ([][]any, error) {
	var head [4]byte
	at := s.read.Load()
	if _, err := s.file.ReadAt(head[:], at); err != nil {
		return nil, fmt.Errorf("read parked rows: %w", err)
	}
	frame := make([]byte, binary.BigEndian.Uint32(head[:]))
	if _, err := s.file.ReadAt(frame, at+4); err != nil {
		return nil, fmt.Errorf("read parked rows: %w", err)
	}
	s.read.Add(int64(4 + len(frame)))
	return parseRows(frame)
}

// close gives the file back.
func (s *spool) close() error { return s.file.Close() }
