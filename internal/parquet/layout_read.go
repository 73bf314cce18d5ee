package parquet

import (
	"fmt"
	"io"
)

// MaxLayout is the most bytes of a footer that ReadLayout reads, a hundred thousand column
// chunks. Where more may be, Open reads them.
const MaxLayout = 16 << 20

// ReadLayout reads the footer of a file.
func ReadLayout(source io.ReaderAt, size int64) (*Layout, error) {
	f := &File{source: source, size: size}
	text, err := f.readFooter(MaxLayout)
	if err != nil {
		return nil, err
	}
	r := &layoutReader{cursor: cursor{b: text}, layout: &Layout{}, size: size}
	r.file()
	if r.bad {
		return nil, fmt.Errorf("%w: %w", ErrFormat, errThrift)
	}
	if r.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, r.err)
	}
	return r.finish(), nil
}

// layoutReader reads a footer.
type layoutReader struct {
	cursor
	layout *Layout
	size   int64 // of the file
	nested bool
	stats  []byte
	err    error // of what is no fault of Thrift
}

func (r *layoutReader) file() {
	r.each(func(id int16, k kind) {
		switch id {
		case fileSchema:
			r.structs(k, r.element)
		case fileRowGroups:
			r.structs(k, r.group)
		default:
			r.skip(k, 0)
		}
	})
}

// finish gives the columns their bounds.
func (r *layoutReader) finish() *Layout {
	stats := string(r.stats)
	for i := range r.layout.columns {
		c := &r.layout.columns[i]
		c.stats, c.Readable = stats, c.Readable && len(c.chunks) == len(r.layout.Groups)
	}
	if r.nested { // no column is where its number says
		r.layout.columns = nil
	}
	return r.layout
}

// element reads column i of the schema, counted from 1; 0 is the root.
func (r *layoutReader) element(i int) {
	e := element{physical: -1, converted: -1}
	c := Column{}
	children := false
	r.each(func(id int16, k kind) {
		switch id {
		case elementType:
			e.physical = r.number(k)
		case elementRepetition:
			e.repetition = r.number(k)
		case elementChildren:
			children = r.number(k) > 0
		case elementConverted:
			e.converted = r.number(k)
		case elementFieldID:
			c.field = int32(r.number(k))
		case elementLogical:
			r.logical(&e, k)
		default:
			r.skip(k, 0)
		}
	})
	if i == 0 {
		return
	}
	r.nested = r.nested || children
	c.Type, c.Instant = e.meaning()
	c.optional = e.repetition == repetitionOptional
	c.Readable = c.Type != Opaque && e.repetition <= repetitionOptional
	r.layout.columns = append(r.layout.columns, c)
}

// logical reads the union that says what a column means.
func (r *layoutReader) logical(e *element, k kind) {
	if k != kindStruct {
		r.skip(k, 0)
		return
	}
	r.each(func(id int16, k kind) {
		e.logical = id
		if id != logicalTime || k != kindStruct {
			r.skip(k, 0)
			return
		}
		r.each(func(id int16, k kind) {
			if id != timeUnit || k != kindStruct {
				r.skip(k, 0)
				return
			}
			r.each(func(id int16, k kind) {
				e.unit = id
				r.skip(k, 0)
			})
		})
	})
}

// element is what the schema says of a column's type; -1 where it says nothing.
type element struct {
	physical, repetition, converted int64
	logical, unit                   int16 // 0: none
}

// meaning is the type of a column. What is stored as a number and means something else is
// opaque.
func (e *element) meaning() (t Type, instant bool) {
	number := e.logical == 0 || e.logical == logicalInteger
	switch {
	case e.physical == physicalInt64 && e.logical == logicalTime && e.unit == unitNanoseconds:
		return Int64, true
	case e.physical == physicalInt32 && number && (e.converted == -1 || e.converted == convertedInt32):
		return Int32, false
	case e.physical == physicalInt64 && number && (e.converted == -1 || e.converted == convertedInt64):
		return Int64, false
	case e.physical == physicalDouble && e.logical == 0 && e.converted == -1:
		return Double, false
	}
	return Opaque, false
}

// group reads a row group.
func (r *layoutReader) group(int) {
	rows, first := int64(0), len(r.layout.Groups)
	r.each(func(id int16, k kind) {
		switch id {
		case groupColumns:
			r.structs(k, func(i int) { r.chunk(i, first) })
		case groupRows:
			rows = r.number(k)
		default:
			r.skip(k, 0)
		}
	})
	r.layout.Groups = append(r.layout.Groups, Group{Rows: rows})
	if rows < 0 {
		r.err = fmt.Errorf("row group %d has %d rows", first, rows)
	}
	for i := range r.layout.columns {
		c := &r.layout.columns[i]
		c.Readable = c.Readable && len(c.chunks) == first+1 && c.chunks[first].values == rows
	}
}

// chunk reads the description of column i in a row group.
func (r *layoutReader) chunk(i, group int) {
	p, readable, described := place{codec: -1}, true, false
	r.each(func(id int16, k kind) {
		if id != chunkMeta || k != kindStruct {
			r.skip(k, 0)
			return
		}
		described = true
		readable = r.meta(&p)
	})
	r.layout.chunks++
	if i >= len(r.layout.columns) || len(r.layout.columns[i].chunks) != group {
		r.err = fmt.Errorf("row group %d does not have the columns of the schema", group)
		return
	}
	c := &r.layout.columns[i]
	c.chunks = append(c.chunks, p)
	_, known := codecs[p.codec]
	c.Readable = c.Readable && described && readable && known && p.offset >= int64(len(magic)) &&
		p.compressed >= 0 && p.compressed <= min(maxChunk, r.size-p.offset) && p.expanded >= 0 && p.expanded <= maxPage
}

// meta reads where a chunk lies; it reports whether all encodings are known.
func (r *layoutReader) meta(p *place) (known bool) {
	dictionary := int64(0)
	known = true
	r.each(func(id int16, k kind) {
		switch id {
		case metaEncodings:
			known = r.encodings(k)
		case metaCodec:
			p.codec = r.number(k)
		case metaValues:
			p.values = r.number(k)
		case metaUncompressed:
			p.expanded = r.number(k)
		case metaCompressed:
			p.compressed = r.number(k)
		case metaDataPageOffset:
			p.offset = r.number(k)
		case metaDictionaryOffset:
			dictionary = r.number(k)
		case metaStatistics:
			r.statistics(p, k)
		default:
			r.skip(k, 0)
		}
	})
	if dictionary > 0 {
		p.offset = min(p.offset, dictionary)
	}
	return known
}

func (r *layoutReader) encodings(k kind) bool {
	of, n := r.list(k)
	known := true
	for ; n > 0 && !r.bad; n-- {
		id := r.number(of)
		known = known && (id == encodingRLE || decoders[id] != nil)
	}
	return known
}

func (r *layoutReader) statistics(p *place, k kind) {
	if k != kindStruct {
		r.skip(k, 0)
		return
	}
	r.each(func(id int16, k kind) {
		switch id {
		case statisticsLow:
			p.low = r.bound(k)
		case statisticsHigh:
			p.high = r.bound(k)
		default:
			r.skip(k, 0)
		}
	})
}

// bound keeps a bound of the statistics.
func (r *layoutReader) bound(k kind) span {
	text := r.text(k)
	if len(text) > maxStats {
		return span{}
	}
	from := uint32(len(r.stats))
	r.stats = append(r.stats, text...)
	return span{from, uint32(len(r.stats))}
}
