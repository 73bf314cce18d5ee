package cursor

import (
	"math"
	"reflect"
	"testing"

	"tidemark/sql/types"
)

func TestCodec(t *testing.T) {
	rows := [][]any{
		{nil, true, false, int32(-7), int64(math.MinInt64), 1.5, "", "naïve 😀"},
		{},
		{[]any{}, []any{int64(1), nil, []any{"x"}}, []types.Point{}, []types.Point{{Time: -1, Value: 2.5}, {Time: math.MaxInt64}}},
		{math.Inf(-1), int64(math.MaxInt64), int32(math.MinInt32)},
	}
	var frame []byte
	for _, row := range rows {
		var err error
		if frame, err = appendRow(frame, row); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := parseRows(frame); err != nil || !reflect.DeepEqual(got, rows) {
		t.Errorf("parseRows = %v, %v, want %v", got, err, rows)
	}
	for n := range frame {
		if got, err := parseRows(frame[:n]); err == nil && reflect.DeepEqual(got, rows) {
			t.Errorf("parseRows of the first %d bytes gives all rows", n)
		}
	}
	if _, err := appendRow(nil, []any{struct{}{}}); err == nil {
		t.Error("appendRow of a struct = nil, want an error")
	}
}

func FuzzParseRows(f *testing.F) {
	frame, _ := appendRow(nil, []any{nil, true, int32(1), int64(2), 3.5, "text", []any{int64(1)}, []types.Point{{Time: 1, Value: 2.0}}})
	f.Add(frame)
	f.Fuzz(func(t *testing.T, frame []byte) {
		rows, err := parseRows(frame)
		if err != nil {
			return
		}
		var again []byte
		for _, row := range rows {
			if again, err = appendRow(again, row); err != nil {
				t.Fatalf("appendRow of parsed rows: %v", err)
			}
		}
	})
}
