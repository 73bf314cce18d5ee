package duckdb

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	bigint  = Type{Kind: BigInt}
	bigints = Type{Kind: List, Elem: &bigint}
	points  = Type{Kind: List, Elem: &Type{Kind: Struct, Fields: []Field{{"time", Type{Kind: TimestampNS}}, {"value", Type{Kind: Double}}}}}
)

// shout appends a mark to texts, which are NULL where the argument is.
func shout(in *Chunk, out *Output) error {
	v, valid := in.Column(0), out.Validity(in.Len())
	for row := range in.Len() {
		if !v.Valid(row) {
			valid[row/64] &^= 1 << (row % 64)
			continue
		}
		out.PutText(row, v.View(row)+"!")
	}
	return nil
}

// total adds up the elements of lists.
func total(in *Chunk, out *Output) error {
	v := in.Column(0)
	values, sums := v.Child(0).Int64s(v.Size()), out.Int64s(in.Len())
	for row, at := range v.Ranges(in.Len()) {
		sums[row] = 0
		if !v.Valid(row) {
			continue
		}
		for i := at[0]; i < at[0]+at[1]; i++ {
			if v.Child(0).Valid(int(i)) {
				sums[row] += values[i]
			}
		}
	}
	return nil
}

// ramp makes series of n points, one a nanosecond; every third value is NULL.
func ramp(in *Chunk, out *Output) error {
	used, ranges := 0, out.Ranges(in.Len())
	for row, n := range in.Column(0).Int64s(in.Len()) {
		ranges[row] = [2]uint64{uint64(used), uint64(n)}
		used += int(n)
	}
	if err := out.Reserve(used); err != nil {
		return err
	}
	times, values := out.Child(0).Child(0).Int64s(used), out.Child(0).Child(1).Float64s(used)
	valid := out.Child(0).Child(1).Validity(used)
	for _, r := range ranges {
		for i := range int(r[1]) {
			at := int(r[0]) + i
			times[at], values[at] = int64(i), float64(i)/2
			if i%3 == 2 {
				valid[at/64] &^= 1 << (at % 64)
			}
		}
	}
	return nil
}

