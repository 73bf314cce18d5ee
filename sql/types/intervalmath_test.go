package types

import (
	"math"
	"testing"
)

func TestIntervalMath(t *testing.T) {
	for _, c := range []struct {
		name string
		got  func() (int64, error)
		want int64
		err  string
	}{
		{"sum", func() (int64, error) { return DaysToSeconds.Add(Day, -Hour) }, 23 * Hour, ""},
		{"sum too long", func() (int64, error) { return DaysToSeconds.Add(math.MaxInt64, 1) }, 0, "Interval is out of range"},
		{"months", func() (int64, error) { return YearsToMonths.Add(math.MaxInt32, 1) }, 0, "Interval is out of range"},
		{"difference", func() (int64, error) { return DaysToSeconds.Subtract(-1, math.MinInt64) }, math.MaxInt64, ""},
		{"negation of the longest", func() (int64, error) { return DaysToSeconds.Subtract(0, math.MinInt64) }, 0, "Interval is out of range"},
		{"negation of the most months", func() (int64, error) { return YearsToMonths.Subtract(0, math.MinInt32) }, 0, "Interval is out of range"},
		{"multiple", func() (int64, error) { return DaysToSeconds.Multiply(Day, -3) }, -3 * Day, ""},
		{"multiple of months", func() (int64, error) { return YearsToMonths.Multiply(12, 200_000_000) }, 0, "Interval is out of range"},
		{"quotient", func() (int64, error) { return DaysToSeconds.Divide(-7, 2) }, -3, ""},
		{"by zero", func() (int64, error) { return DaysToSeconds.Divide(7, 0) }, 0, "Division by zero"},
		{"the longest by -1", func() (int64, error) { return DaysToSeconds.Divide(math.MinInt64, -1) }, 0, "Interval is out of range"},
		{"scale", func() (int64, error) { return DaysToSeconds.Scale(Day, 1.5) }, 36 * Hour, ""},
		{"ties away from zero", func() (int64, error) { return DaysToSeconds.Scale(-5, 0.5) }, -3, ""},
		{"every nanosecond", func() (int64, error) { return DaysToSeconds.Scale(9007199254740993, 1) }, 9007199254740993, ""},
		{"scale by NaN", func() (int64, error) { return DaysToSeconds.Scale(1, math.NaN()) }, 0, "Cannot multiply by double NaN"},
		{"scale by infinity", func() (int64, error) { return DaysToSeconds.Scale(1, math.Inf(1)) }, 0, "Interval is out of range"},
		{"scale too far", func() (int64, error) { return DaysToSeconds.Scale(Day, 1e300) }, 0, "Interval is out of range"},
		{"scale of months", func() (int64, error) { return YearsToMonths.Scale(14, 0.5) }, 7, ""},
		{"scale of months to a part of one", func() (int64, error) { return YearsToMonths.Scale(-13, 1.5) }, -19, ""},
		{"scale of months as of doubles", func() (int64, error) { return YearsToMonths.Scale(10, 0.3) }, 3, ""},
		{"part of months", func() (int64, error) { return YearsToMonths.Part(-1, 1.5) }, 0, ""},
		{"part", func() (int64, error) { return DaysToSeconds.Part(3*Day, 2) }, 36 * Hour, ""},
		{"part by zero", func() (int64, error) { return DaysToSeconds.Part(3, 0) }, 0, "Division by zero"},
		{"part by NaN", func() (int64, error) { return DaysToSeconds.Part(3, math.NaN()) }, 0, "Cannot divide by double NaN"},
		{"part by infinity", func() (int64, error) { return DaysToSeconds.Part(3, math.Inf(-1)) }, 0, ""},
	} {
		got, err := c.got()
		if text := errorText(err); got != c.want || text != c.err {
			t.Errorf("%s: %d, %q, want %d, %q", c.name, got, text, c.want, c.err)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
