package types

import "strings"

// ParseISOTimestamp reads an ISO 8601 date, optionally followed by T and a time in
// the extended form with an optional offset.
func ParseISOTimestamp(text string) (int64, error) {
	date, clock, timed := strings.Cut(text, "T")
	days, err := ParseISODate(date)
	if err != nil {
		return 0, badText(text, Timestamp)
	}
	if !timed {
		return TimestampOf(int64(days), 0)
	}
	ns, err := ParseTimestamp("1970-01-01T" + fullClock(clock))
	if err != nil {
		return 0, badText(text, Timestamp)
	}
	total := int64(days) + FloorDiv(ns, Day)
	return TimestampOf(total, ns-FloorDiv(ns, Day)*Day)
}

// fullClock completes a time that is only hours.
func fullClock(clock string) string {
	if len(clock) >= 2 && (len(clock) == 2 || clock[2] == 'Z' || clock[2] == '+' || clock[2] == '-') {
		return clock[:2] + ":00" + clock[2:]
	}
	return clock
}

// ParseISODate reads an ISO 8601 date as days since 1970-01-01: YYYY-MM-DD, YYYY-MM,
// YYYY, a week date YYYY-Www[-D] or an ordinal date YYYY-DDD.
func ParseISODate(text string) (int32, error) {
	r := &reader{text: text}
	year, _ := r.number(4, 4)
	var days int64
	switch {
	case r.text == "":
		days = DaysOf(year, 1, 1)
	case strings.HasPrefix(r.text, "-W"):
		days = r.weekDate(year)
	case len(r.text) == 4:
		days = r.ordinal(year)
	case len(r.text) == 3:
		r.text += "-01"
		fallthrough
	default:
		days = (&reader{text: text[:min(4, len(text))] + r.text}).wholeDate(r)
	}
	if r.bad {
		return 0, badText(text, Date)
	}
	return int32(days), nil
}

// wholeDate reads a calendar date to its end and notes in errs when it is none.
func (r *reader) wholeDate(errs *reader) int64 {
	days := r.date()
	errs.bad = errs.bad || r.bad || r.text != ""
	return days
}

// weekDate reads -Www[-D]: week 1 is the one with the year's first Thursday.
func (r *reader) weekDate(year int64) int64 {
	r.text = r.text[2:]
	week, _ := r.number(2, 2)
	day := int64(1)
	if r.skip("-") {
		day, _ = r.number(1, 1)
	}
	if r.text != "" || week < 1 || week > 53 || day < 1 || day > 7 {
		r.bad = true
	}
	january4 := DaysOf(year, 1, 4)
	monday := january4 - (january4 + 3 - FloorDiv(january4+3, 7)*7)
	return monday + (week-1)*7 + day - 1
}

// ordinal reads -DDD.
func (r *reader) ordinal(year int64) int64 {
	r.must("-")
	day, _ := r.number(3, 3)
	length := DaysOf(year+1, 1, 1) - DaysOf(year, 1, 1)
	if day < 1 || day > length {
		r.bad = true
	}
	return DaysOf(year, 1, 1) + day - 1
}
