package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	arrow "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// series is a column with NULLs by row group: its values as Block has them.
type series struct {
	kind     Type
	groups   [][]int64
	nulls    [][]bool
	optional bool
}

// numbers makes n values of a kind that change in one of several ways.
func numbers(r *rand.Rand, kind Type, n int) []int64 {
	list := make([]int64, n)
	way, step, at := r.IntN(5), r.Int64N(1000), r.Int64N(1<<40)
	for i := range list {
		switch way {
		case 0:
			at += step
		case 1:
			at = r.Int64N(100)
		case 2:
			at = int64(r.Uint64())
		case 3:
			at += r.Int64N(1 << uint(r.IntN(63)))
		case 4:
			if r.IntN(500) == 0 {
				at = r.Int64N(1<<30) - 1<<29
			}
		}
		list[i] = at
		switch kind {
		case Int32:
			list[i] = int64(int32(at))
		case Double: // that library takes all that are not a number for one
			if way != 2 || math.IsNaN(math.Float64frombits(uint64(at))) {
				list[i] = int64(math.Float64bits(float64(at) / 4))
			}
		}
	}
	return list
}

func randomSeries(r *rand.Rand, kind Type, groups []int) series {
	s := series{kind: kind, optional: r.IntN(3) > 0}
	rate := []int{0, 0, 2, 50, 100}[r.IntN(5)]
	for _, n := range groups {
		nulls := make([]bool, n)
		for i := range nulls {
			nulls[i] = s.optional && r.IntN(100) < rate
		}
		s.groups, s.nulls = append(s.groups, numbers(r, kind, n)), append(s.nulls, nulls)
	}
	return s
}

// writing is a way of writing a file.
type writing struct {
	dictionary bool
	encoding   arrow.Encoding
	codec      compress.Compression
	second     bool // pages of the second version
	pageSize   int64
}

