package parquet

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Splice writes base to w, with those column chunks of other that are smaller. Other has
// the same rows in the same row groups, and some of the columns. It returns how many
// chunks it took.
func Splice(w io.Writer, base, other *File) (taken int, err error) {
	if err := alike(base, other); err != nil {
		return 0, err
	}
	s := &splicer{to: w}
	if err := s.write([]byte(magic)); err != nil {
		return 0, err
	}
	groups := make([][]byte, len(base.groups))
	for i := range base.groups {
		if groups[i], err = s.group(base, other, i); err != nil {
			return s.taken, fmt.Errorf("row group %d: %w", i, err)
		}
	}
	footer := base.footer.with(map[int16]value{fileRowGroups: structures(groups)}).append(nil)
	if len(footer) > math.MaxUint32 {
		return s.taken, fmt.Errorf("%w: a footer of %d bytes", ErrFormat, len(footer))
	}
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	return s.taken, s.write(append(footer, magic...))
}

// alike refuses files that cannot hold the same rows.
func alike(base, other *File) error {
	if len(base.groups) != len(other.groups) {
		return fmt.Errorf("%w: %d and %d row groups", ErrFormat, len(base.groups), len(other.groups))
	}
	for i := range base.groups {
		if base.groups[i].rows != other.groups[i].rows {
			return fmt.Errorf("%w: row group %d has %d and %d rows", ErrFormat, i, base.groups[i].rows, other.groups[i].rows)
		}
	}
	return nil
}

// splicer writes a file from its beginning to its end.
type splicer struct {
	to    io.Writer
	at    int64 // bytes written
	taken int
}

func (s *splicer) write(b []byte) error {
	n, err := s.to.Write(b)
	s.at += int64(n)
	return err
}

// group copies the chunks of a row group and returns its description.
func (s *splicer) group(base, other *File, i int) ([]byte, error) {
	smaller := map[string]chunk{}
	for _, c := range other.groups[i].chunks {
		smaller[c.path] = c
	}
	from, expanded := s.at, int64(0)
	columns := make([][]byte, len(base.groups[i].chunks))
	for n, c := range base.groups[i].chunks {
		source := base.source
		if o, ok := smaller[c.path]; ok && o.kind == c.kind && o.compressed < c.compressed {
			c, source = o, other.source
			s.taken++
		}
		described, err := s.chunk(source, c)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", c.path, err)
		}
		columns[n] = described
		expanded += c.expanded
	}
	return base.groups[i].record.with(map[int16]value{
		groupColumns: structures(columns), groupTotalSize: integer(expanded),
		groupOffset: integer(from), groupTotalCompressed: integer(s.at - from),
	}).append(nil), nil
}

// chunk copies a chunk and returns its description. What lies elsewhere in its file,
// indexes of pages and Bloom filters, does not go along.
func (s *splicer) chunk(source io.ReaderAt, c chunk) ([]byte, error) {
	by := s.at - c.offset
	n, err := io.Copy(s.to, io.NewSectionReader(source, c.offset, c.compressed))
	s.at += n
	if err != nil {
		return nil, err
	}
	if n != c.compressed {
		return nil, fmt.Errorf("%w: it ends in a column", ErrFormat)
	}
	moved := map[int16]value{}
	for _, id := range []int16{metaDataPageOffset, metaIndexPageOffset, metaDictionaryOffset} {
		if at, ok := c.meta.number(id); ok && at > 0 {
			moved[id] = integer(at + by)
		}
	}
	meta := c.meta.with(moved, metaBloomFilterOffset, metaBloomFilterLength)
	return c.record.with(map[int16]value{chunkMeta: structure(meta), chunkFileOffset: integer(s.offset(c.record, by))},
		chunkOffsetIndexOffset, chunkOffsetIndexLength, chunkColumnIndexOffset, chunkColumnIndexLength).append(nil), nil
}

// offset is a chunk's file_offset, which is deprecated and which writers fill in or not.
func (s *splicer) offset(r record, by int64) int64 {
	if at, _ := r.number(chunkFileOffset); at > 0 {
		return at + by
	}
	return 0
}
