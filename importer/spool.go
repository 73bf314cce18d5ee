package importer

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"tidemark/fault"
)

// chunk is a file of whole records. Whoever stores it removes it.
type chunk struct {
	path  string
	bytes int64
	line  int64 // number of its first line in the file that is imported
}

// maxRecord bounds the bytes of one record.
const maxRecord = 16 << 20

// spool writes the parts of a file down as chunks.
type spool struct {
	dir   string
	cut   func(buf []byte, quote byte) int // how much of buf is whole records
	quote byte
	bytes int64 // of a chunk
	lines int

	ends   bool   // ends of lines become those that DuckDB is told to expect
	plain  []byte // for that
	rest   []byte // of a record that is not complete
	file   *os.File
	now    chunk
	count  int   // lines of now
	line   int64 // the next one
	number int
}

// everything is for files that are one chunk.
func everything(buf []byte, _ byte) int { return len(buf) }

// lastLine returns the end of the last complete line.
func lastLine(buf []byte, _ byte) int { return bytes.LastIndexByte(buf, '\n') + 1 }

// lastRecord returns the end of the last line that does not end inside quotes.
func lastRecord(buf []byte, quote byte) int {
	inside := bytes.Count(buf, []byte{quote})%2 == 1
	for end := len(buf); ; inside = !inside {
		start := bytes.LastIndexByte(buf[:end], quote) + 1
		if !inside {
			if i := bytes.LastIndexByte(buf[start:end], '\n'); i >= 0 {
				return start + i + 1
			}
		}
		if start == 0 {
			return 0
		}
		end = start - 1
	}
}

// full says that the chunk should be taken before more is added.
func (s *spool) full() bool { return s.now.bytes >= s.bytes || s.count >= s.lines }

// add writes the complete records of what came.
func (s *spool) add(part []byte) error {
	buf := part
	if len(s.rest) > 0 {
		s.rest = append(s.rest, part...)
		buf = s.rest
	}
	end := s.cut(buf, s.quote)
	if len(buf)-end > maxRecord {
		return fault.New(fault.Invalid, "line %d: the record is longer than %d MiB, or a quotation mark is not closed", s.line+int64(bytes.Count(buf[:end], newline)), maxRecord>>20)
	}
	if err := s.write(buf[:end]); err != nil {
		return err
	}
	s.rest = append(s.rest[:0:0], buf[end:]...)
	return nil
}

var newline = []byte{'\n'}

func (s *spool) write(records []byte) error {
	if len(records) == 0 {
		return nil
	}
	if s.ends {
		var err error
		if records, err = s.plainEnds(records); err != nil {
			return err
		}
	}
	if s.file == nil {
		if err := s.begin(); err != nil {
			return err
		}
	}
	if _, err := s.file.Write(records); err != nil {
		return fault.New(fault.Unavailable, "The part could not be written down: %w", err)
	}
	n := bytes.Count(records, newline)
	s.now.bytes += int64(len(records))
	s.count += n
	s.line += int64(n)
	return nil
}

// plainEnds removes the carriage returns before line feeds outside quotes: lines of a
// file may end in both ways. One that stands alone there ends a line for some programs
// and is a character for others, and is refused.
func (s *spool) plainEnds(records []byte) ([]byte, error) {
	from, out, inside := 0, s.plain[:0], false
	for {
		at := bytes.IndexByte(records[from:], '\r')
		if at < 0 {
			break
		}
		at += from
		out = append(out, records[from:at]...)
		if bytes.Count(records[from:at], []byte{s.quote})%2 == 1 {
			inside = !inside
		}
		if from = at + 1; inside {
			out = append(out, '\r')
		} else if from == len(records) || records[from] != '\n' {
			return nil, fault.New(fault.Invalid, "line %d: a carriage return stands outside quotes and not at the end of the line", s.line+int64(bytes.Count(records[:at], newline)))
		}
	}
	if from == 0 {
		return records, nil
	}
	s.plain = append(out, records[from:]...)
	return s.plain, nil
}

func (s *spool) begin() (err error) {
	s.number++
	s.now = chunk{path: filepath.Join(s.dir, fmt.Sprintf("%06d", s.number)), line: s.line}
	s.count = 0
	s.file, err = os.OpenFile(s.now.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	return err
}

// end takes what is left for a last record that no line end follows.
func (s *spool) end() error {
	rest := slices.Clip(s.rest)
	s.rest = nil
	if s.quote != 0 && bytes.Count(rest, []byte{s.quote})%2 == 1 {
		return fault.New(fault.Invalid, "line %d: a quotation mark is not closed", s.line)
	}
	if len(rest) > 0 && len(bytes.TrimSpace(rest)) > 0 {
		return s.write(append(rest, '\n'))
	}
	return nil
}

// take closes the chunk. It may be called again until taken is.
func (s *spool) take() (chunk, error) {
	if s.file == nil {
		return s.now, nil
	}
	err := s.file.Close()
	s.file = nil
	return s.now, err
}

// taken says that the chunk is somebody else's now.
func (s *spool) taken() { s.now, s.count = chunk{}, 0 }
