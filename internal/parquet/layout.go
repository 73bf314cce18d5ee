package parquet

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Type is a physical type that values are read of.
type Type uint8

// The types. Columns of any other are Opaque.
const (
	Opaque Type = iota
	Int32
	Int64
	Double
)

// Layout tells where the column chunks of a file lie. It holds nothing of the file but
// that, and no file open.
type Layout struct {
	Groups  []Group
	columns map[int32]*Column
	chunks  int
}

// Group is a row group.
type Group struct{ Rows int64 }

// Column is a column of a file, and where its values lie.
type Column struct {
	Type     Type
	Instant  bool // of Int64: nanoseconds since 1970
	Readable bool // Values can read all of its chunks, as far as the footer tells
	optional bool
	chunks   []place // by row group
}

// place is where a column chunk lies and what is known of its values.
type place struct {
	offset, compressed int64
	expanded           int64 // no page of it has more bytes
	values             int64
	codec              int64
	low, high          []byte // statistics; nil: not known
}

// Fields of the footer's structs (parquet.thrift), those that values are read by.
const (
	fileSchema = 2

	elementType       = 1
	elementRepetition = 3
	elementChildren   = 5
	elementConverted  = 6
	elementFieldID    = 9
	elementLogical    = 10
	logicalTime       = 8
	logicalInteger    = 10
	timeUnit          = 2
	unitNanoseconds   = 3

	metaEncodings  = 2
	metaCodec      = 4
	metaValues     = 5
	metaStatistics = 12
	statisticsHigh = 5
	statisticsLow  = 6

	repetitionRequired = 0
	repetitionOptional = 1
	convertedInt32     = 17
	convertedInt64     = 18
	physicalInt32      = 1
	physicalInt64      = 2
	physicalDouble     = 5
)

// Bounds of what is read at once. Writers make row groups of a hundred thousand rows.
const (
	maxChunk = 64 << 20 // bytes of a column chunk in the file
	maxPage  = 64 << 20 // bytes of a chunk when it is expanded, and of a page of it
	maxStats = 256      // bytes of a bound that are kept
)

// ReadLayout reads the footer of a file.
func ReadLayout(source io.ReaderAt, size int64) (*Layout, error) {
	f, err := Open(source, size)
	if err != nil {
		return nil, err
	}
	l := &Layout{columns: map[int32]*Column{}}
	elements, err := f.footer.structs(fileSchema)
	if err != nil || len(elements) == 0 {
		return nil, fmt.Errorf("%w: it has no schema", ErrFormat)
	}
	for _, g := range f.groups {
		l.Groups = append(l.Groups, Group{Rows: g.rows})
		l.chunks += len(g.chunks)
	}
	for i, e := range elements[1:] {
		if _, nested := e.number(elementChildren); nested {
			return l, nil // no column behind it is where its number says
		}
		if id, ok := e.number(elementFieldID); ok {
			l.columns[int32(id)] = f.column(e, i)
		}
	}
	return l, nil
}

// Column returns the column of a field number, nil if there is none.
func (l *Layout) Column(field int) *Column { return l.columns[int32(field)] }

// Size is the number of column chunks that the layout describes.
func (l *Layout) Size() int { return l.chunks }

// column describes column i, of which e is the schema.
func (f *File) column(e record, i int) *Column {
	c := &Column{Readable: true}
	repetition, _ := e.number(elementRepetition)
	c.optional = repetition == repetitionOptional
	c.Type, c.Instant = typeOf(e)
	c.Readable = repetition <= repetitionOptional
	for _, g := range f.groups {
		if i >= len(g.chunks) {
			c.Readable = false
			break
		}
		p, ok := g.chunks[i].place(g.rows)
		c.chunks = append(c.chunks, p)
		c.Readable = c.Readable && ok
	}
	c.Readable = c.Readable && c.Type != Opaque
	return c
}

// typeOf finds the type of a column. What is stored as a number and means something else
// is opaque.
func typeOf(e record) (t Type, instant bool) {
	physical, _ := e.number(elementType)
	converted, has := e.number(elementConverted)
	logical, _, err := readRecord(e.find(elementLogical, kindStruct))
	if err != nil {
		logical = nil
	}
	if unit := logical.find(logicalTime, kindStruct); unit != nil {
		of, _, err := readRecord(unit)
		if err != nil || physical != physicalInt64 {
			return Opaque, false
		}
		unit, _, err := readRecord(of.find(timeUnit, kindStruct))
		if err != nil || unit.find(unitNanoseconds, kindStruct) == nil {
			return Opaque, false
		}
		return Int64, true
	}
	plain := len(logical) == 0 || logical.find(logicalInteger, kindStruct) != nil
	switch {
	case physical == physicalInt32 && plain && (!has || converted == convertedInt32):
		return Int32, false
	case physical == physicalInt64 && plain && (!has || converted == convertedInt64):
		return Int64, false
	case physical == physicalDouble && len(logical) == 0 && !has:
		return Double, false
	}
	return Opaque, false
}

// place describes the chunk of a row group; ok is whether it can be read.
func (c *chunk) place(rows int64) (p place, ok bool) {
	p.offset, p.compressed, p.expanded = c.offset, c.compressed, c.expanded
	p.values, _ = c.meta.number(metaValues)
	p.codec, _ = c.meta.number(metaCodec)
	if statistics, _, err := readRecord(c.meta.find(metaStatistics, kindStruct)); err == nil {
		p.low, p.high = bound(statistics, statisticsLow), bound(statistics, statisticsHigh)
	}
	_, known := codecs[p.codec]
	return p, known && p.values == rows && p.compressed <= maxChunk && p.expanded >= 0 && p.expanded <= maxPage && c.encoded()
}

// bound is a bound of the statistics.
func bound(statistics record, id int16) []byte {
	raw := statistics.find(id, kindBinary)
	size, n := binary.Uvarint(raw)
	if n <= 0 || size != uint64(len(raw)-n) || size > maxStats {
		return nil
	}
	return slices.Clone(raw[n:])
}

// encoded reports whether all encodings of a chunk are known.
func (c *chunk) encoded() bool {
	_, l, err := readList(c.meta.find(metaEncodings, kindList), 0)
	if err != nil {
		return false
	}
	for _, item := range l.items {
		if id, n := binary.Varint(item); n <= 0 || id != encodingRLE && decoders[id] == nil {
			return false
		}
	}
	return true
}

// Bytes is the most memory that Values take for a chunk.
func (c *Column) Bytes() int64 {
	most := int64(0)
	for i := range c.chunks {
		most = max(most, c.chunks[i].compressed+c.chunks[i].expanded)
	}
	return most
}

// Range returns the bounds of the values in a row group, if they are known. Those of a
// Double are not.
func (c *Column) Range(group int) (low, high int64, ok bool) {
	p := &c.chunks[group]
	switch {
	case c.Type == Int32 && len(p.low) == 4 && len(p.high) == 4:
		return int64(int32(binary.LittleEndian.Uint32(p.low))), int64(int32(binary.LittleEndian.Uint32(p.high))), true
	case c.Type == Int64 && len(p.low) == 8 && len(p.high) == 8:
		return int64(binary.LittleEndian.Uint64(p.low)), int64(binary.LittleEndian.Uint64(p.high)), true
	}
	return 0, 0, false
}

// TextRange returns the bounds of texts in a row group, if they are known.
func (c *Column) TextRange(group int) (low, high string, ok bool) {
	p := &c.chunks[group]
	return string(p.low), string(p.high), p.low != nil && p.high != nil
}
