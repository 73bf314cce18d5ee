package native

import (
	"fmt"
	"strconv"
	"time"
)

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

// mysqlSpecifiers are what may follow a % in date_format and date_parse (Trino
// documentation, "Date and time functions", MySQL date functions).
var mysqlSpecifiers = map[byte]field{
	'a': {print: func(b []byte, t time.Time) []byte { return append(b, t.Weekday().String()[:3]...) }, parse: (*dateReader).weekdayName},
	'b': {print: func(b []byte, t time.Time) []byte { return append(b, t.Month().String()[:3]...) }, parse: (*dateReader).monthName},
	'c': numberField(1, func(t time.Time) int { return int(t.Month()) }, func(r *dateReader) { r.month, _ = r.digits(2) }),
	'd': numberField(2, time.Time.Day, func(r *dateReader) { r.day, _ = r.digits(2) }),
	'e': numberField(1, time.Time.Day, func(r *dateReader) { r.day, _ = r.digits(2) }),
	'f': numberField(6, func(t time.Time) int { return t.Nanosecond() / 1000 }, func(r *dateReader) { r.fraction(9) }),
	'H': numberField(2, time.Time.Hour, func(r *dateReader) { r.hour, _ = r.digits(2) }),
	'h': numberField(2, hour12, func(r *dateReader) { r.clock12() }),
	'I': numberField(2, hour12, func(r *dateReader) { r.clock12() }),
	'i': numberField(2, time.Time.Minute, func(r *dateReader) { r.minute, _ = r.digits(2) }),
	'j': numberField(3, time.Time.YearDay, func(r *dateReader) { r.dayOfYear, _ = r.digits(3) }),
	'k': numberField(1, time.Time.Hour, func(r *dateReader) { r.hour, _ = r.digits(2) }),
	'l': numberField(1, hour12, func(r *dateReader) { r.clock12() }),
	'M': {print: func(b []byte, t time.Time) []byte { return append(b, t.Month().String()...) }, parse: (*dateReader).monthName},
	'm': numberField(2, func(t time.Time) int { return int(t.Month()) }, func(r *dateReader) { r.month, _ = r.digits(2) }),
	'p': {print: func(b []byte, t time.Time) []byte { return append(b, halves[t.Hour()/12]...) }, parse: (*dateReader).halfOfDay},
	'r': {print: func(b []byte, t time.Time) []byte { return t.AppendFormat(b, "03:04:05 PM") }, parse: (*dateReader).fullClock12},
	'S': numberField(2, time.Time.Second, func(r *dateReader) { r.second, _ = r.digits(2) }),
	's': numberField(2, time.Time.Second, func(r *dateReader) { r.second, _ = r.digits(2) }),
	'T': {print: func(b []byte, t time.Time) []byte { return t.AppendFormat(b, "15:04:05") }, parse: (*dateReader).fullClock},
	'v': numberField(2, func(t time.Time) int { _, w := t.ISOWeek(); return w }, func(r *dateReader) { r.week, _ = r.digits(2) }),
	'W': {print: func(b []byte, t time.Time) []byte { return append(b, t.Weekday().String()...) }, parse: (*dateReader).weekdayName},
	'x': numberField(4, func(t time.Time) int { y, _ := t.ISOWeek(); return y }, func(r *dateReader) { r.weekYear, _ = r.digits(4) }),
	'Y': numberField(4, time.Time.Year, func(r *dateReader) { r.year, _ = r.digits(4) }),
	'y': numberField(2, func(t time.Time) int { return t.Year() % 100 }, func(r *dateReader) { r.shortYear(&r.year) }),
}

// refusedSpecifiers are those that MySQL has and Timestream's ancestor refuses.
const refusedSpecifiers = "DUuVwX"

func numberField(width int, get func(time.Time) int, parse func(*dateReader)) field {
	return field{numeric: true, parse: parse, print: func(b []byte, t time.Time) []byte { return padded(b, get(t), width) }}
}

func hour12(t time.Time) int { return (t.Hour()+11)%12 + 1 }

// clock12 reads an hour from 1 to 12, in the morning unless a half of the day follows.
func (r *dateReader) clock12() {
	r.hour, _ = r.digits(2)
	r.bad = r.bad || r.hour < 1 || r.hour > 12
	r.half = max(r.half, 0)
}

func (r *dateReader) fullClock() {
	r.hour, _ = r.digits(2)
	r.literal(":")
	r.minute, _ = r.digits(2)
	r.literal(":")
	r.second, _ = r.digits(2)
}

func (r *dateReader) fullClock12() {
	r.fullClock()
	r.literal(" ")
	r.halfOfDay()
}

// mysqlFields reads a pattern such as %Y-%m-%d; an unknown specifier stands for its letter.
func mysqlFields(pattern string) ([]field, error) {
	var fields []field
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		if c != '%' || i+1 == len(pattern) {
			fields = append(fields, field{literal: string(pattern[i : i+1])})
			continue
		}
		i++
		f, known := mysqlSpecifiers[pattern[i]]
		switch {
		case known:
		case containsByte(refusedSpecifiers, pattern[i]):
			return nil, fmt.Errorf("%%%c not supported in date format string", pattern[i])
		default:
			f = field{literal: pattern[i : i+1]}
		}
		fields = append(fields, f)
	}
	return fields, nil
}

func containsByte(text string, c byte) bool {
	for i := range len(text) {
		if text[i] == c {
			return true
		}
	}
	return false
}
