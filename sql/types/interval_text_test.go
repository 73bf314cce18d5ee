package types

import (
	"math"
	"testing"
)

func TestParseIntervalTextReadsWhatTextPrints(t *testing.T) {
	for _, ns := range []int64{0, 1, -1, 162000000000000, -93784000000005, math.MaxInt64, math.MinInt64} {
		text := Text(Of(IntervalDayToSecond), ns)
		if got, ok := ParseIntervalText(IntervalDayToSecond, text); !ok || got != ns {
			t.Errorf("ParseIntervalText(%q) = %v, %v, want %d", text, got, ok, ns)
		}
	}
	for _, months := range []int32{0, 1, -1, 31, -47, math.MaxInt32} {
		text := Text(Of(IntervalYearToMonth), months)
		if got, ok := ParseIntervalText(IntervalYearToMonth, text); !ok || got != months {
			t.Errorf("ParseIntervalText(%q) = %v, %v, want %d", text, got, ok, months)
		}
	}
	for _, text := range []string{"", "1", "1 2", "x 00:00:00.0", "1-12", "-", "2-", "1 25:00:00", "99999999999999999999 00:00:00"} {
		for _, k := range []Kind{IntervalDayToSecond, IntervalYearToMonth} {
			if v, ok := ParseIntervalText(k, text); ok {
				t.Errorf("ParseIntervalText(%v, %q) = %v, want a refusal", k, text, v)
			}
		}
	}
}
