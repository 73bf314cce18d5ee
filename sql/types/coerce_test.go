package types

import "testing"

func TestCommon(t *testing.T) {
	point := SeriesOf(Of(Double))
	named := RowOf(Field{"a", Of(Integer)}, Field{"", Of(Varchar)})
	tests := []struct {
		a, b Type
		want string // empty for none
	}{
		{Of(Integer), Of(Bigint), "bigint"}, {Of(Double), Of(Integer), "double"}, {Of(Varchar), Of(Timestamp), "timestamp"}, {Of(Date), Of(Timestamp), "timestamp"},
		{Of(Unknown), Of(Varchar), "varchar"}, {Of(Bigint), Of(Varchar), ""}, {Of(Date), Of(Varchar), ""}, {Of(Boolean), Of(Integer), ""},
		{Of(IntervalDayToSecond), Of(IntervalYearToMonth), ""},
		{ArrayOf(Of(Integer)), ArrayOf(Of(Double)), "array(double)"}, {ArrayOf(Of(Unknown)), ArrayOf(Of(Double)), "array(double)"},
		{point, ArrayOf(RowOf(Field{"", Of(Timestamp)}, Field{"", Of(Double)})), "array(row(timestamp, double))"},
		{named, RowOf(Field{"b", Of(Double)}, Field{"x", Of(Unknown)}), "row(double, varchar)"},
		{named, RowOf(Field{"a", Of(Double)}, Field{"x", Of(Varchar)}), "row(a double, varchar)"},
		{named, RowOf(Field{"", Of(Integer)}, Field{"", Of(Varchar)}), "row(integer, varchar)"},
		{ArrayOf(named), ArrayOf(RowOf(Field{"b", Of(Integer)}, Field{"", Of(Varchar)})), "array(row(integer, varchar))"},
		{named, RowOf(Field{"b", Of(Double)}), ""},
	}
	for _, tt := range tests {
		for _, pair := range [][2]Type{{tt.a, tt.b}, {tt.b, tt.a}} {
			got := ""
			if c, ok := Common(pair[0], pair[1]); ok {
				got = c.String()
			}
			if got != tt.want {
				t.Errorf("Common(%s, %s) = %q, want %q", pair[0], pair[1], got, tt.want)
			}
		}
	}
}

func TestCanCast(t *testing.T) {
	for _, tt := range []struct {
		from, to Type
		want     bool
	}{
		{Of(Varchar), Of(Bigint), true}, {Of(Bigint), Of(Timestamp), false}, {Of(Timestamp), Of(Time), true}, {Of(Varchar), Of(IntervalDayToSecond), false},
		{ArrayOf(Of(Double)), ArrayOf(Of(Varchar)), true}, {ArrayOf(Of(Double)), Of(Varchar), false}, {Of(Unknown), ArrayOf(Of(Double)), true},
		{RowOf(Field{"", Of(Integer)}), RowOf(Field{"a", Of(Varchar)}), true}, {RowOf(), RowOf(Field{"a", Of(Varchar)}), false},
	} {
		if got := CanCast(tt.from, tt.to); got != tt.want {
			t.Errorf("CanCast(%s, %s) = %v, want %v", tt.from, tt.to, got, tt.want)
		}
	}
}
