package calendar

import (
	"strings"
	"testing"

	"tidemark/sql/types"
)

// parseText reads a timestamp, the wire's text of which the tests compare.
func parseText(t *testing.T, text string) int64 {
	t.Helper()
	ns, err := types.ParseTimestamp(text)
	if err != nil {
		t.Fatal(err)
	}
	return ns
}

func show(ns int64, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	return string(types.AppendTimestamp(nil, ns))
}

func TestFormatMySQL(t *testing.T) {
	const sunday = "2019-10-20 09:08:07.123456789"
	for _, tt := range []struct{ at, pattern, want string }{
		{sunday, "%a|%b|%c|%d|%e|%f|%H|%h|%I|%i|%j|%k|%l|%M|%m|%p|%r|%S|%s|%T|%v|%W|%x|%Y|%y|%%", "Sun|Oct|10|20|20|123456|09|09|09|08|293|9|9|October|10|AM|09:08:07 AM|07|07|09:08:07|42|Sunday|2019|2019|19|%"},
		{"2020-01-01 00:00:00", "%h %l %k %H %p %r", "12 12 0 00 AM 12:00:00 AM"},
		{"2020-01-01 12:30:00", "%h %l %p", "12 12 PM"},
		{"2020-12-31 23:59:59.999999999", "%f %j %v %x %T", "999999 366 53 2020 23:59:59"},
		{"2021-01-03 00:00:00", "%v %x %Y %y", "53 2020 2021 21"},
		{"1969-12-31 23:59:59.000000999", "%Y-%m-%d %T.%f", "1969-12-31 23:59:59.000000"},
		{"2005-01-02 00:00:00", "%v %x %y %e %c", "53 2004 05 2 1"},
		{sunday, "%z%Q%é und ü 日本", "zQé und ü 日本"},
		{sunday, "100%", "100"}, // a sign at the end means nothing
		{sunday, "", ""},
		{sunday, "%%%Y%%", "%2019%"},
	} {
		p, err := MySQL(tt.pattern)
		if err != nil {
			t.Errorf("MySQL(%q): %v", tt.pattern, err)
			continue
		}
		if got := p.Format(parseText(t, tt.at)); got != tt.want {
			t.Errorf("Format(%s, %q) = %q, want %q", tt.at, tt.pattern, got, tt.want)
		}
	}
	for _, letter := range refused {
		_, err := MySQL("%Y %" + string(letter))
		if want := "%" + string(letter) + " not supported in date format string"; err == nil || err.Error() != want {
			t.Errorf("MySQL(%%%c): %v, want %s", letter, err, want)
		}
	}
}

