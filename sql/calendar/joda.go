package calendar

import (
	"fmt"
	"strings"
)

// letter makes the piece of a run of n equal letters; joined says that a number
// follows without anything between.
type letter func(n int, joined bool) piece

// letters of format_datetime and parse_datetime (Joda-Time, "DateTimeFormat"; u and L
// are those of java.time).
var letters = map[byte]letter{
	'G': era,
	'C': plainNumber(2, func(at *moment) int64 { return at.year / 100 }, partCentury),
	'y': years(yearOf, shortYear, partYear),
	'Y': years(yearOf, shortYear, partYear),
	'u': years(yearOf, shortYear, partYear),
	'x': years(weekYearOf, func(at *moment) int64 { return weekYearOf(at) % 100 }, partWeekYear),
	'w': plainNumber(2, weekOf, partWeek),
	'e': plainNumber(1, weekdayOf, partWeekday),
	'E': func(n int, _ bool) piece { return weekdayName(n >= 4) },
	'M': months12,
	'L': months12,
	'd': plainNumber(2, dayOf, partDay),
	'D': plainNumber(3, yearDayOf, partYearDay),
	'a': func(int, bool) piece { return halfOfDay },
	'K': plainNumber(2, hour12Of, partHour12),
	'h': plainNumber(2, clock12Of, partClock12),
	'H': plainNumber(2, hourOf, partHour),
	'k': plainNumber(2, clock24Of, partClock24),
	'm': plainNumber(2, minuteOf, partMinute),
	's': plainNumber(2, secondOf, partSecond),
	'S': func(n int, _ bool) piece { return fraction(n, n) },
	'z': func(n int, _ bool) piece {
		return zoneName(map[bool]string{true: "Coordinated Universal Time", false: "UTC"}[n >= 4], (*reader).zone)
	},
	'Z': func(n int, _ bool) piece {
		if n > 2 {
			return zoneName("UTC", (*reader).zone)
		}
		return zoneName([]string{"+0000", "+00:00"}[n-1], (*reader).zoneOffset)
	},
}

// numeric are the letters that are numbers: M and L only up to two.
const numeric = "CxyYudhHmsSeDwkK"

func plainNumber(most int, get func(*moment) int64, to part) letter {
	return func(n int, _ bool) piece { return number(n, most, get, to) }
}

// years takes up to nine digits, but only its own where another number follows. Two
// letters are a year of this century or the end of the last.
func years(get, short func(*moment) int64, to part) letter {
	return func(n int, joined bool) piece {
		switch {
		case n == 2:
			return shortNumber(short, to, !joined)
		case joined:
			return signedNumber(n, min(n, 9), get, to)
		}
		return signedNumber(n, 9, get, to)
	}
}

// months12 is a number of up to two letters and a name of more.
func months12(n int, _ bool) piece {
	if n < 3 {
		return number(n, 2, monthOf, partMonth)
	}
	return monthName(n >= 4)
}

// era can only be that after Christ.
func era(int, bool) piece {
	return piece{
		print: func(b []byte, _ *moment) []byte { return append(b, "AD"...) },
		parse: func(r *reader) { r.name([]string{"AD", "CE"}, 2) },
	}
}

func zoneName(text string, parse func(*reader)) piece {
	return piece{print: func(b []byte, _ *moment) []byte { return append(b, text...) }, parse: parse}
}

// maxRun is the longest run of one letter in a pattern.
const maxRun = 32

// Joda compiles a pattern: letters are parts, texts between single quotes and all
// other characters stand for themselves, two quotes for one.
func Joda(pattern string) (*Pattern, error) {
	p := &Pattern{}
	for rest := pattern; rest != ""; {
		switch n := run(rest); {
		case rest[0] == '\'':
			text, length := quoted(rest)
			p.literal(text)
			rest = rest[length:]
		case n == 0:
			p.literal(rest[:1])
			rest = rest[1:]
		default:
			of, known := letters[rest[0]]
			if !known || n > maxRun {
				return nil, fmt.Errorf("Illegal pattern component: %s", rest[:n])
			}
			p.pieces = append(p.pieces, of(n, isNumber(rest[n:])))
			rest = rest[n:]
		}
	}
	return p, nil
}

// run returns how many equal letters are in front.
func run(text string) int {
	if text == "" || (text[0]|0x20) < 'a' || (text[0]|0x20) > 'z' {
		return 0
	}
	return len(text) - len(strings.TrimLeft(text, text[:1]))
}

// isNumber reports whether a pattern begins with a number.
func isNumber(pattern string) bool {
	n := run(pattern)
	return n > 0 && (strings.IndexByte(numeric, pattern[0]) >= 0 || n <= 2 && (pattern[0] == 'M' || pattern[0] == 'L'))
}

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