// writeSeries makes a file with an independent library. Columns have the field numbers 1, 2, ….
func writeSeries(t testing.TB, how writing, list ...series) []byte {
	t.Helper()
	var nodes schema.FieldList
	props := []arrow.WriterProperty{arrow.WithCompression(how.codec), arrow.WithDictionaryDefault(how.dictionary), arrow.WithDataPageSize(how.pageSize),
		arrow.WithBatchSize(100), arrow.WithStats(true)}
	if how.second {
		props = append(props, arrow.WithDataPageVersion(arrow.DataPageV2))
	}
	for i, s := range list {
		name := fmt.Sprint("c", i)
		physical := map[Type]arrow.Type{Int32: arrow.Types.Int32, Int64: arrow.Types.Int64, Double: arrow.Types.Double}[s.kind]
		repetition := arrow.Repetitions.Required
		if s.optional {
			repetition = arrow.Repetitions.Optional
		}
		node, err := schema.NewPrimitiveNode(name, repetition, physical, int32(i+1), -1)
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, node)
		encoding := how.encoding
		if encoding == arrow.Encodings.DeltaBinaryPacked && s.kind == Double || encoding == arrow.Encodings.ByteStreamSplit && s.kind == Int32 {
			encoding = arrow.Encodings.Plain
		}
		props = append(props, arrow.WithEncodingFor(name, encoding))
	}
	root, err := schema.NewGroupNode("schema", arrow.Repetitions.Required, nodes, -1)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := file.NewParquetWriter(&out, root, file.WithWriterProps(arrow.NewWriterProperties(props...)))
	for g := range list[0].groups {
		group := w.AppendRowGroup()
		for _, s := range list {
			chunk, err := group.NextColumn()
			if err == nil {
				err = writeChunk(chunk, &s, g)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func writeChunk(chunk file.ColumnChunkWriter, s *series, g int) (err error) {
	var levels []int16
	var kept []int64
	for i, v := range s.groups[g] {
		if !s.nulls[g][i] {
			kept = append(kept, v)
		}
		if s.optional {
			levels = append(levels, map[bool]int16{false: 1, true: 0}[s.nulls[g][i]])
		}
	}
	switch chunk := chunk.(type) {
	case *file.Int32ColumnChunkWriter:
		narrow := make([]int32, len(kept))
		for i, v := range kept {
			narrow[i] = int32(v)
		}
		_, err = chunk.WriteBatch(narrow, levels, nil)
	case *file.Int64ColumnChunkWriter:
		_, err = chunk.WriteBatch(kept, levels, nil)
	case *file.Float64ColumnChunkWriter:
		floats := make([]float64, len(kept))
		for i, v := range kept {
			floats[i] = math.Float64frombits(uint64(v))
		}
		_, err = chunk.WriteBatch(floats, levels, nil)
	}
	return errors.Join(err, chunk.Close())
}

// Whatever way a file is written, its values are those that were written.
func TestValues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	encodings := []arrow.Encoding{arrow.Encodings.Plain, arrow.Encodings.DeltaBinaryPacked, arrow.Encodings.ByteStreamSplit}
	codecs := []compress.Compression{compress.Codecs.Uncompressed, compress.Codecs.Zstd}
	var v [4]Values
	for round := range 150 {
		how := writing{r.IntN(3) == 0, encodings[r.IntN(3)], codecs[r.IntN(2)], r.IntN(2) == 0, []int64{200, 5000, 1 << 20}[r.IntN(3)]}
		groups := []int{1 + r.IntN(9000), 1 + r.IntN(300)}
		list := []series{randomSeries(r, Int32, groups), randomSeries(r, Int64, groups), randomSeries(r, Double, groups), randomSeries(r, Int64, groups)}
		text := writeSeries(t, how, list...)
		layout, err := ReadLayout(bytes.NewReader(text), int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range list {
			if err := compareSeries(text, layout, i+1, s, &v[i], r); err != nil {
				t.Fatalf("round %d, %+v, column %d: %v", round, how, i, err)
			}
		}
	}
}

func compareSeries(text []byte, layout *Layout, field int, s series, v *Values, r *rand.Rand) error {
	c := layout.Column(field)
	if c == nil || c.Type != s.kind || !c.Readable || c.Instant {
		return fmt.Errorf("it is %+v", c)
	}
	for g, want := range s.groups {
		if layout.Groups[g].Rows != int64(len(want)) {
			return fmt.Errorf("row group %d has %d rows, want %d", g, layout.Groups[g].Rows, len(want))
		}
		if err := v.Open(bytes.NewReader(text), c, g); err != nil {
			return err
		}
		for at := 0; at < len(want); {
			n := min(len(want)-at, 1+r.IntN(2500))
			b, err := v.Next(n)
			if err != nil {
				return err
			}
			if anyNull := slices.Contains(s.nulls[g][at:at+n], true); anyNull != (b.Valid != nil) {
				return fmt.Errorf("rows %d to %d of group %d: NULLs %v, want %v", at, at+n, g, b.Valid != nil, anyNull)
			}
			for i := range n {
				null := b.Valid != nil && !b.Valid[i]
				if null != s.nulls[g][at+i] || !null && b.Bits[i] != want[at+i] {
					return fmt.Errorf("row %d of group %d is %d (NULL: %v), want %d (%v)", at+i, g, b.Bits[i], null, want[at+i], s.nulls[g][at+i])
				}
			}
			at += n
		}
		if _, err := v.Next(1); !errors.Is(err, ErrFormat) {
			return fmt.Errorf("behind the last row: %v, want %v", err, ErrFormat)
		}
		if low, high, ok := c.Range(g); ok {
			for i, value := range want {
				if !s.nulls[g][i] && (value < low || value > high) {
					return fmt.Errorf("row %d of group %d is %d, outside of %d to %d", i, g, value, low, high)
				}
			}
		} else if s.kind != Double && slices.Contains(s.nulls[g], false) {
			return fmt.Errorf("the bounds of group %d are not known", g)
		}
	}
	return nil
}

// Examples of parquet-format, "Encodings".
func TestDecoders(t *testing.T) {
	tests := []struct {
		name     string
		encoding int64
		body     []byte
		want     []int64
	}{
		// Delta Encoding, example 1: 1 2 3 4 5 in a block of 128 with 4 parts.
		{"equal differences", encodingDelta, []byte{0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0}, []int64{1, 2, 3, 4, 5}},
		// Example 2: 7 5 3 1 2 3 4 5, the least difference is -2, of 2 bits: 0 0 0 3 3 3 3.
		{"differences", encodingDelta, []byte{0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0}, []int64{7, 5, 3, 1, 2, 3, 4, 5}},
		{"differences, cut", encodingDelta, []byte{0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xc0, 0x3f}, []int64{7, 5, 3, 1, 2, 3, 4, 5}},
		{"one value", encodingDelta, []byte{0x80, 1, 4, 1, 13}, []int64{-7}},
		{"plain", encodingPlain, []byte{1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, []int64{1, -1}},
		{"split", encodingSplit, []byte{1, 0xff, 2, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff}, []int64{0x201, -1}},
		// The dictionary is 0, 10, 20 … 70; indexes 0 to 7 of 3 bits are 88 c6 fa.
		{"packed indexes", encodingDictionary, []byte{3, 3, 0x88, 0xc6, 0xfa}, []int64{0, 10, 20, 30, 40, 50, 60, 70}},
		{"a run of indexes", encodingDictionary, []byte{3, 10, 5, 3, 0x88, 0xc6, 0xfa}, []int64{50, 50, 50, 50, 50, 0, 10}},
	}
	dictionary := []int64{0, 10, 20, 30, 40, 50, 60, 70}
	for _, test := range tests {
		for step := 1; step <= len(test.want); step++ {
			d := decoders[test.encoding]()
			if err := d.begin(padded(test.body), Int64, dictionary); err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			got := make([]int64, len(test.want))
			for part := range slices.Chunk(got, step) {
				if err := d.decode(part); err != nil {
					t.Fatalf("%s, %d at once: %v", test.name, step, err)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s, %d at once: %v, want %v", test.name, step, got, test.want)
			}
		}
	}
}

// padded is the text as pages have it.
func padded(text []byte) []byte {
	return append(slices.Clone(text), make([]byte, padding)...)[:len(text)]
}

func TestDecodersRefuse(t *testing.T) {
	tests := []struct {
		name     string
		encoding int64
		body     []byte
		rows     int
	}{
		{"plain values that end", encodingPlain, make([]byte, 15), 2},
		{"split values that end", encodingSplit, make([]byte, 8), 2},
		{"seven bytes of split values", encodingSplit, make([]byte, 7), 1},
		{"no head of differences", encodingDelta, nil, 1},
		{"parts of no numbers", encodingDelta, []byte{0x80, 1, 0, 5, 2, 2, 0, 0, 0, 0}, 5},
		{"parts that are not alike", encodingDelta, []byte{0x80, 1, 3, 5, 2, 2, 0, 0, 0, 0}, 5},
		{"a block of too many", encodingDelta, []byte{0x80, 0x80, 0x80, 1, 1, 5, 2, 2, 0}, 5},
		{"differences of 65 bits", encodingDelta, []byte{0x80, 1, 4, 5, 2, 2, 65, 0, 0, 0}, 5},
		{"differences that end", encodingDelta, []byte{0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xc0}, 8},
		{"more rows than differences", encodingDelta, []byte{0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0}, 6},
		{"no width of indexes", encodingDictionary, nil, 1},
		{"indexes of 33 bits", encodingDictionary, []byte{33, 2, 0}, 1},
		{"a run of nothing", encodingDictionary, []byte{3, 0, 0}, 1},
		{"an index behind the end", encodingDictionary, []byte{3, 2, 2}, 1},
		{"indexes that end", encodingDictionary, []byte{3, 3, 0}, 4},
	}
	for _, test := range tests {
		d := decoders[test.encoding]()
		err := d.begin(padded(test.body), Int64, []int64{1, 2})
		if err == nil {
			err = d.decode(make([]int64, test.rows))
		}
		if !errors.Is(err, errPage) {
			t.Errorf("%s: %v, want %v", test.name, err, errPage)
		}
	}
}

// A damaged file is refused or read, within bounds.
func FuzzValues(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, how := range []writing{
		{false, arrow.Encodings.DeltaBinaryPacked, compress.Codecs.Uncompressed, false, 300}, {true, arrow.Encodings.Plain, compress.Codecs.Uncompressed, true, 300},
		{false, arrow.Encodings.ByteStreamSplit, compress.Codecs.Zstd, false, 300},
	} {
		groups := []int{200}
		f.Add(writeSeries(f, how, randomSeries(r, Int32, groups), randomSeries(r, Int64, groups), randomSeries(r, Double, groups)))
	}
	var v Values
	f.Fuzz(func(t *testing.T, text []byte) {
		layout, err := ReadLayout(bytes.NewReader(text), int64(len(text)))
		if err != nil {
			return
		}
		for field := range 4 {
			c := layout.Column(field)
			if c == nil || !c.Readable {
				continue
			}
			for g, group := range layout.Groups {
				c.Range(g)
				c.TextRange(g)
				if err := v.Open(bytes.NewReader(text), c, g); err != nil {
					continue
				}
				for left := group.Rows; left > 0; left -= 64 {
					if _, err := v.Next(int(min(left, 64))); err != nil {
						break
					}
				}
			}
		}
	})
}

// Damaged pages are refused or read, within bounds.
func FuzzPages(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, encoding := range []arrow.Encoding{arrow.Encodings.DeltaBinaryPacked, arrow.Encodings.ByteStreamSplit, arrow.Encodings.Plain} {
		for _, second := range []bool{false, true} {
			how := writing{encoding == arrow.Encodings.Plain, encoding, compress.Codecs.Uncompressed, second, 300}
			text := writeSeries(f, how, series{Int64, [][]int64{numbers(r, Int64, 200)}, [][]bool{make([]bool, 200)}, true})
			chunk := open(f, text).groups[0].chunks[0]
			f.Add(byte(Int64), text[chunk.offset:][:chunk.compressed])
		}
	}
	var v Values
	f.Fuzz(func(t *testing.T, kind byte, pages []byte) {
		c := &Column{Type: Type(kind&1) + Int64, Readable: true, optional: kind&2 == 0, chunks: []place{{compressed: int64(len(pages)), expanded: 1 << 16, values: 200}}}
		if err := v.Open(bytes.NewReader(pages), c, 0); err != nil {
			t.Fatal(err)
		}
		for range 200 / 8 {
			if _, err := v.Next(8); err != nil {
				if !errors.Is(err, ErrFormat) {
					t.Fatal(err)
				}
				return
			}
		}
	})
}

func FuzzDecoders(f *testing.F) {
	f.Add(byte(encodingDelta), []byte{0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xc0, 0x3f})
	f.Add(byte(encodingDictionary), []byte{3, 10, 5, 3, 0x88, 0xc6, 0xfa})
	f.Add(byte(encodingSplit), make([]byte, 16))
	f.Fuzz(func(t *testing.T, encoding byte, body []byte) {
		fresh := decoders[int64(encoding)]
		if fresh == nil {
			return
		}
		for _, kind := range []Type{Int32, Int64} {
			d := fresh()
			if d.begin(padded(body), kind, []int64{1, 2, 3}) != nil {
				continue
			}
			list := make([]int64, 37)
			for n := 0; n < 1<<16 && d.decode(list) == nil; n += len(list) {
			}
		}
	})
}
