package native

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// call runs a function by its name; the error's text stands for the value.
func call(t *testing.T, name string, args ...any) any {
	t.Helper()
	for _, f := range Funcs() {
		if f.Name != name {
			continue
		}
		if len(args) != len(f.Args) {
			t.Fatalf("%s takes %d arguments, not %d", name, len(f.Args), len(args))
		}
		v, err := f.Apply(args)
		if err != nil {
			return err.Error()
		}
		return v
	}
	t.Fatalf("no function %s", name)
	return nil
}

func TestFuncs(t *testing.T) {
	tests := []struct {
		name string
		args []any
		want any
	}{
		{"tm_raise", []any{"Division by zero"}, "Division by zero"},
		{"tm_double_text", []any{1e7}, "1.0E7"},
		{"tm_interval_text", []any{int64(-1)}, "-0 00:00:00.000000001"},
		{"tm_parse_bigint", []any{"12"}, int64(12)},
		{"tm_parse_bigint", []any{"1.2"}, "Cannot cast '1.2' to BIGINT"},
		{"tm_parse_duration", []any{"1.5s"}, int64(1500000000)},
		{"tm_parse_duration", []any{"1y"}, "1y is not an interval day to second"},
		{"tm_bit_count", []any{int64(-1), int64(63)}, int64(63)},
		{"tm_bit_count", []any{int64(1), int64(65)}, "Bits specified in bit_count must be between 2 and 64, got 65"},
		{"tm_strpos", []any{"aaaa", "aa", int64(3)}, int64(3)},
		{"tm_strpos", []any{"a", "b", int64(0)}, "'instance' must be a positive or negative number."},
		{"tm_strrpos", []any{"aaaa", "aa", int64(1)}, int64(3)},
	}
	for _, tt := range tests {
		if got := call(t, tt.name, tt.args...); got != tt.want {
			t.Errorf("%s(%v) = %v, want %v", tt.name, tt.args, got, tt.want)
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Funcs() {
		if seen[f.Name] {
			t.Errorf("%s is listed twice", f.Name)
		}
		seen[f.Name] = true
	}
}

// More patterns than are kept only cost compiling again.
func TestPatternsAreForgotten(t *testing.T) {
	var c patterns
	for i := range maxPatterns + 10 {
		if _, err := c.get(strings.Repeat("a", i+1)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(c.mu.byText); n > maxPatterns {
		t.Errorf("%d patterns kept, want at most %d", n, maxPatterns)
	}
}

// A list that a function would copy is bounded; one that is NULL has no length.
func TestLongLists(t *testing.T) {
	elements := &Column{Float64s: make([]float64, 1), Int64s: make([]int64, 1)}
	for _, f := range Funcs() {
		if f.MaxList == 0 {
			continue
		}
		b := &Batch{Rows: 1, Args: make([]Column, len(f.Args)), Result: *newColumn(f.Result, 1)}
		b.Result.Store = &memory{&b.Result, f.Result, 1}
		for i, k := range f.Args {
			b.Args[i] = *newColumn(k, 1)
			if k.IsList() || k.IsSeries() {
				b.Args[i].Spans[0].Length = uint64(f.MaxList) + 1
				b.Args[i].Elem, b.Args[i].Time, b.Args[i].Value = elements, elements, elements
			}
		}
		want := fmt.Sprintf("A function does not take more than %d values of one group, array or time series; these are %d", f.MaxList, f.MaxList+1)
		if err := f.Run(b); err == nil || err.Error() != want {
			t.Errorf("%s of a long list = %v, want %s", f.Name, err, want)
		}
		for i := range b.Args {
			b.Args[i].SetNull(0)
		}
		if err := f.Run(b); err != nil {
			t.Errorf("%s of NULLs that look long = %v, want NULL", f.Name, err)
		}
	}
	for _, name := range []string{"tm_percentiles_double", "tm_numeric_histogram", "tm_spline_double", "tm_pearson_bigint"} {
		if i := slices.IndexFunc(Funcs(), func(f Func) bool { return f.Name == name }); i < 0 || Funcs()[i].MaxList == 0 {
			t.Errorf("%s copies its lists and has no bound", name)
		}
	}
}
