package native

import "testing"

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
		v, err := f.Call(args)
		if err != nil {
			return err.Error()
		}
		return v
	}
	t.Fatalf("no function %s", name)
	return nil
}

func TestFuncs(t *testing.T) {
	const saturday = int64(1570921834162000000) // 2019-10-12 23:10:34.162
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
		{"tm_date_format", []any{saturday, "%W %e %M %l:%i %p %"}, "Saturday 12 October 11:10 PM %"},
		{"tm_date_format", []any{int64(-1), "%Y-%m-%d %T.%f"}, "1969-12-31 23:59:59.999999"},
		{"tm_date_parse", []any{"12/10/19 11:10:34 PM", "%d/%m/%y %r"}, int64(1570921834000000000)},
		{"tm_date_parse", []any{"2019-02-30", "%Y-%m-%d"}, `Invalid format: "2019-02-30" does not match "%Y-%m-%d"`},
		{"tm_date_parse", []any{"2019-02-03x", "%Y-%m-%d"}, `Invalid format: "2019-02-03x" does not match "%Y-%m-%d"`},
		{"tm_date_parse", []any{"2019 W41 Saturday", "%x W%v %W"}, int64(1570838400000000000)},
		{"tm_format_datetime", []any{saturday, "yyyyMMdd'T'kk:mm:ss.SSSSSS"}, "20191012T23:10:34.162000"},
		{"tm_format_datetime", []any{saturday, "G xxxx-'W'ww-e"}, "AD 2019-W41-6"},
		{"tm_parse_datetime", []any{"Sat Oct 12 11 PM 2019", "EEE MMM dd hh a yyyy"}, int64(1570921200000000000)},
		{"tm_parse_datetime", []any{"25:00", "HH:mm"}, `Invalid format: "25:00" does not match "HH:mm"`},
		{"tm_parse_iso_timestamp", []any{"2022-168T10+02"}, int64(1655452800000000000)},
		{"tm_regexp_extract", []any{"b", "(a)?b", int64(1)}, nil},
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
		if _, err := c.get(string(rune('a' + i))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(c.mu.byText); n > maxPatterns {
		t.Errorf("%d patterns kept, want at most %d", n, maxPatterns)
	}
}

func FuzzDates(f *testing.F) {
	for _, p := range []string{"%Y-%m-%d %H:%i:%s.%f %j %v %x", "yyyy-MM-dd'T'HH:mm:ss.SSSZ EEE", "%", "'", "''", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", "KKhhkkzzZZ"} {
		f.Add(p, "2019-10-12T23:10:34.162+0100", int64(1570921834162000000))
	}
	f.Fuzz(func(t *testing.T, pattern, text string, ns int64) {
		for _, fn := range dates {
			if fn.Result == Varchar {
				fn.Call([]any{ns, pattern})
			} else {
				fn.Call([]any{text, pattern})
			}
		}
	})
}
