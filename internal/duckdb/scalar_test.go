package duckdb

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRegisterScalar(t *testing.T) {
	e := openEngine(t, Options{})
	integer, bigint, text := Type{Kind: Integer}, Type{Kind: BigInt}, Type{Kind: Varchar}
	err := e.RegisterScalar(t.Context(),
		Scalar{Name: "repeat_text", Args: []Type{text, bigint}, Result: text, Call: func(args []any) (any, error) {
			return strings.Repeat(args[0].(string), int(args[1].(int64))), nil
		}},
		Scalar{Name: "count_null", Args: []Type{integer, integer}, Result: integer, NullIn: true, Call: func(args []any) (any, error) {
			n := int32(0)
			for _, a := range args {
				if a == nil {
					n++
				}
			}
			return n, nil
		}},
		Scalar{Name: "raise_text", Args: []Type{text}, Result: bigint, Call: func(args []any) (any, error) {
			return nil, errors.New(args[0].(string))
		}},
		Scalar{Name: "crash", Args: []Type{text}, Result: bigint, Call: func([]any) (any, error) { panic("bug") }},
		Scalar{Name: "wrong", Args: []Type{text}, Result: bigint, Call: func([]any) (any, error) { return "text", nil }},
		Scalar{Name: "halves", Args: []Type{{Kind: List, Elem: &bigint}}, Result: Type{Kind: List, Elem: &Type{Kind: Double}},
			Call: func(args []any) (any, error) {
				var out []any
				for _, v := range args[0].([]any) {
					if v == nil {
						out = append(out, nil)
						continue
					}
					out = append(out, float64(v.(int64))/2)
				}
				return append([]any{}, out...), nil
			}},
		Scalar{Name: "same_time", Args: []Type{{Kind: TimestampNS}}, Result: Type{Kind: TimestampNS}, Call: func(args []any) (any, error) { return args[0], nil }},
	)
	if err != nil {
		t.Fatal(err)
	}
	c := connect(t, e)
	for _, q := range []struct {
		text string
		want [][]any
	}{
		{"SELECT repeat_text('ab', 3), repeat_text('0123456789', 2), repeat_text(NULL, 2)", [][]any{{"ababab", "01234567890123456789", nil}}},
		{"SELECT count_null(1, NULL), count_null(NULL, NULL), count_null(1, 2)", [][]any{{int32(1), int32(2), int32(0)}}},
		{"SELECT sum(length(repeat_text('x', i)))::BIGINT FROM range(5000) t(i)", [][]any{{int64(12497500)}}},
		{"SELECT halves([1, NULL, 3]), halves([]), halves(NULL)", [][]any{{[]any{0.5, nil, 1.5}, []any{}, nil}}},
		{"SELECT halves(range(i)) FROM range(3) t(i) ORDER BY i", [][]any{{[]any{}}, {[]any{0.0}}, {[]any{0.0, 0.5}}}},
		{"SELECT same_time(make_timestamp_ns(1655487883771000678))", [][]any{{int64(1655487883771000678)}}},
		{"SELECT TRY(raise_text('no'))", [][]any{{nil}}},
		{"SELECT CASE WHEN i > 5 THEN raise_text('late') ELSE i END FROM range(2) t(i)", [][]any{{int64(0)}, {int64(1)}}},
	} {
		got := query(t, c, q.text)
		if diff := cmp.Diff(q.want, got); diff != "" {
			t.Errorf("%s: %s", q.text, diff)
		}
	}
	for text, want := range map[string]string{
		"SELECT raise_text('Division by zero')":     "duckdb: Invalid Input: Division by zero",
		"SELECT crash('x')":                         "duckdb: Invalid Input: function crash: bug",
		"SELECT wrong('x')":                         "duckdb: Invalid Input: function wrong: a value of Go type string is not what its result type says",
		"SELECT raise_text('a') FROM range(9)":      "duckdb: Invalid Input: a",
		"SELECT sum(raise_text('b')) FROM range(9)": "duckdb: Invalid Input: b",
	} {
		rows, err := c.Query(t.Context(), text)
		if err == nil {
			_, err = rows.All(t.Context())
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if err := e.RegisterScalar(t.Context(), Scalar{Name: "bad", Result: Type{Kind: Struct}}); err == nil {
		t.Error("RegisterScalar with a struct as result = nil, want an error")
	}
}

func BenchmarkScalar(b *testing.B) {
	e := openEngine(b, Options{})
	if err := e.RegisterScalar(b.Context(), Scalar{Name: "plus_one", Args: []Type{{Kind: BigInt}}, Result: Type{Kind: BigInt},
		Call: func(args []any) (any, error) { return args[0].(int64) + 1, nil }}); err != nil {
		b.Fatal(err)
	}
	c := connect(b, e)
	const rows = 1_000_000
	for b.Loop() {
		query(b, c, "SELECT sum(plus_one(i)) FROM range(1000000) t(i)")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
