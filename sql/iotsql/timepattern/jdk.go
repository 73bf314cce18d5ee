package timepattern

import (
	"fmt"
	"strings"
	"time"
)

// Parse reads a text with a pattern of the JDK's DateTimeFormatter. Without a
// zone in the text it is in UTC; without a time of day it is midnight.
func Parse(pattern, text string) (time.Time, error) {
	elements, err := split(pattern)
	if err != nil {
		return time.Time{}, err
	}
	r := reader{rest: text}
	for i, e := range elements {
		if err := r.element(e, elements[i+1:]); err != nil {
			return time.Time{}, fmt.Errorf("read %q with the pattern %q: %w", text, pattern, err)
		}
	}
	if r.rest != "" {
		return time.Time{}, fmt.Errorf("read %q with the pattern %q: %q is left", text, pattern, r.rest)
	}
	return r.fields.resolve()
}

// reader holds the unread text and what was read.
type reader struct {
	rest    string
	reserve int // digits that the fields directly behind this one need
	fields  fields
}

// reading reads one field at the start of r.rest.
type reading func(r *reader, count int) error

// jdk is what the letters of DateTimeFormatter read.
var jdk = map[byte]reading{
	'G': text(eras, func(f *fields, n int) { f.set(eraField, n) }),
	'u': year(proleptic),
	'y': year(yearField),
	'Y': year(weekYear),
	'M': monthText,
	'L': monthText,
	'Q': quarter,
	'q': quarter,
	'd': number(day, 2),
	'D': number(dayOfYear, 3),
	'w': number(week, 2),
	'W': number(weekOfMonth, 1),
	'E': weekdayText,
	'e': localWeekday,
	'c': localWeekday,
	'a': text(halves, func(f *fields, n int) { f.set(half, n) }),
	'h': number(clockHalf, 2),
	'K': number(hourOfHalf, 2),
	'k': number(clockDay, 2),
	'H': number(hour, 2),
	'm': number(minute, 2),
	's': number(second, 2),
	'S': secondFraction,
	'A': number(milliOfDay, 19),
	'n': number(nano, 19),
	'N': number(nanoOfDay, 19),
	'V': zone,
	'z': zone,
	'v': zone,
	'O': localOffset,
	'X': offset(true),
	'x': offset(false),
	'Z': offsetZ,
}

// numericLetters are the letters of numbers. Repeated they have a fixed width,
// and a numeric field of free width before them leaves them their digits.
const numericLetters = "uyYMLQqdDwWeckhKHmsSAnN"

func (e element) fixedDigits() int {
	if e.letter == 0 || strings.IndexByte(numericLetters, e.letter) < 0 {
		return 0
	}
	if e.count == 1 && e.letter != 'S' || strings.IndexByte("MLQqec", e.letter) >= 0 && e.count > 2 {
		return 0
	}
	return e.count
}

func (r *reader) element(e element, next []element) error {
	if e.letter == 0 {
		rest, ok := strings.CutPrefix(r.rest, e.text)
		if !ok || strings.ContainsAny(e.text, "[]{}#") && len(e.text) == 1 {
			return fmt.Errorf("%q is not there", e.text)
		}
		r.rest = rest
		return nil
	}
	read, ok := jdk[e.letter]
	if !ok {
		return fmt.Errorf("the pattern letter %c is not supported", e.letter)
	}
	r.reserve = 0
	for _, n := range next {
		width := n.fixedDigits()
		if width == 0 {
			break
		}
		r.reserve += width
	}
	return read(r, e.count)
}

// digits reads between least and most digits, leaving the reserved ones.
func (r *reader) digits(least, most int) (n int, err error) {
	run := 0
	for run < len(r.rest) && isDigit(r.rest[run]) {
		run++
	}
	take := min(run, most)
	if least < most {
		take = min(take, max(run-r.reserve, least))
	}
	if take < least || take > 18 {
		return 0, fmt.Errorf("%d digits are not at %q", least, r.rest)
	}
	for _, c := range []byte(r.rest[:take]) {
		n = n*10 + int(c-'0')
	}
	r.rest = r.rest[take:]
	return n, nil
}

// number reads a field of up to most digits: one letter takes any width, more
// letters take exactly that width, but for the fields that may be longer.
func number(id field, most int) reading {
	return func(r *reader, count int) error {
		if count > most {
			return fmt.Errorf("too many pattern letters")
		}
		widest := count
		if count == 1 || most > 2 {
			widest = 18
		}
		if most == 3 && count > 1 {
			widest = 3
		}
		n, err := r.digits(count, widest)
		r.fields.set(id, n)
		return err
	}
}

