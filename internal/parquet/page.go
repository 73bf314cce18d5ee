package parquet

import (
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Fields of a page's head, and its kinds (parquet.thrift, "PageHeader").
const (
	pageKind       = 1
	pageExpanded   = 2
	pageCompressed = 3
	pageData       = 5
	pageDictionary = 7
	pageDataV2     = 8

	dataValues   = 1
	dataEncoding = 2
	dataLevels   = 3

	v2Nulls      = 2
	v2Encoding   = 4
	v2Levels     = 5
	v2Repetition = 6
	v2Compressed = 7

	kindData       = 0
	kindDictionary = 2
	kindDataV2     = 3
)

// codec expands the bytes of a page.
type codec func(src, dst []byte) ([]byte, error)

// codecs are the ways of compressing that can be read (parquet.thrift, "CompressionCodec").
var codecs = map[int64]codec{
	0: func(src, dst []byte) ([]byte, error) { return append(dst, src...), nil },
	6: unzstd,
}

// expander is made once, because it has memory of its own; it may be used at once.
var expander = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxPage))
})

func unzstd(src, dst []byte) ([]byte, error) {
	d, err := expander()
	if err != nil {
		return nil, err
	}
	return d.DecodeAll(src, dst)
}

// page is a page with its bytes expanded.
type page struct {
	kind     int64
	values   int // rows, NULLs among them
	encoding int64
	levels   []byte // tell NULLs from values; nil: none is NULL
	body     []byte // with padding behind
}

// head is what a page says of itself.
type head struct {
	fields               record
	expanded, compressed int
}

// readHead reads the head of a page of at most so many bytes.
func readHead(b []byte, most int64) (h head, rest []byte, err error) {
	if h.fields, rest, err = readRecord(b); err != nil {
		return h, nil, fmt.Errorf("%w: %w", errPage, err)
	}
	expanded, ok := h.fields.number(pageExpanded)
	compressed, also := h.fields.number(pageCompressed)
	if !ok || !also || expanded < 0 || expanded > most || compressed < 0 || compressed > int64(len(rest)) {
		return h, nil, fmt.Errorf("%w: it has %d bytes, expanded %d, of %d", errPage, compressed, expanded, len(rest))
	}
	h.expanded, h.compressed = int(expanded), int(compressed)
	return h, rest, nil
}

// readPage reads the page at the beginning of b into buf, which it may make larger. The
// page has at most so many bytes.
func readPage(b []byte, most int64, expand codec, optional bool, buf *[]byte) (p page, rest []byte, err error) {
	h, rest, err := readHead(b, most)
	if err != nil {
		return p, nil, err
	}
	body, rest := rest[:h.compressed], rest[h.compressed:]
	p.kind, _ = h.fields.number(pageKind)
	switch p.kind {
	case kindData, kindDictionary:
		err = p.first(h, body, expand, optional, buf)
	case kindDataV2:
		err = p.second(h, body, expand, buf)
	}
	return p, rest, err
}

// first reads a page of the first version, or a dictionary.
func (p *page) first(h head, body []byte, expand codec, optional bool, buf *[]byte) (err error) {
	if p.body, err = expanded(body, h.expanded, expand, buf); err != nil {
		return err
	}
	id := int16(pageData)
	if p.kind == kindDictionary {
		id, optional = pageDictionary, false
	}
	data, _, err := readRecord(h.fields.find(id, kindStruct))
	if err != nil {
		return fmt.Errorf("%w: %w", errPage, err)
	}
	if err := p.describe(data, dataEncoding); err != nil || !optional {
		return err
	}
	if levels, _ := data.number(dataLevels); levels != encodingRLE || len(p.body) < 4 {
		return fmt.Errorf("%w: levels of encoding %d", errPage, levels)
	}
	size := binary.LittleEndian.Uint32(p.body)
	if uint64(size) > uint64(len(p.body)-4) {
		return fmt.Errorf("%w: levels of %d bytes", errPage, size)
	}
	p.levels, p.body = p.body[4:4+size], p.body[4+size:]
	return nil
}

// second reads a page of the second version, whose levels are not compressed.
func (p *page) second(h head, body []byte, expand codec, buf *[]byte) error {
	data, _, err := readRecord(h.fields.find(pageDataV2, kindStruct))
	if err != nil {
		return fmt.Errorf("%w: %w", errPage, err)
	}
	if err := p.describe(data, v2Encoding); err != nil {
		return err
	}
	size, _ := data.number(v2Levels)
	repetition, _ := data.number(v2Repetition)
	if repetition != 0 || size < 0 || size > int64(min(len(body), h.expanded)) {
		return fmt.Errorf("%w: levels of %d and %d bytes", errPage, size, repetition)
	}
	levels := body[:size:size]
	if data.find(v2Compressed, kindFalse) != nil {
		expand = codecs[0]
	}
	if p.body, err = expanded(body[size:], h.expanded-int(size), expand, buf); err != nil {
		return err
	}
	if nulls, _ := data.number(v2Nulls); nulls != 0 {
		p.levels = append(levels, make([]byte, padding)...)[:size]
	}
	return nil
}

func (p *page) describe(data record, encoding int16) error {
	values, ok := data.number(dataValues)
	p.encoding, _ = data.number(encoding)
	if !ok || values < 0 || values > maxPage {
		return fmt.Errorf("%w: it has %d values", errPage, values)
	}
	p.values = int(values)
	return nil
}

// expanded expands a page to its size, with padding behind.
func expanded(body []byte, size int, expand codec, buf *[]byte) ([]byte, error) {
	if cap(*buf) < size+padding {
		*buf = make([]byte, 0, size+padding)
	}
	out, err := expand(body, (*buf)[:0])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPage, err)
	}
	if len(out) != size {
		return nil, fmt.Errorf("%w: it expands to %d bytes instead of %d", errPage, len(out), size)
	}
	if cap(out) < size+padding {
		out = append(out, make([]byte, padding)...)[:size]
	}
	*buf = out
	clear(out[size : size+padding])
	return out, nil
}
