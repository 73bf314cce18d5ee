package calendar

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"tidemark/sql/types"
)

// reader takes the parts of a time from the front of a text.
type reader struct {
	text   string
	at     int // where the rest begins; after a failure, where it is
	bad    bool
	given  [parts]bool
	values [parts]int64
	nanos  int64 // of the second
	offset int64 // nanoseconds east of UTC
}

// part is a part of a time that a text may give. They are in the order in which they
// are put together: later ones win where they contradict.
type part uint8

const (
	partCentury part = iota
	partYear
	partWeekYear
	partMonth
	partWeek
	partYearDay
	partDay
	partWeekday
	partHalf    // 1 after noon
	partHour    // 0 to 23
	partClock24 // 1 to 24
	partHour12  // 0 to 11
	partClock12 // 1 to 12
	partMinute
	partSecond
	parts
)

var partNames = [parts]string{
	"centuryOfEra", "year", "weekyear", "monthOfYear", "weekOfWeekyear", "dayOfYear", "dayOfMonth", "dayOfWeek",
	"halfdayOfDay", "hourOfDay", "clockhourOfDay", "hourOfHalfday", "clockhourOfHalfday", "minuteOfHour", "secondOfMinute",
}

func (r *reader) rest() string { return r.text[r.at:] }

func (r *reader) set(p part, n int64) { r.given[p], r.values[p] = true, n }

// literal takes exactly the given text, in any letter case.
func (r *reader) literal(text string) {
	rest := r.rest()
	if strings.HasPrefix(rest, text) {
		r.at += len(text)
		return
	}
	for _, want := range text {
		c, size := utf8.DecodeRuneInString(r.rest())
		if size == 0 || c != want && !strings.EqualFold(string(c), string(want)) {
			r.bad = true
			return
		}
		r.at += size
	}
}

// digits takes a number of at most so many digits and says how many it had.
func (r *reader) digits(most int) (n int64, count int) {
	rest := r.rest()
	for count < most && count < len(rest) && rest[count] >= '0' && rest[count] <= '9' {
		n = n*10 + int64(rest[count]-'0')
		count++
	}
	r.at += count
	return n, count
}

func (r *reader) number(to part, most int) {
	n, count := r.digits(most)
	r.bad = r.bad || count == 0
	r.set(to, n)
}

// signed reads a number that may have a sign.
func (r *reader) signed(to part, most int) {
	start, sign := r.at, int64(1)
	if c := r.next(); c == '-' || c == '+' {
		sign = int64(',') - int64(c)
		r.at++
	}
	if r.number(to, most); r.bad {
		r.at = start
	}
	r.values[to] *= sign
}

// next returns the byte that comes next, 0 at the end.
func (r *reader) next() byte {
	if r.at == len(r.text) {
		return 0
	}
	return r.text[r.at]
}

// fraction reads digits after the point; those beyond the ninth have no weight.
func (r *reader) fraction(most int) {
	n, count := r.digits(min(most, 9))
	r.bad = r.bad || count == 0
	for ; count < 9; count++ {
		n *= 10
	}
	r.nanos = n
	if most > 9 {
		r.digits(most - 9)
	}
}

// shortYear reads two digits of a year from 1970 to 2069. A lenient one also takes a
// year that is written in full.
func (r *reader) shortYear(to part, lenient bool) {
	start, most := r.at, 2
	if lenient {
		most = 9
	}
	n, count := r.digits(most)
	switch {
	case count == 2 && n < 70:
		n += 2000
	case count == 2:
		n += 1900
	case !lenient || count == 0:
		r.at, r.bad = start, true
	}
	r.set(to, n)
}

// name takes one of the names, or its first letters, in any letter case, and returns
// its number; -1 if none is there.
func (r *reader) name(names []string, short int) int {
	rest := r.rest()
	for _, size := range [...]int{0, short} {
		for i, name := range names {
			if size > 0 {
				name = name[:min(size, len(name))]
			}
			if len(name) <= len(rest) && strings.EqualFold(rest[:len(name)], name) {
				r.at += len(name)
				return i
			}
		}
	}
	r.bad = true
	return -1
}

// zones are the names that a text may carry, with their hours east of UTC (Joda-Time,
// "DateTimeUtils", default zone names).
var zones = map[string]int64{
	"UTC": 0, "UT": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}

// zone reads a name or an offset.
func (r *reader) zone() {
	rest := r.rest()
	for size := min(3, len(rest)); size > 0; size-- {
		if hours, ok := zones[strings.ToUpper(rest[:size])]; ok {
			r.at += size
			r.offset = hours * types.Hour
			return
		}
	}
	r.zoneOffset()
}

// zoneOffset reads Z or an offset: +hh, +hhmm or +hh:mm, and seconds too.
func (r *reader) zoneOffset() {
	start, sign := r.at, int64(1)
	switch r.next() {
	case 'Z', 'z':
		r.at++
		return
	case '-':
		sign = -1
	case '+':
	default:
		r.bad = true
		return
	}
	r.at++
	r.offset = sign * r.offsetParts()
	if r.bad {
		r.at = start
	}
}

func (r *reader) offsetParts() int64 {
	hours, count := r.digits(2)
	r.bad = r.bad || count != 2 || hours > 23
	ns, colon := hours*types.Hour, r.next() == ':'
	for _, unit := range [...]int64{types.Minute, types.Second} {
		if colon && r.next() == ':' {
			r.at++
		} else if c := r.next(); colon || c < '0' || c > '9' {
			break
		}
		n, count := r.digits(2)
		r.bad = r.bad || count != 2 || n > 59
		ns += n * unit
	}
	return ns
}

// end puts together what was read, if it was the whole text.
func (r *reader) end() (int64, error) {
	if r.bad || r.at < len(r.text) {
		return 0, r.malformed()
	}
	return r.timestamp()
}

// sampleLength is how much of a text after the failure an error shows.
const sampleLength = 32

// malformed is the error of a text that does not fit, with the texts of Joda-Time.
func (r *reader) malformed() error {
	sample := r.text
	if runes := []rune(r.rest()); len(runes) > sampleLength+3 {
		sample = r.text[:r.at] + string(runes[:sampleLength]) + "..."
	}
	switch {
	case r.at == 0:
		return fmt.Errorf("Invalid format: \"%s\"", sample)
	case r.at >= len(r.text):
		return fmt.Errorf("Invalid format: \"%s\" is too short", sample)
	}
	return fmt.Errorf("Invalid format: \"%s\" is malformed at \"%s\"", sample, sample[r.at:])
}