func TestParseMySQL(t *testing.T) {
	for _, tt := range []struct{ text, pattern, want string }{
		{"2019-10-20 09:08:07.5", "%Y-%m-%d %H:%i:%s.%f", "2019-10-20 09:08:07.500000000"},
		{"2019-10-20 09:08:07.123456789", "%Y-%m-%d %T.%f", "2019-10-20 09:08:07.123456789"},
		{"20191020", "%Y%m%d", "2019-10-20 00:00:00.000000000"},
		{"2019-1-2", "%Y-%m-%d", "2019-01-02 00:00:00.000000000"},
		{"2019-1-2", "%Y-%c-%e", "2019-01-02 00:00:00.000000000"},
		{"12:00 AM", "%h:%i %p", "1970-01-01 00:00:00.000000000"},
		{"12:00 pm", "%h:%i %p", "1970-01-01 12:00:00.000000000"},
		{"01:02:03 PM", "%r", "1970-01-01 13:02:03.000000000"},
		{"PM 11", "%p %l", "1970-01-01 23:00:00.000000000"},
		{"69-70", "%y-%y", "1970-01-01 00:00:00.000000000"},
		{"69", "%y", "2069-01-01 00:00:00.000000000"},
		{"70", "%y", "1970-01-01 00:00:00.000000000"},
		{"OCTOBER 2019", "%M %Y", "2019-10-01 00:00:00.000000000"},
		{"oct 20, 2019", "%M %e, %Y", "2019-10-20 00:00:00.000000000"},
		{"May 2019", "%b %Y", "2019-05-01 00:00:00.000000000"},
		{"2020 366", "%Y %j", "2020-12-31 00:00:00.000000000"},
		{"2020 53", "%x %v", "2020-12-28 00:00:00.000000000"},
		{"2020 53 Sunday", "%x %v %W", "2021-01-03 00:00:00.000000000"},
		{"2021 05", "%Y %v", "2021-02-01 00:00:00.000000000"},
		{"02-29", "%m-%d", "2000-02-29 00:00:00.000000000"},                // without a year that of 2000
		{"Sun 2019-10-19", "%a %Y-%m-%d", "2019-10-20 00:00:00.000000000"}, // the weekday has the last word
		{"2019 um zehn: 10 é", "%Y UM ZEHN: %H É", "2019-01-01 10:00:00.000000000"},
		{"100% 2019", "100%% %Y", "2019-01-01 00:00:00.000000000"},
		{"1677-09-21 00:12:44", "%Y-%m-%d %T", "1677-09-21 00:12:44.000000000"},
		{"2262-04-11 23:47:16.854775807", "%Y-%m-%d %T.%f", "2262-04-11 23:47:16.854775807"},
		{"", "", "1970-01-01 00:00:00.000000000"},

		{"1677-09-21 00:12:43", "%Y-%m-%d %T", "error: Timestamp is out of range"},
		{"2262-04-11 23:47:16.854775808", "%Y-%m-%d %T.%f", "error: Timestamp is out of range"},
		{"2019-10", "%Y-%m-%d", `error: Invalid format: "2019-10" is too short`},
		{"2019-10-20x", "%Y-%m-%d", `error: Invalid format: "2019-10-20x" is malformed at "x"`},
		{"2019/10/20", "%Y-%m-%d", `error: Invalid format: "2019/10/20" is malformed at "/10/20"`},
		{"x", "%Y", `error: Invalid format: "x"`},
		{"", "%Y", `error: Invalid format: ""`},
		{"12:00 XM", "%h:%i %p", `error: Invalid format: "12:00 XM" is malformed at "XM"`},
		{"12.", "%H.%f", `error: Invalid format: "12." is too short`},
		{"7", "%y", `error: Invalid format: "7"`},
		{"2019 " + strings.Repeat("é", 36), "%Y ", `error: Invalid format: "2019 ` + strings.Repeat("é", 32) + `..." is malformed at "` + strings.Repeat("é", 32) + `..."`},
		{"2019-02-29", "%Y-%m-%d", `error: Cannot parse "2019-02-29": Value 29 for dayOfMonth must be in the range [1,28]`},
		{"2019-13-01", "%Y-%m-%d", `error: Cannot parse "2019-13-01": Value 13 for monthOfYear must be in the range [1,12]`},
		{"2019 366", "%Y %j", `error: Cannot parse "2019 366": Value 366 for dayOfYear must be in the range [1,365]`},
		{"2019 53", "%x %v", `error: Cannot parse "2019 53": Value 53 for weekOfWeekyear must be in the range [1,52]`},
		{"24:00", "%H:%i", `error: Cannot parse "24:00": Value 24 for hourOfDay must be in the range [0,23]`},
		{"13:00 AM", "%h:%i %p", `error: Cannot parse "13:00 AM": Value 13 for clockhourOfHalfday must be in the range [1,12]`},
		{"00:60", "%H:%i", `error: Cannot parse "00:60": Value 60 for minuteOfHour must be in the range [0,59]`},
		{"00:00:60", "%T", `error: Cannot parse "00:00:60": Value 60 for secondOfMinute must be in the range [0,59]`},
	} {
		checkParse(t, "MySQL", MySQL, tt.text, tt.pattern, tt.want)
	}
}

