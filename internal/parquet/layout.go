package parquet

import "encoding/binary"

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
	columns []Column // in the order of the file
	chunks  int
}

// Group is a row group.
type Group struct{ Rows int64 }

// Column is a column of a file, and where its values lie.
type Column struct {
	Type     Type
	Instant  bool // of Int64: nanoseconds since 1970
	Readable bool // Values can read all of its chunks, as far as the footer tells
	field    int32
	optional bool
	stats    string  // the bounds of all columns
	chunks   []place // by row group
}

// place is where a column chunk lies and what is known of its values.
type place struct {
	offset, compressed int64
	expanded           int64 // no page of it has more bytes
	values             int64
	codec              int64
	low, high          span // statistics, in the column's
}

// span is a part of a text; of what is not known it is empty.
type span struct{ from, to uint32 }

func (s span) of(text string) string { return text[s.from:s.to] }

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

// Column returns the column of a field number, nil if there is none.
func (l *Layout) Column(field int) *Column {
	for i := range l.columns {
		if int(l.columns[i].field) == field && field != 0 {
			return &l.columns[i]
		}
	}
	return nil
}

// Size is the number of column chunks that the layout describes.
func (l *Layout) Size() int { return l.chunks }

// Bytes is the most memory that Values take for a chunk: as it is in the file, a page of it
// expanded, and a dictionary decoded, which makes eight bytes of four.
func (c *Column) Bytes() int64 {
	most, wider := int64(0), int64(1)
	if c.Type == Int32 {
		wider = 2
	}
	for i := range c.chunks {
		most = max(most, c.chunks[i].compressed+(1+wider)*c.chunks[i].expanded)
	}
	return most
}

// Range returns the bounds of the values in a row group, if they are known. Those of a
// Double are not.
func (c *Column) Range(group int) (low, high int64, ok bool) {
	a, b := c.chunks[group].low.of(c.stats), c.chunks[group].high.of(c.stats)
	switch {
	case c.Type == Int32 && len(a) == 4 && len(b) == 4:
		return int64(int32(binary.LittleEndian.Uint32([]byte(a)))), int64(int32(binary.LittleEndian.Uint32([]byte(b)))), true
	case c.Type == Int64 && len(a) == 8 && len(b) == 8:
		return int64(binary.LittleEndian.Uint64([]byte(a))), int64(binary.LittleEndian.Uint64([]byte(b))), true
	}
	return 0, 0, false
}

// TextRange returns the bounds of texts in a row group, if they are known: the empty text
// as upper one is not.
func (c *Column) TextRange(group int) (low, high string, ok bool) {
	p := &c.chunks[group]
	low, high = p.low.of(c.stats), p.high.of(c.stats)
	return low, high, high != ""
}
