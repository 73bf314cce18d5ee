// Package timepattern prints instants with Joda-Time patterns and reads them with
// the patterns of the JDK's DateTimeFormatter, as parse_time and time_to_epoch of
// IoT SQL do.
//
// Both dialects share the way a pattern is cut into letters and literal text;
// each has a table of what its letters mean. The locale is English. Format and
// Parse are pure and safe to call at once; time zones come from the data that is
// linked in. Sources: Joda-Time DateTimeFormat and JDK 11 DateTimeFormatter.
package timepattern

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones must not depend on the host
)

// maxPattern is the longest pattern in bytes.
const maxPattern = 1024

// element is a run of one letter, or literal text when letter is 0.
type element struct {
	letter byte
	count  int
	text   string
}

// split cuts a pattern: a run of a letter is a field, text in single quotes is
// literal, two single quotes are one, and so is everything that is no letter.
func split(pattern string) ([]element, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("the pattern is longer than %d", maxPattern)
	}
	var out []element
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case isLetter(c):
			n := len(pattern[i:]) - len(strings.TrimLeft(pattern[i:], string(rune(c))))
			out = append(out, element{letter: c, count: n})
			i += n
		case c == '\'':
			text, size, ok := quoted(pattern[i:])
			if !ok {
				return nil, fmt.Errorf("the pattern %q has an open quote", pattern)
			}
			out = append(out, element{text: text})
			i += size
		default:
			out = append(out, element{text: pattern[i : i+1]})
			i++
		}
	}
	return out, nil
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c-'0' <= 9 }

// quoted reads the text in quotes at the start of s.
func quoted(s string) (text string, size int, ok bool) {
	if strings.HasPrefix(s, "''") {
		return "'", 2, true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 >= len(s) || s[i+1] != '\'' {
			return b.String(), i + 1, true
		}
		b.WriteByte('\'')
		i++
	}
	return "", 0, false
}

// Zone returns a zone by its IANA name, its usual abbreviation, or its offset
// with or without UTC, GMT or UT before it; nil when there is none.
func Zone(name string) *time.Location {
	if name == "" || name == "Local" || len(name) > 64 {
		return nil
	}
	if offset, ok := offsetZone(name); ok {
		return offset
	}
	if full, ok := abbreviations[name]; ok {
		name = full
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loc
}

// abbreviations are the short zone names that name one region in English.
var abbreviations = map[string]string{
	"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "MST": "America/Denver", "MDT": "America/Denver",
	"CST": "America/Chicago", "CDT": "America/Chicago", "EST": "America/New_York", "EDT": "America/New_York",
	"AKST": "America/Anchorage", "AKDT": "America/Anchorage", "HST": "Pacific/Honolulu",
	"BST": "Europe/London", "WET": "Europe/Lisbon", "WEST": "Europe/Lisbon", "CET": "Europe/Paris", "CEST": "Europe/Paris",
	"EET": "Europe/Athens", "EEST": "Europe/Athens", "MSK": "Europe/Moscow", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
	"AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
}

// offsetZone reads Z, UTC, GMT, UT, +hh:mm and their combinations.
func offsetZone(name string) (*time.Location, bool) {
	rest := name
	for _, prefix := range []string{"UTC", "GMT", "UT", "Z"} {
		if after, ok := strings.CutPrefix(name, prefix); ok {
			if rest = after; rest == "" {
				return time.UTC, true
			}
			break
		}
	}
	seconds, size := readOffset(rest, anyColon)
	if size == 0 || size != len(rest) {
		return nil, false
	}
	return time.FixedZone(name, seconds), true
}

// colon says whether an offset has colons between its parts.
type colon uint8

const (
	noColon colon = iota
	withColon
	anyColon
)

// readOffset reads a sign, one or two digits of hours and, optionally, minutes
// and seconds. size is 0 when there is no offset at the start of s.
func readOffset(s string, style colon) (seconds, size int) {
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, 0
	}
	hours, i := twoDigits(s, 1)
	if i == 1 || hours > 18 {
		return 0, 0
	}
	seconds = hours * 3600
	for unit := 60; unit >= 1; unit /= 60 {
		next := i
		if next < len(s) && s[next] == ':' && style != noColon {
			next++
		} else if style == withColon {
			break
		}
		n, end := twoDigits(s, next)
		if end != next+2 || n > 59 {
			break
		}
		seconds += n * unit
		i = end
	}
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, i
}

func twoDigits(s string, at int) (n, end int) {
	for end = at; end < len(s) && end < at+2 && isDigit(s[end]); end++ {
		n = n*10 + int(s[end]-'0')
	}
	return n, end
}

// appendOffset prints an offset as +hh:mm.
func appendOffset(dst []byte, seconds int, separator string) []byte {
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Appendf(dst, "%c%02d%s%02d", sign, seconds/3600, separator, seconds/60%60)
}