func TestBatch(t *testing.T) {
	e := openEngine(t, Options{})
	text := Type{Kind: Varchar}
	if err := e.RegisterScalar(t.Context(),
		Scalar{Name: "shout", Args: []Type{text}, Result: text, Batch: shout},
		Scalar{Name: "total", Args: []Type{bigints}, Result: bigint, Batch: total},
		Scalar{Name: "ramp", Args: []Type{bigint}, Result: points, Batch: ramp},
		Scalar{Name: "refuse", Args: []Type{bigint}, Result: bigint, Batch: func(*Chunk, *Output) error { return errors.New("no") }},
		Scalar{Name: "crash", Args: []Type{bigint}, Result: bigint, Batch: func(*Chunk, *Output) error { panic("bug") }},
	); err != nil {
		t.Fatal(err)
	}
	c := connect(t, e)
	long := strings.Repeat("0123456789", 30)
	for _, q := range []struct {
		text string
		want [][]any
	}{
		{"SELECT shout('a'), shout(NULL), shout('01234567890'), shout('012345678901'), shout('')", [][]any{{"a!", nil, "01234567890!", "012345678901!", "!"}}},
		{"SELECT shout('" + long + "')", [][]any{{long + "!"}}},
		{"SELECT count(DISTINCT s)::BIGINT, sum(length(s))::BIGINT FROM (SELECT shout(repeat(i::VARCHAR, 9)) AS s FROM range(100000) t(i))",
			[][]any{{int64(100000), int64(488890*9 + 100000)}}},
		{"SELECT total([1, NULL, 3]), total([]), total(NULL), total(range(5))", [][]any{{int64(4), int64(0), int64(0), int64(10)}}},
		{"SELECT sum(total(range(i % 100)))::BIGINT FROM range(5000) t(i)", [][]any{{int64(50 * 161700)}}},
		{"SELECT ramp(3), ramp(0)", [][]any{{[]any{[]any{int64(0), 0.0}, []any{int64(1), 0.5}, []any{int64(2), nil}}, []any{}}}},
		{"SELECT count(p)::BIGINT, count(p.value)::BIGINT, sum(p.value) FROM (SELECT unnest(ramp(i % 10)) AS p FROM range(5000) t(i))",
			[][]any{{int64(22500), int64(22500 - 500*(0+0+0+1+1+1+2+2+2+3)), 500 * (0 + 0 + .5 + .5 + 2 + 4 + 4 + 7 + 10.5 + 10.5)}}},
		{"SELECT TRY(refuse(1))", [][]any{{nil}}},
	} {
		if diff := cmp.Diff(q.want, query(t, c, q.text)); diff != "" {
			t.Errorf("%s: %s", q.text, diff)
		}
	}
	for text, want := range map[string]string{
		"SELECT refuse(1)":                         "duckdb: Invalid Input: no",
		"SELECT crash(1)":                          "duckdb: Invalid Input: function crash: bug",
		"SELECT ramp(67108865)":                    "duckdb: Invalid Input: the lists of 2048 rows at once would have more than 67108864 elements",
		"SELECT sum(refuse(i)) FROM range(9) t(i)": "duckdb: Invalid Input: no",
	} {
		rows, err := c.Query(t.Context(), text)
		if err == nil {
			_, err = rows.All(t.Context())
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// However DuckDB made a list, its elements lie flat before a Batch function.
func TestBatchSeesFlatLists(t *testing.T) {
	e := openEngine(t, Options{})
	if err := e.RegisterScalar(t.Context(), Scalar{Name: "total", Args: []Type{bigints}, Result: bigint, Batch: total}); err != nil {
		t.Fatal(err)
	}
	c := connect(t, e)
	if _, err := c.Exec(t.Context(), "CREATE TABLE lists AS SELECT i, CASE WHEN i % 7 > 0 THEN range(i % 50) END AS a, (range(i % 5)) AS b FROM range(6000) t(i)"); err != nil {
		t.Fatal(err)
	}
	for _, made := range []string{
		"a", "a[2:7]", "a[1:9:2]", "a[-3:]", "list_sort(a, 'DESC')", "list_reverse(a)", "list_concat(a, b)", "a || b", "list_distinct(a)", "list_filter(a, lambda x: x % 2 = 0)",
		"list_transform(a, lambda x: x + i)", "list_transform(a, lambda x: 5::BIGINT)", "list_transform(a, lambda x: i)", "[i, 1::BIGINT]", "[7::BIGINT]", "flatten([a, b])", "CAST(list_transform(a, lambda x: x::INTEGER) AS BIGINT[])",
		"list_select(a, b)", "list_where(a, list_transform(a, lambda x: x > 3))", "list_resize(a, 9, 4)", "coalesce(a, b)", "CASE WHEN i % 2 = 0 THEN a ELSE b END", "generate_series(1, i % 30)",
		"array_value(1::BIGINT, i)::BIGINT[]", "list_value(i, i, i)", "map_values(map([1, 2], [i, 3]))", "list_extract([a, b], 2)", "{'a': a}.a", "(SELECT a)", "list_transform(list_zip(a, b), lambda z: z[1])",
	} {
		got := query(t, c, fmt.Sprintf("SELECT coalesce(count(*) FILTER (WHERE total(%[1]s) <> coalesce(list_sum(%[1]s), 0))::BIGINT, 0) FROM lists", made))
		if diff := cmp.Diff([][]any{{int64(0)}}, got); diff != "" {
			t.Errorf("%s: %s", made, diff)
		}
	}
	for _, q := range []string{
		"SELECT count(*)::BIGINT FROM (SELECT list(i) AS l FROM lists GROUP BY i % 1000) WHERE total(l) <> list_sum(l)",
		"SELECT count(*)::BIGINT FROM (SELECT list(i) OVER (ORDER BY i ROWS 3 PRECEDING) AS l FROM lists) WHERE total(l) <> list_sum(l)",
		"SELECT count(*)::BIGINT FROM lists x LEFT JOIN lists y ON x.i = y.i + 3 WHERE total(y.a) <> coalesce(list_sum(y.a), 0)",
		"SELECT count(*)::BIGINT FROM (SELECT unnest([a, b]) AS l FROM lists) WHERE total(l) <> coalesce(list_sum(l), 0)",
	} {
		if diff := cmp.Diff([][]any{{int64(0)}}, query(t, c, q)); diff != "" {
			t.Errorf("%s: %s", q, diff)
		}
	}
}

func BenchmarkBatch(b *testing.B) {
	e := openEngine(b, Options{})
	plus := func(in *Chunk, out *Output) error {
		into := out.Int64s(in.Len())
		for i, v := range in.Column(0).Int64s(in.Len()) {
			into[i] = v + 1
		}
		return nil
	}
	if err := e.RegisterScalar(b.Context(), Scalar{Name: "plus_one", Args: []Type{bigint}, Result: bigint, Batch: plus}); err != nil {
		b.Fatal(err)
	}
	c := connect(b, e)
	const rows = 1_000_000
	for b.Loop() {
		query(b, c, "SELECT sum(plus_one(i)) FROM range(1000000) t(i)")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
