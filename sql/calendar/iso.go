package calendar

import (
	"math/bits"
	"strings"

	"tidemark/sql/types"
)

// ParseISOTimestamp reads an ISO 8601 text in its extended form: a date, a date and a
// time after T, or T and a time, each time with an offset or in UTC. The last part of
// a time may have a fraction after a point or a comma.
func ParseISOTimestamp(text string) (int64, error) {
	r := &reader{text: text}
	if c := r.next(); c != 'T' && c != 't' {
		r.isoDate()
	}
	if c := r.next(); !r.bad && (c == 'T' || c == 't') {
		r.at++
		extra := r.isoClock()
		if r.next() != 0 && !r.bad {
			r.zoneOffset()
		}
		r.offset -= extra
	}
	return r.end()
}

// ParseISODate reads an ISO 8601 date: YYYY-MM-DD, YYYY-MM, YYYY, a week date
// YYYY-Www-D or YYYY-Www, or an ordinal date YYYY-DDD.
func ParseISODate(text string) (int32, error) {
	r := &reader{text: text}
	if r.isoDate(); r.bad || r.at < len(r.text) {
		return 0, r.malformed()
	}
	return r.day()
}

// isoDate reads a date.
func (r *reader) isoDate() {
	if r.signed(partYear, 4); r.bad || r.next() != '-' {
		return
	}
	rest := r.rest()[1:]
	switch _, count := (&reader{text: rest}).digits(4); {
	case strings.HasPrefix(rest, "W") || strings.HasPrefix(rest, "w"):
		r.given[partYear] = false
		r.set(partWeekYear, r.values[partYear])
		r.after(len("-W"), partWeek, 2)
		r.further('-', partWeekday, 1)
	case count >= 3:
		r.further('-', partYearDay, 3)
	default:
		r.further('-', partMonth, 2)
		r.further('-', partDay, 2)
	}
}

// after reads a number of one to so many digits after a separator of so many bytes.
func (r *reader) after(separator int, to part, width int) {
	start := r.at
	r.at += separator
	if r.number(to, width); r.bad {
		r.at = start
	}
}

// further reads a number after a separator, if that comes next.
func (r *reader) further(separator byte, to part, width int) {
	if !r.bad && r.next() == separator {
		r.after(1, to, width)
	}
}

// isoClock reads a time of day and returns what the fraction of its hour or minute is worth.
func (r *reader) isoClock() (nanos int64) {
	c := r.next()
	if c < '0' || c > '9' {
		return 0
	}
	r.number(partHour, 2)
	for _, smaller := range [...]struct {
		part part
		unit int64
	}{{partMinute, types.Hour}, {partSecond, types.Minute}, {parts, types.Second}} {
		if c := r.next(); c == '.' || c == ',' {
			r.at++
			return r.share(smaller.unit)
		}
		if smaller.part == parts || r.bad || r.next() != ':' {
			return 0
		}
		r.after(1, smaller.part, 2)
	}
	return 0
}

// share reads the digits of a fraction of a unit as nanoseconds. Those beyond the
// eighteenth have no weight.
func (r *reader) share(unit int64) int64 {
	n, count := r.digits(18)
	r.bad = r.bad || count == 0
	r.digits(len(r.text))
	scale := uint64(1)
	for range count {
		scale *= 10
	}
	high, low := bits.Mul64(uint64(n), uint64(unit))
	nanos, _ := bits.Div64(high, low, scale)
	return int64(nanos)
}

// AppendISOTimestamp prints YYYY-MM-DDTHH:MM:SS with nine digits of a second.
func AppendISOTimestamp(b []byte, ns int64) []byte {
	start := len(b)
	b = types.AppendTimestamp(b, ns)
	b[start+len("2006-01-02")] = 'T'
	return b
}

// AppendDate prints YYYY-MM-DD.
func AppendDate(b []byte, day int32) []byte {
	return types.AppendText(b, types.Of(types.Date), day)
}