func checkParse(t *testing.T, kind string, compile func(string) (*Pattern, error), text, pattern, want string) {
	t.Helper()
	p, err := compile(pattern)
	if err != nil {
		if got := "error: " + err.Error(); got != want {
			t.Errorf("%s(%q): %s, want %s", kind, pattern, got, want)
		}
		return
	}
	if got := show(p.Parse(text)); got != want {
		t.Errorf("%s %q: Parse(%q) = %s, want %s", kind, pattern, text, got, want)
	}
}

func TestFormatJoda(t *testing.T) {
	const sunday = "2019-10-20 09:08:07.123456789"
	for _, tt := range []struct{ at, pattern, want string }{
		{sunday, "yyyy-MM-dd HH:mm:ss.SSS", "2019-10-20 09:08:07.123"},
		{sunday, "y yy yyy yyyyy Y u C G", "2019 19 2019 02019 2019 2019 20 AD"},
		{sunday, "M MM MMM MMMM L LL LLL LLLL", "10 10 Oct October 10 10 Oct October"},
		{sunday, "E EE EEE EEEE EEEEE", "Sun Sun Sun Sunday Sunday"},
		{sunday, "d dd ddd D DDD DDDD", "20 20 020 293 293 0293"},
		{"2020-01-04 00:00:00", "d dd D DD DDD w ww x xx e ee", "4 04 4 04 004 1 01 2020 20 6 06"},
		{"2020-01-01 00:05:06", "K KK h hh H HH k kk a m mm s ss", "0 00 12 12 0 00 24 24 AM 5 05 6 06"},
		{"2020-01-01 13:05:06", "K h H k aaa", "1 1 13 13 PM"},
		{sunday, "S SS SSS SSSSSS SSSSSSSSS SSSSSSSSSSS", "1 12 123 123456 123456789 12345678900"},
		{sunday, "z zzz zzzz Z ZZ ZZZ", "UTC UTC Coordinated Universal Time +0000 +00:00 UTC"},
		{sunday, "''yyyy'' 'o''clock' 'T'HH 'open", "'2019' o'clock T09 open"},
		{sunday, "yyyy年MM月", "2019年10月"},
		{"2021-01-03 00:00:00", "xxxx-'W'ww-e", "2020-W53-7"},
		{"1969-12-31 23:59:59.999999999", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS", "1969-12-31T23:59:59.999999999"},
	} {
		p, err := Joda(tt.pattern)
		if err != nil {
			t.Errorf("Joda(%q): %v", tt.pattern, err)
			continue
		}
		if got := p.Format(parseText(t, tt.at)); got != tt.want {
			t.Errorf("Format(%s, %q) = %q, want %q", tt.at, tt.pattern, got, tt.want)
		}
	}
	for _, pattern := range []string{"b", "yyyy-bb", "n", "X", "QQ", "yyyyT", strings.Repeat("y", 33)} {
		if _, err := Joda(pattern); err == nil || !strings.HasPrefix(err.Error(), "Illegal pattern component: ") {
			t.Errorf("Joda(%q): %v, want an illegal pattern component", pattern, err)
		}
	}
}

func TestParseJoda(t *testing.T) {
	for _, tt := range []struct{ text, pattern, want string }{
		{"2019-12-29 10:10 PST", "uuuu-LL-dd HH:mm z", "2019-12-29 18:10:00.000000000"},
		{"2019-12-29 10:10 pdt", "yyyy-MM-dd HH:mm z", "2019-12-29 17:10:00.000000000"},
		{"2019-12-29 10:10 +05:30", "yyyy-MM-dd HH:mm Z", "2019-12-29 04:40:00.000000000"},
		{"20191229T101011.25+0200", "yyyyMMdd'T'HHmmss.SSZ", "2019-12-29 08:10:11.250000000"},
		{"2019-12-29T10:10-08:00", "yyyy-MM-dd'T'HH:mmZZ", "2019-12-29 18:10:00.000000000"},
		{"2019-12-29T10:10Z", "yyyy-MM-dd'T'HH:mmZZ", "2019-12-29 10:10:00.000000000"},
		{"10:10:10+01", "HH:mm:ssZ", "1970-01-01 09:10:10.000000000"},
		{"10:10:10-01:30:15", "HH:mm:ssZ", "1970-01-01 11:40:25.000000000"},
		{"10 UTC", "HH ZZZ", "1970-01-01 10:00:00.000000000"},
		{"1510", "Hmm", "1970-01-01 15:10:00.000000000"},
		{"9105", "Hmm", `error: Cannot parse "9105": Value 91 for hourOfDay must be in the range [0,23]`},
		{"12.5.19", "d.M.yy", "2019-05-12 00:00:00.000000000"},
		{"12.5.2019", "d.M.yy", "2019-05-12 00:00:00.000000000"},
		{"12.5.70", "dd.MM.yy", "1970-05-12 00:00:00.000000000"},
		{"190512", "yyMMdd", "2019-05-12 00:00:00.000000000"},
		{"Sat Oct 12 11 PM 2019", "EEE MMM dd hh a yyyy", "2019-10-12 23:00:00.000000000"},
		{"Saturday, October 12 2019", "EEE, MMM d yyyy", "2019-10-12 00:00:00.000000000"},
		{"2004-W53-6", "xxxx-'W'ww-e", "2005-01-01 00:00:00.000000000"},
		{"04-53", "xx-ww", "2004-12-27 00:00:00.000000000"},
		{"24:30", "kk:mm", "1970-01-01 00:30:00.000000000"},
		{"11 PM", "K a", "1970-01-01 23:00:00.000000000"},
		{"2019 AD", "yyyy G", "2019-01-01 00:00:00.000000000"},
		{"+2019", "yyyy", "2019-01-01 00:00:00.000000000"},
		{"it's 7", "'IT''S' H", "1970-01-01 07:00:00.000000000"},
		{"12.123456789", "ss.SSSSSSSSS", "1970-01-01 00:00:12.123456789"},
		{"12.1", "ss.SSS", "1970-01-01 00:00:12.100000000"},
		{"12.1234567891", "ss.SSSSSSSSSS", "1970-01-01 00:00:12.123456789"},

		{"12.1234", "ss.SSS", `error: Invalid format: "12.1234" is malformed at "4"`},
		{"25:00", "HH:mm", `error: Cannot parse "25:00": Value 25 for hourOfDay must be in the range [0,23]`},
		{"0:00", "kk:mm", `error: Cannot parse "0:00": Value 0 for clockhourOfDay must be in the range [1,24]`},
		{"12", "KK", `error: Cannot parse "12": Value 12 for hourOfHalfday must be in the range [0,11]`},
		{"8", "e", `error: Cannot parse "8": Value 8 for dayOfWeek must be in the range [1,7]`},
		{"10 XYZ", "HH z", `error: Invalid format: "10 XYZ" is malformed at "XYZ"`},
		{"10 +5", "HH Z", `error: Invalid format: "10 +5" is malformed at "+5"`},
		{"44 BC", "y G", `error: Invalid format: "44 BC" is malformed at "BC"`},
		{"-2019", "yyyy", "error: Timestamp is out of range"},
		{"123456789", "yyyy", `error: Cannot parse "123456789": Value 123456789 for year must be in the range [-9999,9999]`},
		{"2019", "yyyyb", "error: Illegal pattern component: b"},
	} {
		checkParse(t, "Joda", Joda, tt.text, tt.pattern, tt.want)
	}
}

func FuzzPattern(f *testing.F) {
	for _, p := range []string{"%Y-%m-%d %H:%i:%s.%f %j %v %x", "yyyy-MM-dd'T'HH:mm:ss.SSSZ EEE", "%", "'", "''", strings.Repeat("y", 40), "KKhhkkzzZZ", "%r%p%y"} {
		f.Add(p, "2019-10-12T23:10:34.162+0100", int64(1570921834162000000))
	}
	f.Fuzz(func(t *testing.T, pattern, text string, ns int64) {
		for _, compile := range []func(string) (*Pattern, error){MySQL, Joda} {
			if p, err := compile(pattern); err == nil {
				p.Parse(text)
				p.Format(ns)
			}
		}
		ParseISOTimestamp(text)
		ParseISODate(text)
	})
}
