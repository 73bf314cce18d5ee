package export

import (
	"bytes"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// The nanoseconds of the day are never negative, also before 1970, and the last
// nanosecond of a day is not the next day's.
func TestInt96(t *testing.T) {
	for _, c := range []struct {
		ns   int64
		want string // nanoseconds of the day (8) and Julian day (4), little-endian
	}{
		{0, "0000000000000000" + "8c3d2500"},
		{1, "0100000000000000" + "8c3d2500"},
		{-1, "ffff4e91944e0000" + "8b3d2500"},                  // 86,399,999,999,999 of day 2,440,587
		{1704067199999999999, "ffff4e91944e0000" + "968a2500"}, // 2023-12-31 23:59:59.999999999, day 2,460,310
		{math.MaxInt64, "ffff4ee2e24d0000" + "8bde2600"},       // 85,636.854775807 s of day 2,547,339
		{math.MinInt64, "000000afb1000000" + "8c9c2300"},       // 763.145224192 s of day 2,333,836
	} {
		v := int96(c.ns)
		if got := hex.EncodeToString(v[:]); got != c.want {
			t.Errorf("int96(%d) = %s, want %s", c.ns, got, c.want)
		}
	}
}

var (
	bigints = types.ArrayOf(types.Of(types.Bigint))
	series  = types.Type{Kind: types.Timeseries, Elem: &types.Type{Kind: types.Double}}
	pair    = types.Type{Kind: types.Row, Fields: []types.Field{{Name: "a", Type: types.Of(types.Varchar)}, {Type: bigints}}}
)

func parquetJob(s *shelf, columns ...Column) *Job {
	j := csvJob(s, columns...)
	j.Format, j.Gzip = plan.UnloadParquet, true
	return j
}

// openParquet reads the one file of a job.
func openParquet(t *testing.T, data []byte) *file.Reader {
	t.Helper()
	r, err := file.NewParquetReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestParquetSchema(t *testing.T) {
	s := newShelf()
	job := parquetJob(s, col("b", types.Boolean), col("i", types.Integer), col("n", types.Bigint), col("x", types.Double), col("text", types.Varchar),
		col("at", types.Timestamp), col("day", types.Date), col("span", types.IntervalDayToSecond), col("months", types.IntervalYearToMonth),
		Column{"list", bigints}, Column{"pair", pair}, Column{"series", series}, col("region", types.Varchar))
	job.Partitioned = 1
	row := make([]any, 13)
	if _, err := job.Run(t.Context(), feed(row)); err != nil {
		t.Fatal(err)
	}
	r := openParquet(t, s.objects[s.order[0]])
	var got strings.Builder
	schema.PrintSchema(r.MetaData().Schema.Root(), &got, 2)
	const want = `required group field_id=-1 schema {
  optional boolean field_id=-1 b;
  optional int32 field_id=-1 i;
  optional int64 field_id=-1 n;
  optional double field_id=-1 x;
  optional byte_array field_id=-1 text (String);
  optional int96 field_id=-1 at;
  optional int32 field_id=-1 day (Date);
  optional byte_array field_id=-1 span (String);
  optional byte_array field_id=-1 months (String);
  optional group field_id=-1 list (List) {
    repeated group field_id=-1 list {
      optional int64 field_id=-1 element;
    }
  }
  optional group field_id=-1 pair {
    optional byte_array field_id=-1 a (String);
    optional group field_id=-1 field1 (List) {
      repeated group field_id=-1 list {
        optional int64 field_id=-1 element;
      }
    }
  }
  optional group field_id=-1 series (List) {
    repeated group field_id=-1 list {
      optional group field_id=-1 element {
        optional int96 field_id=-1 time;
        optional double field_id=-1 value;
      }
    }
  }
}
`
	if got.String() != want {
		t.Errorf("the schema is\n%s\nwant\n%s", got.String(), want)
	}
	if codec := must(r.MetaData().RowGroup(0).ColumnChunk(0))(t).Compression(); codec.String() != "GZIP" {
		t.Errorf("compression %v, want GZIP", codec)
	}
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Levels computed by hand by the rules of the format: a definition level counts the
// optional and repeated parts of the path that are there, a repetition level says at
// which repeated part a value continues.
func TestLevels(t *testing.T) {
	nested := types.ArrayOf(bigints)
	for _, c := range []struct {
		name string
		t    types.Type
		rows []any
		defs []int16 // of the first column
		reps []int16
	}{
		{"scalars", types.Of(types.Bigint), []any{int64(1), nil}, []int16{1, 0}, nil},
		{"lists", bigints, []any{nil, []any{}, []any{nil}, []any{int64(1), int64(2), nil}},
			[]int16{0, 1, 2, 3, 3, 2}, []int16{0, 0, 0, 0, 1, 1}},
		{"lists of lists", nested, []any{[]any{[]any{int64(1), int64(2)}, nil, []any{}, []any{int64(3)}}, []any{[]any{nil}}},
			[]int16{5, 5, 2, 3, 5, 4}, []int16{0, 2, 1, 1, 1, 0}},
		{"series", series, []any{[]types.Point{{Time: 1, Value: 1.0}, {Time: 2}}, nil, []types.Point{}},
			[]int16{4, 4, 0, 1}, []int16{0, 1, 0, 0}},
		{"rows", pair, []any{[]any{"x", nil}, nil, []any{nil, nil}}, []int16{2, 0, 1}, nil},
	} {
		n, _ := newNode("c", c.t, 0, 0)
		for _, v := range c.rows {
			n.put(v, 0, 0)
		}
		var got *levels
		switch l := n.collect(nil)[0].(type) {
		case *column[int64]:
			got = &l.levels
		case *column[parquet.Int96]:
			got = &l.levels
		case *column[parquet.ByteArray]:
			got = &l.levels
		}
		if !slices.Equal(got.defs, c.defs) || !slices.Equal(got.reps, c.reps) {
			t.Errorf("%s: definition levels %v, repetition levels %v; want %v, %v", c.name, got.defs, got.reps, c.defs, c.reps)
		}
	}
}

// Files keep to their size, and what waits to its bound over all partitions.
func TestParquetSizes(t *testing.T) {
	const size = 1 << 20
	s := newShelf()
	job := parquetJob(s, col("n", types.Bigint), col("text", types.Varchar), col("p", types.Bigint))
	job.Partitioned, job.MaxFileSize, job.Memory, job.Gzip = 1, size, 300_000, false
	w := newWriter(job)
	n := 0
	for range 800 {
		var rows [][]any
		for range 100 {
			rows = append(rows, []any{int64(n), strings.Repeat(strconv.Itoa(n), 40), int64(n % 7)})
			n++
		}
		if err := w.write(t.Context(), rows); err != nil {
			t.Fatal(err)
		}
		waits := int64(0)
		for _, p := range w.partitions {
			waits += p.waiting()
		}
		if waits > job.Memory {
			t.Fatalf("%d bytes wait, more than %d", waits, job.Memory)
		}
	}
	if _, err := w.finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, f := range w.files {
		data := s.objects[f.URL]
		if len(data) > size {
			t.Errorf("%s has %d bytes, more than %d", f.URL, len(data), size)
		}
		if rows := openParquet(t, data).NumRows(); rows != f.File.Rows {
			t.Errorf("%s has %d rows, want %d", f.URL, rows, f.File.Rows)
		}
		total += f.File.Rows
	}
	if total != int64(n) || len(w.files) < 8 {
		t.Errorf("%d rows in %d files, want %d in more than one of each partition", total, len(w.files), n)
	}
}
