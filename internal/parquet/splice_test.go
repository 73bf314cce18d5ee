package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	arrow "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// sample is the values of a column by row group.
type sample struct {
	name   string
	groups [][]int64
}

// write makes a file with an independent library.
func write(t testing.TB, dictionary bool, columns ...sample) *File {
	t.Helper()
	var nodes schema.FieldList
	for _, c := range columns {
		nodes = append(nodes, schema.NewInt64Node(c.name, arrow.Repetitions.Required, 7))
	}
	root, err := schema.NewGroupNode("schema", arrow.Repetitions.Required, nodes, -1)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := file.NewParquetWriter(&out, root, file.WithWriterProps(arrow.NewWriterProperties(
		arrow.WithCompression(compress.Codecs.Zstd), arrow.WithDictionaryDefault(dictionary), arrow.WithEncoding(arrow.Encodings.DeltaBinaryPacked), arrow.WithStats(true))))
	for g := range columns[0].groups {
		group := w.AppendRowGroup()
		for _, c := range columns {
			chunk, err := group.NextColumn()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := chunk.(*file.Int64ColumnChunkWriter).WriteBatch(c.groups[g], nil, nil); err != nil {
				t.Fatal(err)
			}
			if err := chunk.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, out.Bytes())
}

func open(t testing.TB, text []byte) *File {
	t.Helper()
	f, err := Open(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// read reads a file with that library, and what its footer says of the values.
func read(t testing.TB, text []byte) (columns []sample, encodings [][]bool) {
	t.Helper()
	r, err := file.NewParquetReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for c := range r.MetaData().Schema.NumColumns() {
		s := sample{name: r.MetaData().Schema.Column(c).Name()}
		var dictionaries []bool
		for g := range r.NumRowGroups() {
			chunk, err := r.RowGroup(g).Column(c)
			if err != nil {
				t.Fatal(err)
			}
			values := make([]int64, r.RowGroup(g).NumRows())
			if _, n, err := chunk.(*file.Int64ColumnChunkReader).ReadBatch(int64(len(values)), values, nil, nil); err != nil || n != len(values) {
				t.Fatalf("column %s: %d of %d values, %v", s.name, n, len(values), err)
			}
			s.groups = append(s.groups, values)
			meta, err := r.MetaData().RowGroup(g).ColumnChunk(c)
			if err != nil {
				t.Fatal(err)
			}
			dictionaries = append(dictionaries, meta.HasDictionaryPage())
			stats, err := meta.Statistics()
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(stats.EncodeMin(), little(slices.Min(values))) {
				t.Errorf("column %s, row group %d: the least value is % x", s.name, g, stats.EncodeMin())
			}
		}
		columns, encodings = append(columns, s), append(encodings, dictionaries)
	}
	return columns, encodings
}

func little(n int64) []byte {
	b := make([]byte, 8)
	for i := range b {
		b[i] = byte(n >> (8 * i))
	}
	return b
}

// Each chunk comes from the file in which it is smaller, and is read as before.
func TestSplice(t *testing.T) {
	rising, jumping := make([]int64, 20_000), make([]int64, 20_000)
	for i := range rising {
		rising[i] = int64(i)
		jumping[i] = int64(uint32(i*i*2654435761)>>28) * 1_000_000_000_007
	}
	columns := []sample{
		{"rising", [][]int64{rising, rising[:5000]}},
		{"jumping", [][]int64{jumping, jumping[:5000]}},
		{"either", [][]int64{jumping, rising[:5000]}},
	}
	plain, dense := write(t, false, columns...), write(t, true, columns[2], columns[1], columns[0])
	var out bytes.Buffer
	taken, err := Splice(&out, plain, dense)
	if err != nil || taken != 3 {
		t.Fatalf("Splice took %d chunks, %v, want 3", taken, err)
	}
	got, dictionaries := read(t, out.Bytes())
	if fmt.Sprint(got) != fmt.Sprint(columns) {
		t.Error("other values than were written")
	}
	if want := "[[false false] [true true] [true false]]"; fmt.Sprint(dictionaries) != want {
		t.Errorf("chunks with dictionaries: %v, want %s", dictionaries, want)
	}
	spliced := open(t, out.Bytes())
	if fmt.Sprint(spliced.Rows()) != "[20000 5000]" {
		t.Errorf("rows of the groups %v, want 20000 and 5000", spliced.Rows())
	}
	if s, p, d := spliced.Sizes(0), plain.Sizes(0), dense.Sizes(0); s["rising"] != p["rising"] || s["jumping"] != d["jumping"] {
		t.Errorf("sizes %v of %v and %v", s, p, d)
	}
	some := write(t, true, columns[1])
	out.Reset()
	if taken, err := Splice(&out, plain, some); err != nil || taken != 2 {
		t.Errorf("Splice of one column took %d chunks, %v, want 2", taken, err)
	}
	if got, _ := read(t, out.Bytes()); fmt.Sprint(got) != fmt.Sprint(columns) {
		t.Error("one column: other values than were written")
	}
}

// Many row groups need the long form of a list.
func TestSpliceManyGroups(t *testing.T) {
	var groups [][]int64
	for i := range 40 {
		groups = append(groups, []int64{int64(i), int64(i), int64(i)})
	}
	f := write(t, true, sample{"a", groups})
	var out bytes.Buffer
	if taken, err := Splice(&out, f, f); err != nil || taken != 0 {
		t.Fatalf("Splice of a file with itself took %d chunks, %v", taken, err)
	}
	if got, _ := read(t, out.Bytes()); fmt.Sprint(got) != fmt.Sprint([]sample{{"a", groups}}) {
		t.Errorf("read %v", got)
	}
}

func TestSpliceRefuses(t *testing.T) {
	base := write(t, true, sample{"a", [][]int64{{1, 2}, {3}}})
	for name, other := range map[string]*File{
		"fewer groups": write(t, true, sample{"a", [][]int64{{1, 2}}}),
		"other groups": write(t, true, sample{"a", [][]int64{{1}, {2, 3}}}),
	} {
		if _, err := Splice(&bytes.Buffer{}, base, other); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want %v", name, err, ErrFormat)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	f := write(t, true, sample{"a", [][]int64{{1, 2}}})
	whole := make([]byte, f.size)
	if _, err := f.source.ReadAt(whole, 0); err != nil {
		t.Fatal(err)
	}
	long := slices.Clone(whole)
	long[len(long)-5] = 1 // a footer longer than the file
	for name, text := range map[string][]byte{
		"nothing": nil, "no end": whole[:len(whole)-1], "no beginning": whole[len(whole)-40:], "long": long,
		"no footer": append([]byte("PAR1"), 0, 0, 0, 0, 'P', 'A', 'R', '1'),
	} {
		if _, err := Open(bytes.NewReader(text), int64(len(text))); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want %v", name, err, ErrFormat)
		}
	}
}

// A damaged file is refused or copied, and what was copied can be opened.
func FuzzSplice(f *testing.F) {
	whole := func(p *File) []byte {
		text := make([]byte, p.size)
		_, _ = p.source.ReadAt(text, 0)
		return text
	}
	f.Add(whole(write(f, true, sample{"a", [][]int64{{1, 2}, {3}}})))
	f.Add(whole(write(f, false, sample{"a", [][]int64{{1, 2, 9}}}, sample{"b", [][]int64{{1, 2, 9}}})))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Open(bytes.NewReader(text), int64(len(text)))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if _, err := Splice(&out, p, p); err != nil {
			return
		}
		again, err := Open(bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil || fmt.Sprint(again.Rows()) != fmt.Sprint(p.Rows()) {
			t.Errorf("the copy of a file of rows %v: %v", p.Rows(), err)
		}
	})
}
