package calendar

import (
	"strings"

	"tidemark/sql/types"
)

// Pattern is a compiled pattern of date_format or of format_datetime.
type Pattern struct{ pieces []piece }

// piece is a text that stands for itself, or a part of a time.
type piece struct {
	literal string
	print   func(b []byte, at *moment) []byte
	parse   func(r *reader)
}

// moment is a timestamp in its parts.
type moment struct {
	date             int32
	year, month, day int64
	clock            int64 // nanoseconds since midnight
}

func (m *moment) hour() int64   { return m.clock / types.Hour }
func (m *moment) minute() int64 { return m.clock / types.Minute % 60 }
func (m *moment) second() int64 { return m.clock / types.Second % 60 }
func (m *moment) nanos() int64  { return m.clock % types.Second }
func (m *moment) half() int64   { return m.clock / (12 * types.Hour) }

// Printer returns what appends a timestamp's text. It is for one goroutine.
func (p *Pattern) Printer() func(b []byte, ns int64) []byte {
	at := new(moment)
	return func(b []byte, ns int64) []byte {
		days, clock := split(ns)
		at.date, at.clock = int32(days), clock
		at.year, at.month, at.day = types.Civil(days)
		for i := range p.pieces {
			if f := p.pieces[i].print; f != nil {
				b = f(b, at)
			} else {
				b = append(b, p.pieces[i].literal...)
			}
		}
		return b
	}
}

// Format prints a timestamp as a text.
func (p *Pattern) Format(ns int64) string { return string(p.Printer()(nil, ns)) }

// Parser returns what reads a timestamp from the whole of a text. What the pattern
// does not say is as in 1970-01-01 00:00:00 UTC, but a day without a year is of 2000,
// a leap year. It is for one goroutine.
func (p *Pattern) Parser() func(text string) (int64, error) {
	r := new(reader)
	return func(text string) (int64, error) {
		*r = reader{text: text}
		for i := range p.pieces {
			if f := p.pieces[i].parse; f != nil {
				f(r)
			} else {
				r.literal(p.pieces[i].literal)
			}
			if r.bad {
				return 0, r.malformed()
			}
		}
		return r.end()
	}
}

// Parse reads one text as Parser does.
func (p *Pattern) Parse(text string) (int64, error) { return p.Parser()(text) }

// literal adds a text that stands for itself.
func (p *Pattern) literal(text string) {
	if n := len(p.pieces); n > 0 && p.pieces[n-1].print == nil {
		p.pieces[n-1].literal += text
		return
	}
	p.pieces = append(p.pieces, piece{literal: text})
}

// number is a part that is printed with at least width digits and read from at most most.
func number(width, most int, get func(*moment) int64, to part) piece {
	return piece{
		print: func(b []byte, at *moment) []byte { return appendNumber(b, get(at), width) },
		parse: func(r *reader) { r.number(to, most) },
	}
}

// appendNumber appends n, which is not negative, with at least width digits.
func appendNumber(b []byte, n int64, width int) []byte {
	var digits [20]byte
	i := len(digits)
	for ; n > 0 || i == len(digits); n /= 10 {
		i--
		digits[i] = byte('0' + n%10)
	}
	for missing := width - (len(digits) - i); missing > 0; missing-- {
		b = append(b, '0')
	}
	return append(b, digits[i:]...)
}

// Names of months and days as every pattern prints them.
var (
	longMonths = strings.Fields("January February March April May June July August September October November December")
	longDays   = strings.Fields("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
	halves     = []string{"AM", "PM"}
)

// monthName and weekdayName print a name in full or its first three letters; both are read.
func monthName(full bool) piece {
	return name(full, longMonths, func(at *moment) int64 { return at.month }, partMonth)
}

func weekdayName(full bool) piece {
	return name(full, longDays, func(at *moment) int64 { return WeekdayOfDate(at.date) }, partWeekday)
}

func name(full bool, names []string, get func(*moment) int64, to part) piece {
	return piece{
		print: func(b []byte, at *moment) []byte {
			text := names[get(at)-1]
			if !full {
				text = text[:3]
			}
			return append(b, text...)
		},
		parse: func(r *reader) {
			if i := r.name(names, 3); i >= 0 {
				r.set(to, int64(i)+1)
			}
		},
	}
}

var halfOfDay = piece{
	print: func(b []byte, at *moment) []byte { return append(b, halves[at.half()]...) },
	parse: func(r *reader) {
		if i := r.name(halves, 2); i >= 0 {
			r.set(partHalf, int64(i))
		}
	},
}

// fraction is printed with exactly width digits, cut and not rounded, and read from at most most.
func fraction(width, most int) piece {
	return piece{
		print: func(b []byte, at *moment) []byte {
			n, digits := at.nanos(), 9
			for ; digits > width; digits-- {
				n /= 10
			}
			b = appendNumber(b, n, digits)
			for ; digits < width; digits++ {
				b = append(b, '0')
			}
			return b
		},
		parse: func(r *reader) { r.fraction(most) },
	}
}

// The parts that both kinds of patterns have.
func yearOf(at *moment) int64     { return at.year }
func shortYear(at *moment) int64  { return at.year % 100 }
func weekYearOf(at *moment) int64 { return WeekYearOfDate(at.date) }
func monthOf(at *moment) int64    { return at.month }
func weekOf(at *moment) int64     { return WeekOfDate(at.date) }
func dayOf(at *moment) int64      { return at.day }
func yearDayOf(at *moment) int64  { return YearDayOfDate(at.date) }
func weekdayOf(at *moment) int64  { return WeekdayOfDate(at.date) }
func hourOf(at *moment) int64     { return at.hour() }
func minuteOf(at *moment) int64   { return at.minute() }
func secondOf(at *moment) int64   { return at.second() }
func clock12Of(at *moment) int64  { return (at.hour()+11)%12 + 1 }
func clock24Of(at *moment) int64  { return (at.hour()+23)%24 + 1 }
func hour12Of(at *moment) int64   { return at.hour() % 12 }
