package types

import (
	"math"
	"testing"
)

func TestText(t *testing.T) {
	tests := []struct {
		kind Kind
		v    any
		want string
	}{
		{Boolean, true, "true"},
		{Integer, int32(-5), "-5"},
		{Bigint, int64(math.MinInt64), "-9223372036854775808"},
		{Double, 1.0, "1.0"},
		{Double, 0.13194831754663383, "0.13194831754663383"},
		{Double, 1655487883.771, "1.655487883771E9"},
		{Double, 1e7, "1.0E7"},
		{Double, 9999999.5, "9999999.5"},
		{Double, 0.001, "0.001"},
		{Double, 0.00099, "9.9E-4"},
		{Double, 1e20, "1.0E20"},
		{Double, -1.5e-300, "-1.5E-300"},
		{Double, math.SmallestNonzeroFloat64, "4.9E-324"},
		{Double, 2e-323, "2.0E-323"},
		{Double, 1e23, "1.0E23"},
		{Double, 2e22, "2.0E22"},
		{Double, -math.SmallestNonzeroFloat64, "-4.9E-324"},
		{Double, math.Copysign(0, -1), "-0.0"},
		{Double, math.NaN(), "NaN"},
		{Double, math.Inf(-1), "-Infinity"},
		{Varchar, "it's", "it's"},
		{Timestamp, int64(1575486000000000000), "2019-12-04 19:00:00.000000000"},
		{Timestamp, int64(-1), "1969-12-31 23:59:59.999999999"},
		{Timestamp, int64(math.MaxInt64), "2262-04-11 23:47:16.854775807"},
		{Timestamp, int64(math.MinInt64), "1677-09-21 00:12:43.145224192"},
		{Date, int32(18482), "2020-08-08"},
		{Date, int32(-1), "1969-12-31"},
		{Time, int64(3600000000001), "01:00:00.000000001"},
		{IntervalDayToSecond, int64(162000000000000), "1 21:00:00.000000000"},
		{IntervalDayToSecond, int64(-1), "-0 00:00:00.000000001"},
		{IntervalDayToSecond, int64(math.MinInt64), "-106751 23:47:16.854775808"},
		{IntervalYearToMonth, int32(31), "2-7"},
		{IntervalYearToMonth, int32(-8), "-0-8"},
		{IntervalYearToMonth, int32(math.MinInt32), "-178956970-8"},
	}
	for _, tt := range tests {
		if got := Text(Of(tt.kind), tt.v); got != tt.want {
			t.Errorf("Text(%s, %v) = %q, want %q", tt.kind, tt.v, got, tt.want)
		}
	}
}
