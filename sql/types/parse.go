package types

import "strings"

// reader takes fixed forms from the front of a text.
type reader struct {
	text string
	bad  bool
}

// number reads between least and most digits.
func (r *reader) number(least, most int) (n int64, digits int) {
	for digits < most && digits < len(r.text) && r.text[digits] >= '0' && r.text[digits] <= '9' {
		n = n*10 + int64(r.text[digits]-'0')
		digits++
	}
	if digits < least {
		r.bad = true
	}
	r.text = r.text[digits:]
	return n, digits
}

// skip takes one of the given characters, if it comes next.
func (r *reader) skip(any string) bool {
	if r.text == "" || !strings.ContainsRune(any, rune(r.text[0])) {
		return false
	}
	r.text = r.text[1:]
	return true
}

// must takes one of the given characters.
func (r *reader) must(any string) {
	if !r.skip(any) {
		r.bad = true
	}
}

// ParseTimestamp reads YYYY-MM-DD, optionally followed by a blank or T and
// HH:MM[:SS[.f]] with up to nine digits, and by an offset (Z, UTC, +hh:mm, +hhmm, +hh)
// with or without a blank before it; space around it all is skipped. The result is in
// nanoseconds since 1970-01-01 UTC.
func ParseTimestamp(text string) (int64, error) {
	r := &reader{text: strings.TrimSpace(text)}
	days := r.date()
	var clock int64
	if r.text != "" && !r.bad {
		r.must(" Tt")
		clock = r.clock()
		clock -= r.offset()
	}
	if r.bad || r.text != "" {
		return 0, badText(text, Timestamp)
	}
	days += FloorDiv(clock, Day)
	return TimestampOf(days, clock-FloorDiv(clock, Day)*Day)
}

func (r *reader) date() int64 {
	year, _ := r.number(4, 4)
	r.must("-")
	month, _ := r.number(1, 2)
	r.must("-")
	day, _ := r.number(1, 2)
	if r.bad || month < 1 || month > 12 || day < 1 || day > MonthLength(year, month) {
		r.bad = true
		return 0
	}
	return DaysOf(year, month, day)
}

// clock reads HH:MM[:SS[.f]], each of one digit or two, and returns nanoseconds of the
// day.
func (r *reader) clock() int64 {
	hour, _ := r.number(1, 2)
	r.must(":")
	minute, _ := r.number(1, 2)
	var second, fraction int64
	if r.skip(":") {
		second, _ = r.number(1, 2)
		if r.skip(".") {
			fraction = r.fraction()
		}
	}
	if hour > 23 || minute > 59 || second > 59 {
		r.bad = true
	}
	return hour*Hour + minute*Minute + second*Second + fraction
}

// fraction reads one to nine digits as nanoseconds.
func (r *reader) fraction() int64 {
	n, digits := r.number(1, 9)
	for ; digits < 9; digits++ {
		n *= 10
	}
	return n
}

// offset reads what may follow the time of a timestamp and returns it in nanoseconds.
func (r *reader) offset() int64 {
	r.skip(" ")
	if r.text == "Z" || r.text == "z" || r.text == "UTC" {
		r.text = ""
	}
	negative := strings.HasPrefix(r.text, "-")
	if !r.skip("+-") {
		return 0
	}
	hour, _ := r.number(2, 2)
	r.skip(":")
	var minute int64
	if r.text != "" {
		minute, _ = r.number(2, 2)
	}
	if hour > 14 || minute > 59 {
		r.bad = true
	}
	ns := hour*Hour + minute*Minute
	if negative {
		return -ns
	}
	return ns
}

// ParseDate reads YYYY-MM-DD as days since 1970-01-01; space around it is skipped.
func ParseDate(text string) (int32, error) {
	r := &reader{text: strings.TrimSpace(text)}
	days := r.date()
	if r.bad || r.text != "" {
		return 0, badText(text, Date)
	}
	return int32(days), nil
}

// ParseTime reads HH:MM[:SS[.f]] as nanoseconds of the day.
func ParseTime(text string) (int64, error) {
	r := &reader{text: text}
	ns := r.clock()
	if r.bad || r.text != "" {
		return 0, badText(text, Time)
	}
	return ns, nil
}
