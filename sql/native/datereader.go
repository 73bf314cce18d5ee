package native

import (
	"strings"
	"time"

	"tidemark/sql/types"
)

// dateReader takes fields from the front of a text.
type dateReader struct {
	rest     string
	bad      bool
	adjacent bool // a number follows without anything between

	year, month, day, dayOfYear int
	weekYear, week, weekday     int
	hour, minute, second, nanos int
	half                        int   // 1 after noon, 0 before, -1 not given
	offset                      int64 // nanoseconds east of UTC
}

func newDateReader(text string) *dateReader {
	return &dateReader{rest: text, year: 1970, month: 1, day: 1, weekYear: 1970, half: -1}
}

// literal takes exactly the given text.
func (r *dateReader) literal(text string) {
	rest, ok := strings.CutPrefix(r.rest, text)
	r.rest, r.bad = rest, r.bad || !ok
}

// digits takes a number of at most so many digits and says how many it had.
func (r *dateReader) digits(most int) (n, count int) {
	for count < most && count < len(r.rest) && r.rest[count] >= '0' && r.rest[count] <= '9' {
		n = n*10 + int(r.rest[count]-'0')
		count++
	}
	r.rest, r.bad = r.rest[count:], r.bad || count == 0
	return n, count
}

// number reads into to. width is the pattern's; more digits are taken unless another number follows.
func (r *dateReader) number(to *int, width, most int) {
	if r.adjacent {
		most = width
	}
	*to, _ = r.digits(most)
}

// fraction reads digits after the point as nanoseconds.
func (r *dateReader) fraction(most int) {
	n, count := r.digits(most)
	for ; count < 9; count++ {
		n *= 10
	}
	r.nanos = n
}

// shortYear reads two digits of a year from 1970 to 2069.
func (r *dateReader) shortYear(to *int) {
	n, count := r.digits(2)
	r.bad = r.bad || count != 2
	*to = 1900 + n
	if n < 70 {
		*to = 2000 + n
	}
}

// name takes the longest of the names that stands in front, in any letter case, and returns its number.
func (r *dateReader) name(names []string) int {
	best := -1
	for i, name := range names {
		if len(name) <= len(r.rest) && strings.EqualFold(r.rest[:len(name)], name) && (best < 0 || len(name) > len(names[best])) {
			best = i
		}
	}
	if best < 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[len(names[best]):]
	return best
}

// Names of months and days as every pattern prints them.
var (
	longMonths  = names(1, 12, func(i int) string { return time.Month(i).String() })
	shortMonths = names(1, 12, func(i int) string { return time.Month(i).String()[:3] })
	longDays    = names(1, 7, func(i int) string { return time.Weekday(i % 7).String() })
	shortDays   = names(1, 7, func(i int) string { return time.Weekday(i % 7).String()[:3] })
	halves      = []string{"AM", "PM"}
)

func names(from, to int, name func(int) string) []string {
	var all []string
	for i := from; i <= to; i++ {
		all = append(all, name(i))
	}
	return all
}

func (r *dateReader) monthName() {
	r.month = r.name(append(append([]string(nil), longMonths...), shortMonths...))%12 + 1
}
func (r *dateReader) weekdayName() {
	r.weekday = r.name(append(append([]string(nil), longDays...), shortDays...))%7 + 1
}
func (r *dateReader) halfOfDay() { r.half = r.name(halves) }

// zones are the names that a text may carry (those that java.time prints for the
// United States, and UTC).
var zones = []string{"UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"}

var zoneHours = []int64{0, 0, 0, -5, -4, -6, -5, -7, -6, -8, -7}

// zone reads a name or an offset such as +0200 or -05:00.
func (r *dateReader) zone() {
	if r.rest == "" || r.rest[0] != '+' && r.rest[0] != '-' {
		r.offset = zoneHours[r.name(zones)] * types.Hour
		return
	}
	sign := int64(1)
	if r.rest[0] == '-' {
		sign = -1
	}
	r.rest = r.rest[1:]
	hour, _ := r.digits(2)
	r.rest = strings.TrimPrefix(r.rest, ":")
	minute, _ := r.digits(2)
	r.offset = sign * (int64(hour)*types.Hour + int64(minute)*types.Minute)
}

// padded appends a number with at least width digits.
func padded(b []byte, n, width int) []byte {
	digits := 1
	for p := 10; n >= p && digits < 19; p *= 10 {
		digits++
	}
	for ; digits < width; digits++ {
		b = append(b, '0')
	}
	return appendInt(b, n)
}
