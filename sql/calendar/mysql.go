package calendar

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// specifiers are what may follow a % in date_format and date_parse (Trino
// documentation, "Date and time functions", MySQL date functions).
var specifiers = map[rune]piece{
	'a': weekdayName(false),
	'b': monthName(false),
	'c': number(1, 2, monthOf, partMonth),
	'd': number(2, 2, dayOf, partDay),
	'e': number(1, 2, dayOf, partDay),
	'f': fraction(6, 9),
	'H': number(2, 2, hourOf, partHour),
	'h': number(2, 2, clock12Of, partClock12),
	'I': number(2, 2, clock12Of, partClock12),
	'i': number(2, 2, minuteOf, partMinute),
	'j': number(3, 3, yearDayOf, partYearDay),
	'k': number(1, 2, hourOf, partHour),
	'l': number(1, 2, clock12Of, partClock12),
	'M': monthName(true),
	'm': number(2, 2, monthOf, partMonth),
	'p': halfOfDay,
	'S': number(2, 2, secondOf, partSecond),
	's': number(2, 2, secondOf, partSecond),
	'v': number(2, 2, weekOf, partWeek),
	'W': weekdayName(true),
	'x': signedNumber(4, 4, weekYearOf, partWeekYear),
	'Y': signedNumber(4, 4, yearOf, partYear),
	'y': shortNumber(shortYear, partYear, false),
}

// composed are specifiers that stand for several.
var composed = map[rune]string{'r': "%h:%i:%S %p", 'T': "%H:%i:%S"}

// refused are specifiers that MySQL has and Timestream's ancestor does not take.
const refused = "DUuVwX"

// MySQL compiles a pattern such as %Y-%m-%d; an unknown specifier stands for its letter.
func MySQL(pattern string) (*Pattern, error) {
	p := &Pattern{}
	return p, p.addMySQL(pattern)
}

func (p *Pattern) addMySQL(pattern string) error {
	for pattern != "" {
		text, rest, found := strings.Cut(pattern, "%")
		if text != "" {
			p.literal(text)
		}
		if !found || rest == "" { // a sign at the end means nothing
			return nil
		}
		c, size := utf8.DecodeRuneInString(rest)
		letter := rest[:size]
		pattern = rest[size:]
		if strings.ContainsRune(refused, c) {
			return fmt.Errorf("%%%c not supported in date format string", c)
		}
		if inner, ok := composed[c]; ok {
			if err := p.addMySQL(inner); err != nil {
				return err
			}
		} else if part, ok := specifiers[c]; ok {
			p.pieces = append(p.pieces, part)
		} else {
			p.literal(letter)
		}
	}
	return nil
}

// signedNumber is a number that may be read with a sign.
func signedNumber(width, most int, get func(*moment) int64, to part) piece {
	f := number(width, most, get, to)
	f.parse = func(r *reader) { r.signed(to, most) }
	return f
}

// shortNumber is a year of two digits.
func shortNumber(get func(*moment) int64, to part, lenient bool) piece {
	f := number(2, 2, get, to)
	f.parse = func(r *reader) { r.shortYear(to, lenient) }
	return f
}
