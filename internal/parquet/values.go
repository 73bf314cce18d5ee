package parquet

import (
	"errors"
	"fmt"
	"io"
)

// Block is values of a column: integers, or the bits of a Double.
type Block struct {
	Bits  []int64
	Valid []bool // nil: no NULL; else those that are not have no meaning in Bits
}

// Values reads column chunks, one after the other. The zero value is ready; its memory
// serves the next chunk. It holds the bytes of a chunk and one page of it expanded.
type Values struct {
	column *Column
	expand codec
	most   int64  // bytes of a page
	chunk  []byte // as it is in the file
	pages  []byte // what is left of it
	rows   int    // of it that are left

	buf        []byte
	dictionary []int64
	made       map[int64]decoder
	decoder    decoder
	left       int // rows of the page
	levels     hybrid
	nullable   bool // the page
	nulls      int  // among the rows that were read last

	bits  []int64
	flags []int64
	valid []bool
}

// Open begins with the chunk of a column in a row group.
func (v *Values) Open(source io.ReaderAt, c *Column, group int) error {
	p := &c.chunks[group]
	if !c.Readable {
		return fmt.Errorf("%w: its values cannot be read", ErrFormat)
	}
	if int64(cap(v.chunk)) < p.compressed {
		v.chunk = make([]byte, p.compressed)
	}
	v.chunk = v.chunk[:p.compressed]
	if n, err := source.ReadAt(v.chunk, p.offset); n < len(v.chunk) {
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("%w: it ends in a column", ErrFormat)
		}
		return err
	}
	v.column, v.expand, v.most, v.pages, v.rows = c, codecs[p.codec], p.expanded, v.chunk, int(p.values)
	v.dictionary, v.decoder, v.left = v.dictionary[:0], nil, 0
	return nil
}

// Next reads the next n rows. They are gone with the next call.
func (v *Values) Next(n int) (Block, error) {
	if n > v.rows {
		return Block{}, fmt.Errorf("%w: %w", ErrFormat, short("rows", n, v.rows))
	}
	if cap(v.bits) < n {
		v.bits, v.flags, v.valid = make([]int64, n), make([]int64, n), make([]bool, n)
	}
	b := Block{Bits: v.bits[:n]}
	v.nulls = 0
	for at := 0; at < n; {
		if v.left == 0 {
			if err := v.nextPage(); err != nil {
				return b, fmt.Errorf("%w: %w", ErrFormat, err)
			}
			continue
		}
		part := min(n-at, v.left)
		if err := v.part(&b, at, at+part); err != nil {
			return b, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		at += part
		v.left -= part
	}
	if v.rows -= n; v.nulls == 0 {
		b.Valid = nil
	}
	return b, nil
}

// part reads rows of one page.
func (v *Values) part(b *Block, from, to int) error {
	if !v.nullable || v.levels.ones(to-from) {
		if v.nullable {
			v.levels.left -= to - from
		}
		for i := from; b.Valid != nil && i < to; i++ {
			b.Valid[i] = true
		}
		return v.decoder.decode(b.Bits[from:to])
	}
	flags := v.flags[:to-from]
	if err := v.levels.decode(flags); err != nil {
		return err
	}
	if b.Valid == nil {
		b.Valid = v.valid[:len(b.Bits)]
		for i := range from {
			b.Valid[i] = true
		}
	}
	return v.scatter(b, from, to)
}

// scatter puts values beside the NULLs. Flags are 1 where there is one.
func (v *Values) scatter(b *Block, from, to int) error {
	count := 0
	for i, f := range v.flags[:to-from] {
		b.Valid[from+i] = f == 1
		count += int(f & 1)
	}
	v.nulls += to - from - count
	values := b.Bits[from : from+count]
	if err := v.decoder.decode(values); err != nil {
		return err
	}
	for i := to - 1; i >= from && count > 0; i-- {
		if b.Valid[i] {
			count--
			b.Bits[i] = b.Bits[from+count]
		}
	}
	return nil
}

// nextPage goes on to the next page that has rows.
func (v *Values) nextPage() error {
	for {
		if len(v.pages) == 0 {
			return short("pages", 1, 0)
		}
		p, rest, err := readPage(v.pages, v.most, v.expand, v.column.optional, &v.buf)
		if err != nil {
			return err
		}
		v.pages = rest
		switch p.kind {
		case kindDictionary:
			err = v.keepDictionary(&p)
		case kindData, kindDataV2:
			if p.values > 0 {
				return v.use(&p)
			}
		}
		if err != nil {
			return err
		}
	}
}

// keepDictionary decodes the values that others refer to.
func (v *Values) keepDictionary(p *page) error {
	if p.encoding != encodingPlain && p.encoding != encodingPlainDictionary || p.values > len(p.body)/4 {
		return fmt.Errorf("%w: a dictionary of %d values with encoding %d", errPage, p.values, p.encoding)
	}
	if cap(v.dictionary) < p.values {
		v.dictionary = make([]int64, p.values)
	}
	v.dictionary = v.dictionary[:p.values]
	d := plain{b: p.body, t: v.column.Type}
	return d.decode(v.dictionary)
}

// use begins with a page.
func (v *Values) use(p *page) error {
	fresh, known := decoders[p.encoding]
	if !known {
		return fmt.Errorf("%w: encoding %d", errPage, p.encoding)
	}
	if v.made == nil {
		v.made = map[int64]decoder{}
	}
	d, ok := v.made[p.encoding]
	if !ok {
		d = fresh()
		v.made[p.encoding] = d
	}
	v.decoder, v.left, v.nullable = d, p.values, p.levels != nil
	if v.nullable {
		if err := v.levels.begin(p.levels, 1); err != nil {
			return err
		}
	}
	return d.begin(p.body, v.column.Type, v.dictionary)
}
