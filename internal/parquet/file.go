package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	magic     = "PAR1"
	tailBytes = 8 // the footer's length and the magic
	maxFooter = 512 << 20
)

// ErrFormat is the error of a file that is not as expected.
var ErrFormat = errors.New("the file is no Parquet file of the expected kind")

// Fields of the footer's structs (parquet.thrift).
const (
	fileRowGroups = 4

	groupColumns         = 1
	groupTotalSize       = 2
	groupRows            = 3
	groupOffset          = 5
	groupTotalCompressed = 6

	chunkFileOffset        = 2
	chunkMeta              = 3
	chunkOffsetIndexOffset = 4
	chunkOffsetIndexLength = 5
	chunkColumnIndexOffset = 6
	chunkColumnIndexLength = 7
	metaType               = 1
	metaPath               = 3
	metaUncompressed       = 6
	metaCompressed         = 7
	metaDataPageOffset     = 9
	metaIndexPageOffset    = 10
	metaDictionaryOffset   = 11
	metaBloomFilterOffset  = 14
	metaBloomFilterLength  = 15
)

// File is a Parquet file whose footer has been read.
type File struct {
	source io.ReaderAt
	size   int64
	footer record
	groups []group
}

// group is a row group.
type group struct {
	record record
	rows   int64
	chunks []chunk
}

// chunk is a column chunk: its pages lie in a row.
type chunk struct {
	record, meta         record
	path                 string
	kind                 int64 // the physical type
	offset               int64
	compressed, expanded int64
}

// Open reads the footer of a file.
func Open(source io.ReaderAt, size int64) (*File, error) {
	f := &File{source: source, size: size}
	text, err := f.readFooter(maxFooter)
	if err != nil {
		return nil, err
	}
	if f.footer, _, err = readRecord(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	groups, err := f.footer.structs(fileRowGroups)
	if err != nil {
		return nil, fmt.Errorf("%w: row groups: %w", ErrFormat, err)
	}
	for i, r := range groups {
		g, err := f.readGroup(r)
		if err != nil {
			return nil, fmt.Errorf("%w: row group %d: %w", ErrFormat, i, err)
		}
		f.groups = append(f.groups, g)
	}
	return f, nil
}

// readFooter reads a footer of at most so many bytes.
func (f *File) readFooter(most int64) ([]byte, error) {
	if f.size < int64(len(magic))+tailBytes {
		return nil, fmt.Errorf("%w: it has %d bytes", ErrFormat, f.size)
	}
	var tail [tailBytes]byte
	if _, err := f.source.ReadAt(tail[:], f.size-tailBytes); err != nil {
		return nil, fmt.Errorf("read the end: %w", err)
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if string(tail[4:]) != magic || length > f.size-tailBytes-int64(len(magic)) {
		return nil, fmt.Errorf("%w: it does not end like one", ErrFormat)
	}
	if length > most {
		return nil, fmt.Errorf("%w: its footer has %d bytes, at most %d are read", ErrFormat, length, most)
	}
	text := make([]byte, length)
	if _, err := f.source.ReadAt(text, f.size-tailBytes-length); err != nil {
		return nil, fmt.Errorf("read the footer: %w", err)
	}
	return text, nil
}

func (f *File) readGroup(r record) (group, error) {
	g := group{record: r}
	g.rows, _ = r.number(groupRows)
	columns, err := r.structs(groupColumns)
	if err != nil {
		return g, err
	}
	for i, c := range columns {
		read, err := f.readChunk(c)
		if err != nil {
			return g, fmt.Errorf("column %d: %w", i, err)
		}
		g.chunks = append(g.chunks, read)
	}
	return g, nil
}

func (f *File) readChunk(r record) (c chunk, err error) {
	c.record = r
	if c.meta, _, err = readRecord(r.find(chunkMeta, kindStruct)); err != nil {
		return c, err
	}
	if c.path, err = pathOf(c.meta); err != nil {
		return c, err
	}
	var ok [4]bool
	c.kind, ok[0] = c.meta.number(metaType)
	c.expanded, ok[1] = c.meta.number(metaUncompressed)
	c.compressed, ok[2] = c.meta.number(metaCompressed)
	c.offset, ok[3] = c.meta.number(metaDataPageOffset)
	if dictionary, has := c.meta.number(metaDictionaryOffset); has && dictionary > 0 {
		c.offset = min(c.offset, dictionary)
	}
	if ok != [4]bool{true, true, true, true} || c.offset < int64(len(magic)) || c.compressed < 0 || c.compressed > f.size-c.offset {
		return c, fmt.Errorf("column %q lies outside of the file", c.path)
	}
	return c, nil
}

// pathOf is the name of a column, of nested ones with their parents'.
func pathOf(meta record) (string, error) {
	_, l, err := readList(meta.find(metaPath, kindList), 0)
	if err != nil {
		return "", err
	}
	parts := make([]string, len(l.items))
	for i, item := range l.items {
		size, n := binary.Uvarint(item)
		if n <= 0 || size != uint64(len(item)-n) {
			return "", errThrift
		}
		parts[i] = string(item[n:])
	}
	return strings.Join(parts, "\x00"), nil
}

// Rows returns the number of rows of each row group.
func (f *File) Rows() []int64 {
	rows := make([]int64, len(f.groups))
	for i, g := range f.groups {
		rows[i] = g.rows
	}
	return rows
}

// Sizes returns the compressed bytes of each column in a row group, by name.
func (f *File) Sizes(group int) map[string]int64 {
	sizes := map[string]int64{}
	for _, c := range f.groups[group].chunks {
		sizes[c.path] += c.compressed
	}
	return sizes
}
