package timepattern

import (
	"testing"
	"time"
)

func TestFormat(t *testing.T) {
	belize, tokyo := Zone("America/Belize"), Zone("Asia/Tokyo")
	if belize == nil || tokyo == nil {
		t.Fatal("zones are missing")
	}
	monday := time.Date(2009, 2, 2, 0, 5, 9, 7_089_123, time.UTC)
	afternoon := time.Date(2024, 12, 31, 15, 4, 5, 678_000_000, time.UTC)
	tests := []struct {
		name, pattern string
		at            time.Time
		want          string
	}{
		{"the developer guide's example", "yyyy.MM.dd G 'at' HH:mm:ss z", time.UnixMilli(100000000).In(belize), "1970.01.01 AD at 21:46:40 CST"},
		{"single letters do not pad", "y-M-d H:m:s", monday, "2009-2-2 0:5:9"},
		{"two letters of year", "yy", monday, "09"},
		{"short and full names", "EEE MMM, EEEE MMMM", monday, "Mon Feb, Monday February"},
		{"fraction", "S SSS SSSSSS", monday, "0 007 007089"},
		{"clock hours at midnight", "h K k a", monday, "12 0 24 AM"},
		{"clock hours in the afternoon", "hh KK kk a", afternoon, "03 03 15 PM"},
		{"week year", "xxxx-'W'ww-e", afternoon, "2025-W01-2"},
		{"day of year", "D DDD", monday, "33 033"},
		{"offsets", "Z ZZ ZZZ", afternoon.In(tokyo), "+0900 +09:00 Asia/Tokyo"},
		{"UTC", "z Z ZZZ", afternoon, "UTC +0000 UTC"},
		{"quote", "h 'o''clock' ''", monday, "12 o'clock '"},
		{"century", "C", monday, "20"},
	}
	for _, test := range tests {
		if got, err := Format(test.pattern, test.at); got != test.want || err != nil {
			t.Errorf("%s: Format(%q) = %q, %v, want %q", test.name, test.pattern, got, err, test.want)
		}
	}
	for _, pattern := range []string{"b", "'open", "QQ"} {
		if got, err := Format(pattern, monday); err == nil {
			t.Errorf("Format(%q) = %q, want an error", pattern, got)
		}
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		text, pattern string
		want          int64 // milliseconds
	}{
		{"2020-04-03 09:45:18 UTC+01:00", "yyyy-MM-dd HH:mm:ss VV", 1585903518000},
		{"18 December 2015", "dd MMMM yyyy", 1450396800000},
		{"2007-12-03 10:15:30.592 America/Los_Angeles", "yyyy-MM-dd HH:mm:ss.SSS z", 1196705730592},
		{"20071203101530", "yyyyMMddHHmmss", 1196676930000},
		{"2007-12-03T10:15:30Z", "yyyy-MM-dd'T'HH:mm:ssX", 1196676930000},
		{"2007-12-03T10:15:30+01:00", "yyyy-MM-dd'T'HH:mm:ssXXX", 1196673330000},
		{"2007-12-03T10:15:30+0100", "yyyy-MM-dd'T'HH:mm:ssZ", 1196673330000},
		{"2007-12-03T10:15:30GMT+1", "yyyy-MM-dd'T'HH:mm:ssO", 1196673330000},
		{"3/12/07 3:04 PM", "d/M/yy h:mm a", 1196694240000},
		{"Mon, 3 Dec 2007", "E, d MMM yyyy", 1196640000000},
		{"2007-337", "yyyy-DDD", 1196640000000},
		{"2015-02-31", "yyyy-MM-dd", 1425081600000}, // the last day of February
		{"2007-12-03 24:00", "yyyy-MM-dd HH:mm", 1196726400000},
		{"2007-12-03 36930000", "yyyy-MM-dd A", 1196676930000},
		{"1 AD 1970-01-01", "'1' G yyyy-MM-dd", 0},
		{"1969-12-31", "uuuu-MM-dd", -86400000},
		{"2007-12-03 PST", "yyyy-MM-dd z", 1196668800000},
	}
	for _, test := range tests {
		got, err := Parse(test.pattern, test.text)
		if err != nil || got.UnixMilli() != test.want {
			t.Errorf("Parse(%q, %q) = %d, %v, want %d", test.pattern, test.text, got.UnixMilli(), err, test.want)
		}
	}
	refused := []struct{ text, pattern string }{
		{"2015-13-01", "yyyy-MM-dd"}, {"2015-12", "yyyy-MM"}, {"10:15", "HH:mm"}, {"2015-12-01x", "yyyy-MM-dd"}, {"15-12-01", "yyyy-MM-dd"},
		{"Tue, 3 Dec 2007", "E, d MMM yyyy"}, {"2015-12-01 25", "yyyy-MM-dd HH"}, {"2015-12-01 Nowhere/City", "yyyy-MM-dd VV"}, {"2015-12-01 3", "yyyy-MM-dd h"},
		{"2015-12-01", "yyyy-MM-dd["}, {"18 december 2015", "dd MMMM yyyy"}, {"", "yyyy"}, {"2015", "bbbb"}, {"2015-12-01 Local", "yyyy-MM-dd VV"},
		{"2007-12-03T10:15:30+01", "yyyy-MM-dd'T'HH:mm:ssXXX"}, {"2007-12-03 24:01", "yyyy-MM-dd HH:mm"},
	}
	for _, test := range refused {
		if got, err := Parse(test.pattern, test.text); err == nil {
			t.Errorf("Parse(%q, %q) = %v, want an error", test.pattern, test.text, got)
		}
	}
}

// Neither direction panics, whatever devices and rules write.
func FuzzPatterns(f *testing.F) {
	f.Add("yyyy-MM-dd HH:mm:ss VV", "2020-04-03 09:45:18 UTC+01:00")
	f.Add("yyyyMMddHHmmssSSS", "20071203101530000")
	f.Add("E 'at' ''h a zzzXXX", "Mon at '3 PM PST+01:00")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		_, _ = Parse(pattern, text)
		_, _ = Format(pattern, time.Unix(1, 2))
	})
}
