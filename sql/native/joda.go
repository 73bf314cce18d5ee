package native

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// letter makes the field of a run of n equal letters.
type letter func(n int) field

// jodaLetters are the letters of format_datetime and parse_datetime (Joda-Time,
// "DateTimeFormat"; u and L are those of java.time).
var jodaLetters = map[byte]letter{
	'G': func(int) field {
		return field{print: func(b []byte, _ time.Time) []byte { return append(b, "AD"...) }, parse: func(r *dateReader) { r.name([]string{"AD", "CE"}) }}
	},
	'y': jodaYear(time.Time.Year, func(r *dateReader) *int { return &r.year }),
	'Y': jodaYear(time.Time.Year, func(r *dateReader) *int { return &r.year }),
	'u': jodaYear(time.Time.Year, func(r *dateReader) *int { return &r.year }),
	'x': jodaYear(func(t time.Time) int { y, _ := t.ISOWeek(); return y }, func(r *dateReader) *int { return &r.weekYear }),
	'w': jodaNumber(2, func(t time.Time) int { _, w := t.ISOWeek(); return w }, func(r *dateReader) *int { return &r.week }),
	'e': jodaNumber(1, func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }, func(r *dateReader) *int { return &r.weekday }),
	'E': jodaName(func(t time.Time) string { return t.Weekday().String() }, (*dateReader).weekdayName),
	'M': jodaMonth,
	'L': jodaMonth,
	'd': jodaNumber(2, time.Time.Day, func(r *dateReader) *int { return &r.day }),
	'D': jodaNumber(3, time.Time.YearDay, func(r *dateReader) *int { return &r.dayOfYear }),
	'a': func(int) field {
		return field{print: func(b []byte, t time.Time) []byte { return append(b, halves[t.Hour()/12]...) }, parse: (*dateReader).halfOfDay}
	},
	'K': jodaHour(func(t time.Time) int { return t.Hour() % 12 }, 0, 11),
	'h': jodaHour(hour12, 1, 12),
	'H': jodaNumber(2, time.Time.Hour, func(r *dateReader) *int { return &r.hour }),
	'k': jodaClock24,
	'm': jodaNumber(2, time.Time.Minute, func(r *dateReader) *int { return &r.minute }),
	's': jodaNumber(2, time.Time.Second, func(r *dateReader) *int { return &r.second }),
	'S': jodaFraction,
	'z': func(int) field {
		return field{print: func(b []byte, _ time.Time) []byte { return append(b, "UTC"...) }, parse: (*dateReader).zone}
	},
	'Z': func(n int) field {
		text := []string{"+0000", "+00:00", "UTC"}[min(n, 3)-1]
		return field{print: func(b []byte, _ time.Time) []byte { return append(b, text...) }, parse: (*dateReader).zone}
	},
}

func jodaNumber(most int, get func(time.Time) int, to func(*dateReader) *int) letter {
	return func(n int) field {
		f := numberField(n, get, func(r *dateReader) { r.number(to(r), n, max(n, most)) })
		return f
	}
}

func jodaYear(get func(time.Time) int, to func(*dateReader) *int) letter {
	return func(n int) field {
		if n == 2 {
			return numberField(2, func(t time.Time) int { return get(t) % 100 }, func(r *dateReader) { r.shortYear(to(r)) })
		}
		return numberField(n, get, func(r *dateReader) { r.number(to(r), max(n, 4), max(n, 4)) })
	}
}

// jodaName prints a name in full from four letters on, else its first three characters.
func jodaName(get func(time.Time) string, parse func(*dateReader)) letter {
	return func(n int) field {
		return field{parse: parse, print: func(b []byte, t time.Time) []byte {
			if n < 4 {
				return append(b, get(t)[:3]...)
			}
			return append(b, get(t)...)
		}}
	}
}

// jodaMonth is a number of up to two letters and a name of more.
func jodaMonth(n int) field {
	if n < 3 {
		return jodaNumber(2, func(t time.Time) int { return int(t.Month()) }, func(r *dateReader) *int { return &r.month })(n)
	}
	return jodaName(func(t time.Time) string { return t.Month().String() }, (*dateReader).monthName)(n)
}

// jodaHour is an hour of half a day.
func jodaHour(get func(time.Time) int, from, to int) letter {
	return func(n int) field {
		return numberField(n, get, func(r *dateReader) {
			r.number(&r.hour, n, max(n, 2))
			r.bad = r.bad || r.hour < from || r.hour > to
			r.half = max(r.half, 0)
		})
	}
}

// jodaClock24 is an hour from 1 to 24.
func jodaClock24(n int) field {
	return numberField(n, func(t time.Time) int { return (t.Hour()+23)%24 + 1 }, func(r *dateReader) {
		r.number(&r.hour, n, max(n, 2))
		r.bad = r.bad || r.hour < 1 || r.hour > 24
		r.hour %= 24
	})
}

// jodaFraction is as many digits of a second as there are letters.
func jodaFraction(n int) field {
	return field{numeric: true, parse: func(r *dateReader) { r.fraction(max(n, 1)) }, print: func(b []byte, t time.Time) []byte {
		digits := strconv.Itoa(1_000_000_000 + t.Nanosecond())[1:]
		for ; n > len(digits); digits += "0" {
		}
		return append(b, digits[:n]...)
	}}
}

// jodaFields reads a pattern: letters are fields, texts between single quotes and
// all other characters stand for themselves, two quotes for one.
func jodaFields(pattern string) ([]field, error) {
	var fields []field
	for rest := pattern; rest != ""; {
		c := rest[0]
		switch {
		case c == '\'':
			text, length := quoted(rest)
			fields, rest = append(fields, field{literal: text}), rest[length:]
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			n := len(rest) - len(strings.TrimLeft(rest, string(c)))
			of, known := jodaLetters[c]
			if !known || n > maxRun {
				return nil, fmt.Errorf("Illegal pattern component: %s", rest[:n])
			}
			fields, rest = append(fields, of(n)), rest[n:]
		default:
			fields, rest = append(fields, field{literal: rest[:1]}), rest[1:]
		}
	}
	return fields, nil
}

// maxRun is the longest run of one letter in a pattern.
const maxRun = 32

// quoted reads a quoted text and returns its length with the quotes.
func quoted(rest string) (text string, length int) {
	if strings.HasPrefix(rest, "''") {
		return "'", 2
	}
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		if rest[i] != '\'' {
			b.WriteByte(rest[i])
			continue
		}
		if i+1 == len(rest) || rest[i+1] != '\'' {
			return b.String(), i + 1
		}
		b.WriteByte('\'')
		i++
	}
	return b.String(), len(rest)
}
