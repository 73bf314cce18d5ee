package calendar

import (
	"testing"

	"tidemark/sql/types"
)

func TestRoundTimestamp(t *testing.T) {
	for _, tt := range []struct {
		text string
		unit int64
		want string
	}{
		{"2020-01-01 01:02:03.123456789", types.Millisecond, "2020-01-01 01:02:03.123000000"},
		{"2020-01-01 01:02:03.1235", types.Millisecond, "2020-01-01 01:02:03.124000000"},
		{"2020-12-31 23:59:59.5", types.Second, "2021-01-01 00:00:00.000000000"},
		{"1969-12-31 23:59:58.5", types.Second, "1969-12-31 23:59:59.000000000"},
		{"1969-12-31 23:59:58.499999999", types.Second, "1969-12-31 23:59:58.000000000"},
		{"1677-09-21 00:12:44", types.Second, "1677-09-21 00:12:44.000000000"},
		{"2262-04-11 23:47:16.854775807", 10, "error: Timestamp is out of range"},
	} {
		ns, err := types.ParseTimestamp(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := show(RoundTimestamp(ns, tt.unit)); got != tt.want {
			t.Errorf("RoundTimestamp(%s, %d) = %s, want %s", tt.text, tt.unit, got, tt.want)
		}
	}
}

func TestRoundTime(t *testing.T) {
	for _, tt := range []struct{ clock, unit, want int64 }{
		{types.Hour + 123456789, types.Millisecond, types.Hour + 123000000},
		{types.Hour + 500000, types.Millisecond, types.Hour + types.Millisecond},
		{types.Day - 1, types.Millisecond, 0},
		{0, types.Second, 0},
	} {
		if got := RoundTime(tt.clock, tt.unit); got != tt.want {
			t.Errorf("RoundTime(%d, %d) = %d, want %d", tt.clock, tt.unit, got, tt.want)
		}
	}
}
