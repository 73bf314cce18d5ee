package calendar

import (
	"math"
	"testing"
)

func TestParseISOTimestamp(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"2022", "2022-01-01 00:00:00.000000000"},
		{"2022-06", "2022-06-01 00:00:00.000000000"},
		{"2022-06-17", "2022-06-17 00:00:00.000000000"},
		{"2022-W24", "2022-06-13 00:00:00.000000000"},
		{"2022-6-7", "2022-06-07 00:00:00.000000000"},
		{"+2022-6", "2022-06-01 00:00:00.000000000"},
		{"2022-06-17T1:2:3.5Z", "2022-06-17 01:02:03.500000000"},
		{"2022-W2T1", "2022-01-10 01:00:00.000000000"},
		{"T1:2", "1970-01-01 01:02:00.000000000"},
		{"2022-W24-5", "2022-06-17 00:00:00.000000000"},
		{"2020-W53-7T12", "2021-01-03 12:00:00.000000000"},
		{"2022-168T10+02", "2022-06-17 08:00:00.000000000"},
		{"2020-366", "2020-12-31 00:00:00.000000000"},
		{"2022-06-17T", "2022-06-17 00:00:00.000000000"},
		{"2022-06-17T17", "2022-06-17 17:00:00.000000000"},
		{"2022-06-17T17:44", "2022-06-17 17:44:00.000000000"},
		{"2022-06-17T17:44:43", "2022-06-17 17:44:43.000000000"},
		{"2022-06-17T17:44:43.7", "2022-06-17 17:44:43.700000000"},
		{"2022-06-17T17:44:43,771000678", "2022-06-17 17:44:43.771000678"},
		{"2022-06-17T17:44:43.77100067899", "2022-06-17 17:44:43.771000678"},
		{"2022-06-17T17:44.5", "2022-06-17 17:44:30.000000000"},
		{"2022-06-17T17.25", "2022-06-17 17:15:00.000000000"},
		{"2022-06-17T17:44:43.771Z", "2022-06-17 17:44:43.771000000"},
		{"2022-06-17t17:44:43.771z", "2022-06-17 17:44:43.771000000"},
		{"2022-06-17T17:44:43.771+05", "2022-06-17 12:44:43.771000000"},
		{"2022-06-17T17:44:43.771+05:30", "2022-06-17 12:14:43.771000000"},
		{"2022-06-17T17:44:43.771+0530", "2022-06-17 12:14:43.771000000"},
		{"2022-06-17T17:44:43-07:00", "2022-06-18 00:44:43.000000000"},
		{"2022-01-01T00:00+01:00", "2021-12-31 23:00:00.000000000"},
		{"2022-06-17TZ", "2022-06-17 00:00:00.000000000"},
		{"T10:15", "1970-01-01 10:15:00.000000000"},
		{"1969-12-31T23:59:59.999999999Z", "1969-12-31 23:59:59.999999999"},
		{"1677-09-21T00:12:44", "1677-09-21 00:12:44.000000000"},
		{"2262-04-11T23:47:16.854775807", "2262-04-11 23:47:16.854775807"},
		{"2262-04-12T00:47:16.854775807+01:00", "2262-04-11 23:47:16.854775807"},
		{"2262-04-11T23:47:16.854775808", "error: Timestamp is out of range"},
		{"1677-09-21T00:12:43.999999999", "error: Timestamp is out of range"},
		{"2300", "error: Timestamp is out of range"},
		{"2022-06-17 17:44", `error: Invalid format: "2022-06-17 17:44" is malformed at " 17:44"`},
		{"2022-06-17T17:44:43.", `error: Invalid format: "2022-06-17T17:44:43." is too short`},
		{"2022-06-17T17:44:43.5x", `error: Invalid format: "2022-06-17T17:44:43.5x" is malformed at "x"`},
		{"2022-06-17T17:44+5", `error: Invalid format: "2022-06-17T17:44+5" is malformed at "+5"`},
		{"22-06-17", "error: Timestamp is out of range"},
		{"2022-1234", `error: Invalid format: "2022-1234" is malformed at "4"`},
		{"2022-0", `error: Cannot parse "2022-0": Value 0 for monthOfYear must be in the range [1,12]`},
		{"2022-01-", `error: Invalid format: "2022-01-" is malformed at "-"`},
		{"2022-W", `error: Invalid format: "2022-W" is malformed at "-W"`},
		{"2022-01-01T1:", `error: Invalid format: "2022-01-01T1:" is malformed at ":"`},
		{"2022-01-01T123", `error: Invalid format: "2022-01-01T123" is malformed at "3"`},
		{"++2022", `error: Invalid format: "++2022"`},
		{"", `error: Invalid format: ""`},
		{"2022-02-29", `error: Cannot parse "2022-02-29": Value 29 for dayOfMonth must be in the range [1,28]`},
		{"2022-W53", `error: Cannot parse "2022-W53": Value 53 for weekOfWeekyear must be in the range [1,52]`},
		{"2022-366", `error: Cannot parse "2022-366": Value 366 for dayOfYear must be in the range [1,365]`},
		{"2022-W24-8", `error: Cannot parse "2022-W24-8": Value 8 for dayOfWeek must be in the range [1,7]`},
		{"2022-06-17T24:00", `error: Cannot parse "2022-06-17T24:00": Value 24 for hourOfDay must be in the range [0,23]`},
	} {
		if got := show(ParseISOTimestamp(tt.text)); got != tt.want {
			t.Errorf("ParseISOTimestamp(%q) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestParseISODate(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"2022-06-17", "2022-06-17"}, {"2022-06", "2022-06-01"}, {"2022", "2022-01-01"}, {"2022-W24-5", "2022-06-17"}, {"2009-W01-1", "2008-12-29"},
		{"2022-168", "2022-06-17"}, {"1600-02-29", "1600-02-29"}, {"9999-12-31", "9999-12-31"},
		{"2022-06-17T10:00", `error: Invalid format: "2022-06-17T10:00" is malformed at "T10:00"`},
		{"2022-13-01", `error: Cannot parse "2022-13-01": Value 13 for monthOfYear must be in the range [1,12]`},
		{"0000-01-01", "error: Date is out of range"},
		{"-2022-01-01", "error: Date is out of range"},
		{"2020-1-2", "2020-01-02"}, {"+2020-1", "2020-01-01"}, {"20-01-02", "0020-01-02"}, {"2020-W1-1", "2019-12-30"}, {"2020-001", "2020-01-01"},
		{"2020-1-32", `error: Cannot parse "2020-1-32": Value 32 for dayOfMonth must be in the range [1,31]`},
		{"2020-001-02", `error: Invalid format: "2020-001-02" is malformed at "-02"`},
		{" 2020-01-02", `error: Invalid format: " 2020-01-02"`},
		{"x", `error: Invalid format: "x"`},
	} {
		day, err := ParseISODate(tt.text)
		got := string(AppendDate(nil, day))
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != tt.want {
			t.Errorf("ParseISODate(%q) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestFromUnixTime(t *testing.T) {
	for _, tt := range []struct {
		seconds float64
		want    string
	}{
		{0, "1970-01-01 00:00:00.000000000"},
		{1.5, "1970-01-01 00:00:01.500000000"},
		{-1.5, "1969-12-31 23:59:58.500000000"},
		{-1e-9, "1969-12-31 23:59:59.999999999"},
		{0.1, "1970-01-01 00:00:00.100000000"},
		{1e-9, "1970-01-01 00:00:00.000000001"},
		{5e-10, "1970-01-01 00:00:00.000000001"},
		{4e-10, "1970-01-01 00:00:00.000000000"},
		{0.9999999999, "1970-01-01 00:00:01.000000000"},
		{5e-324, "1970-01-01 00:00:00.000000000"},
		{1655487883.771, "2022-06-17 17:44:43.771000000"},
		{1.6554878837710001e9, "2022-06-17 17:44:43.771000100"},
		{-9223372036, "1677-09-21 00:12:44.000000000"},
		{9223372036, "2262-04-11 23:47:16.000000000"},
		{9223372036.854775, "2262-04-11 23:47:16.854774000"}, // the double nearest to it,
		{9223372036.75, "2262-04-11 23:47:16.750000000"},
		{-9223372036.5, "error: Timestamp is out of range"},
		{9223372037, "error: Timestamp is out of range"},
		{1e300, "error: Timestamp is out of range: 1.0E300 seconds"},
		{math.NaN(), "error: Timestamp is out of range: NaN seconds"},
		{math.Inf(-1), "error: Timestamp is out of range: -Infinity seconds"},
	} {
		if got := show(FromUnixTime(tt.seconds)); got != tt.want {
			t.Errorf("FromUnixTime(%v) = %s, want %s", tt.seconds, got, tt.want)
		}
	}
}

// Timestamps of milliseconds survive the way through a double.
func TestUnixTimeRoundTrip(t *testing.T) {
	for _, ns := range instants(20_000) {
		ms := ToMillis(ns)
		want, err := FromMillis(ms)
		if err != nil {
			continue
		}
		if got, err := FromUnixTime(float64(ms) / 1000); err != nil || got != want {
			t.Fatalf("FromUnixTime(%v) = %d, %v, want %d", float64(ms)/1000, got, err, want)
		}
	}
}

func TestFromMillis(t *testing.T) {
	for _, tt := range []struct {
		n    int64
		want string
	}{
		{1655487883771, "2022-06-17 17:44:43.771000000"}, {-1, "1969-12-31 23:59:59.999000000"},
		{9223372036854, "2262-04-11 23:47:16.854000000"}, {9223372036855, "error: Timestamp is out of range"},
		{-9223372036000, "1677-09-21 00:12:44.000000000"}, {-9223372036001, "error: Timestamp is out of range"},
		{math.MaxInt64, "error: Timestamp is out of range"}, {math.MinInt64, "error: Timestamp is out of range"},
	} {
		if got := show(FromMillis(tt.n)); got != tt.want {
			t.Errorf("FromMillis(%d) = %s, want %s", tt.n, got, tt.want)
		}
	}
}

func TestReadableSeconds(t *testing.T) {
	for _, tt := range []struct {
		seconds float64
		want    string
	}{
		{96, "1 minute, 36 seconds"}, {3762, "1 hour, 2 minutes, 42 seconds"}, {56363463, "93 weeks, 1 day, 8 hours, 31 minutes, 3 seconds"},
		{0, "0 seconds"}, {60, "1 minute"}, {-1.4, "1 second"}, {0.5, "1 second"}, {604800, "1 week"},
		{math.NaN(), "error: Invalid argument found: NaN"}, {math.Inf(1), "error: Invalid argument found: Infinity"}, {1e19, "error: Invalid argument found: 1.0E19"},
	} {
		text, err := ReadableSeconds(nil, tt.seconds)
		got := string(text)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != tt.want {
			t.Errorf("ReadableSeconds(%v) = %s, want %s", tt.seconds, got, tt.want)
		}
	}
}