// year reads a year: two letters are a year from 2000 on, four or more at least
// that many digits.
func year(id field) reading {
	return func(r *reader, count int) error {
		negative := false
		if count != 2 {
			r.rest, negative = strings.CutPrefix(r.rest, "-")
		}
		least, most := count, 18
		if count == 2 {
			most = 2
		}
		n, err := r.digits(least, most)
		if count == 2 {
			n += 2000
		}
		if negative {
			n = -n
		}
		r.fields.set(id, n)
		return err
	}
}

// text reads one of a list of names; its position from 1 is the field. Up to
// three letters take the short form, four the full one, five one character.
func text(list [][3]string, set func(f *fields, n int)) reading {
	return func(r *reader, count int) error {
		form := 0
		if count > 3 {
			form = min(count-3, 2)
		}
		best := -1
		for i, name := range list {
			if strings.HasPrefix(r.rest, name[form]) && (best < 0 || len(name[form]) > len(list[best][form])) {
				best = i
			}
		}
		if best < 0 {
			return fmt.Errorf("no name is at %q", r.rest)
		}
		r.rest = r.rest[len(list[best][form]):]
		set(&r.fields, best+1)
		return nil
	}
}

func monthText(r *reader, count int) error {
	if count <= 2 {
		return number(monthField, 2)(r, count)
	}
	return text(months, func(f *fields, n int) { f.set(monthField, n) })(r, count)
}

// quarter reads Q: it only has to agree with the month.
func quarter(r *reader, count int) error {
	if count <= 2 {
		return number(quarterField, 2)(r, count)
	}
	return text(quarters, func(f *fields, n int) { f.set(quarterField, n) })(r, count)
}

func weekdayText(r *reader, count int) error {
	return text(weekdays, func(f *fields, n int) { f.set(weekday, n) })(r, count)
}

// localWeekday reads a weekday as a number from Sunday, or by name from three letters on.
func localWeekday(r *reader, count int) error {
	if count > 2 {
		return weekdayText(r, count)
	}
	n, err := r.digits(count, count)
	if err == nil && (n < 1 || n > 7) {
		err = fmt.Errorf("%d is no day of the week", n)
	}
	r.fields.set(weekday, (n+5)%7+1)
	return err
}

// secondFraction reads exactly count digits behind the point.
func secondFraction(r *reader, count int) error {
	if count > 9 {
		return fmt.Errorf("too many pattern letters")
	}
	n, err := r.digits(count, count)
	for range 9 - count {
		n *= 10
	}
	r.fields.set(nano, n)
	return err
}

// zone reads a zone's id, abbreviation or offset: the longest run of its
// characters that names a zone.
func zone(r *reader, _ int) error {
	end := 0
	for end < len(r.rest) && end < 64 && (isLetter(r.rest[end]) || isDigit(r.rest[end]) || strings.IndexByte("/_+-:", r.rest[end]) >= 0) {
		end++
	}
	for ; end > 0; end-- {
		if loc := Zone(r.rest[:end]); loc != nil {
			r.fields.zone, r.rest = loc, r.rest[end:]
			return nil
		}
	}
	return fmt.Errorf("no zone is at %q", r.rest)
}

// localOffset reads O: GMT, or GMT with an offset.
func localOffset(r *reader, _ int) error {
	rest, ok := strings.CutPrefix(r.rest, "GMT")
	if !ok {
		return fmt.Errorf("GMT is not at %q", r.rest)
	}
	seconds, size := readOffset(rest, anyColon)
	r.fields.zone, r.rest = time.FixedZone("", seconds), rest[size:]
	return nil
}

// offset reads X or x: hours with optional minutes, hours and minutes, and the
// same with a colon. Only X takes Z for zero.
func offset(zulu bool) reading {
	return func(r *reader, count int) error {
		if rest, ok := strings.CutPrefix(r.rest, "Z"); ok && zulu {
			r.fields.zone, r.rest = time.UTC, rest
			return nil
		}
		style := noColon
		if count == 3 || count == 5 {
			style = withColon
		}
		return r.offset(style, count > 1)
	}
}

func (r *reader) offset(style colon, minutes bool) error {
	seconds, size := readOffset(r.rest, style)
	if size < 3 || minutes && size < 5 {
		return fmt.Errorf("no offset is at %q", r.rest)
	}
	r.fields.zone, r.rest = time.FixedZone("", seconds), r.rest[size:]
	return nil
}

// offsetZ reads Z: +0000 up to three letters, GMT+00:00 with four, +00:00 or Z with five.
func offsetZ(r *reader, count int) error {
	switch {
	case count <= 3:
		return r.offset(noColon, true)
	case count == 4:
		return localOffset(r, count)
	default:
		return offset(true)(r, count)
	}
}
