package types

import (
	"errors"
	"math"
	"testing"
)

func TestParseTimestamp(t *testing.T) {
	tests := []struct {
		text string
		want string // as Text prints it; empty for an error
	}{
		{"2020-08-08", "2020-08-08 00:00:00.000000000"},
		{"2020-08-08 01:00", "2020-08-08 01:00:00.000000000"},
		{"2020-8-8 1:2:3", "2020-08-08 01:02:03.000000000"},
		{"2020-08-08 01:02:03.4", "2020-08-08 01:02:03.400000000"},
		{"2020-08-08T01:02:03.123456789Z", "2020-08-08 01:02:03.123456789"},
		{"2020-08-08 01:02:03 UTC", "2020-08-08 01:02:03.000000000"},
		{"2020-08-08 01:02:03 +0000", "2020-08-08 01:02:03.000000000"},
		{"2020-08-08 01:02:03+05:30", "2020-08-07 19:32:03.000000000"},
		{"2020-08-08 23:02:03 -02", "2020-08-09 01:02:03.000000000"},
		{"2020-02-29", "2020-02-29 00:00:00.000000000"},
		{"2262-04-11 23:47:16.854775807", "2262-04-11 23:47:16.854775807"},
		{"1677-09-21 00:12:44", "1677-09-21 00:12:44.000000000"},
		{"2262-04-11 23:47:16.854775808", ""},
		{"1677-09-21 00:12:43.999999999", ""},
		{"1500-01-01", ""},
		{"2021-02-29", ""},
		{"2020-13-01", ""},
		{"2020-08-08 24:00", ""},
		{"2020-08-08 01:02:03.1234567890", ""},
		{"2020-08", ""},
		{" 2020-08-08 ", "2020-08-08 00:00:00.000000000"},
		{"20 20-08-08", ""},
		{"2020-08-08 01:02:03 Europe/Berlin", ""},
		{"2020-08-08 01:02:03 +99:00", ""},
		{"yesterday", ""},
		{"", ""},
	}
	for _, tt := range tests {
		ns, err := ParseTimestamp(tt.text)
		got := ""
		if err == nil {
			got = Text(Of(Timestamp), ns)
		}
		if got != tt.want {
			t.Errorf("ParseTimestamp(%q) = %q, %v, want %q", tt.text, got, err, tt.want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	tests := []struct {
		text string
		want any // nil for an error
	}{
		{"15m", 15 * Minute}, {"2d", 2 * Day}, {"100ms", 100 * Millisecond}, {"50ns", int64(50)}, {"12second", 12 * Second}, {"21Hour", 21 * Hour},
		{"72.5h", 72*Hour + 30*Minute}, {"42.8ms", int64(42_800_000)}, {"1 day", Day}, {" 3us ", 3 * Microsecond},
		{"0.4ns", int64(0)}, {"0.5ns", int64(1)}, {"2.5ns", int64(3)}, {"106751d", int64(106751) * Day},
		{"5y", int32(60)}, {"1year", int32(12)}, {"8month", int32(8)},
		{"106752d", nil}, {"1.5y", nil}, {"3 weeks", nil}, {"1M2", nil}, {"m", nil}, {"", nil}, {"-5m", nil}, {"1.2.3s", nil}, {".s", nil}, {"999999999y", nil},
		{"1e400000000s", nil}, {"99999999999999999999999999999999999999999999999999999999999999999999s", nil},
	}
	for _, tt := range tests {
		got, _, err := ParseDuration(tt.text)
		if err != nil {
			got = nil
		}
		if got != tt.want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", tt.text, got, err, tt.want)
		}
	}
}

func TestParseInterval(t *testing.T) {
	tests := []struct {
		text, unit string
		want       any
	}{
		{"2", "DAY", 2 * Day}, {"-3", "hour", -3 * Hour}, {"1", "week", 7 * Day}, {"4", "year", int32(48)}, {"5", "month", int32(5)},
		{"9223372036854775807", "second", nil}, {"178956971", "year", nil}, {"1.5", "day", nil}, {"1", "quarter", nil}, {"", "day", nil},
		{"1.5", "second", 1500 * Millisecond}, {"-0.000000001", "SECOND", int64(-1)}, {"+2.0", "second", 2 * Second},
		{"1.0000000001", "second", nil}, {".5", "second", nil}, {"1.", "second", nil}, {"1.-5", "second", nil}, {"9223372037.0", "second", nil},
	}
	for _, tt := range tests {
		got, _, err := ParseInterval(tt.text, tt.unit)
		if err != nil {
			got = nil
		}
		if got != tt.want {
			t.Errorf("ParseInterval(%q, %q) = %v, %v, want %v", tt.text, tt.unit, got, err, tt.want)
		}
	}
}

func TestFromText(t *testing.T) {
	tests := []struct {
		kind Kind
		text string
		want any
	}{
		{Bigint, "-12", int64(-12)}, {Bigint, " 12", nil}, {Bigint, "1.5", nil}, {Bigint, "9223372036854775808", nil}, {Integer, "2147483648", nil}, {Integer, "7", int32(7)},
		{Double, "1e3", 1000.0}, {Double, "-Infinity", math.Inf(-1)}, {Double, "1e999", math.Inf(1)}, {Double, "0x10", nil}, {Double, "1_0", nil}, {Double, "inf", nil}, {Double, "", nil},
		{Boolean, "T", true}, {Boolean, "0", false}, {Boolean, "yes", nil}, {Time, "12:42:13.5", 12*Hour + 42*Minute + 13*Second + 500*Millisecond}, {Date, "1970-01-02", int32(1)}, {Date, " 1970-01-02 ", int32(1)}, {Date, "1970-01- 02", nil},
	}
	for _, tt := range tests {
		got, err := FromText(tt.kind, tt.text)
		if err != nil {
			got = nil
		}
		if got != tt.want {
			t.Errorf("FromText(%s, %q) = %v, %v, want %v", tt.kind, tt.text, got, err, tt.want)
		}
	}
	if _, err := FromText(Bigint, "x"); err == nil || err.Error() != "Cannot cast 'x' to BIGINT" {
		t.Errorf("FromText(bigint, x) error = %v, want Cannot cast 'x' to BIGINT", err)
	}
}

func TestConvert(t *testing.T) {
	tests := []struct {
		v        any
		from, to Kind
		want     any
	}{
		{2.5, Double, Bigint, int64(3)}, {-2.5, Double, Integer, int32(-3)}, {math.NaN(), Double, Bigint, nil}, {9.3e18, Double, Bigint, nil}, {3e9, Double, Integer, nil},
		{int64(3_000_000_000), Bigint, Integer, nil}, {int32(7), Integer, Bigint, int64(7)}, {int64(0), Bigint, Boolean, false}, {true, Boolean, Double, 1.0},
		{int64(-1), Timestamp, Date, int32(-1)}, {int64(-1), Timestamp, Time, Day - 1}, {int32(-1), Date, Timestamp, -Day}, {1e7, Double, Varchar, "1.0E7"}, {"5", Varchar, Bigint, int64(5)},
	}
	for _, tt := range tests {
		got, err := Convert(tt.v, Of(tt.from), Of(tt.to))
		if err != nil {
			got = nil
		}
		if got != tt.want {
			t.Errorf("Convert(%v, %s, %s) = %v, %v, want %v", tt.v, tt.from, tt.to, got, err, tt.want)
		}
	}
}

// Years and months are counted by two functions that know the calendar from
// different ends; every day of eight centuries agrees.
func TestCalendarRoundTrip(t *testing.T) {
	for days := int64(-150_000); days < 150_000; days++ {
		year, month, day := Civil(days)
		if back := DaysOf(year, month, day); back != days || day > MonthLength(year, month) {
			t.Fatalf("DaysOf(Civil(%d) = %d-%d-%d) = %d", days, year, month, day, back)
		}
	}
}

func TestOverflow(t *testing.T) {
	var out *ErrRange
	if _, err := AddInt64(math.MaxInt64, 1, "bigint"); !errors.As(err, &out) || err.Error() != "Bigint is out of range" {
		t.Errorf("AddInt64(max, 1) error = %v, want Bigint is out of range", err)
	}
	if _, err := AddInt64(math.MinInt64, math.MinInt64, "bigint"); err == nil {
		t.Error("AddInt64(min, min) gave no error")
	}
	if _, err := MultiplyInt64(math.MinInt64, -1, "bigint"); err == nil {
		t.Error("MultiplyInt64(min, -1) gave no error")
	}
	if got, err := MultiplyInt64(-3, 4, "bigint"); got != -12 || err != nil {
		t.Errorf("MultiplyInt64(-3, 4) = %d, %v, want -12", got, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2020-08-08 01:02:03.123456789+05:30", "42.8 ms", "12:00", "1e5", "1677-09-21 00:12:44"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if ns, err := ParseTimestamp(s); err == nil {
			if back, err := ParseTimestamp(Text(Of(Timestamp), ns)); err != nil || back != ns {
				t.Errorf("ParseTimestamp(%q) = %d, printed and parsed again %d, %v", s, ns, back, err)
			}
		}
		ParseDuration(s)
		for _, k := range []Kind{Boolean, Integer, Bigint, Double, Date, Time} {
			FromText(k, s)
		}
	})
}
