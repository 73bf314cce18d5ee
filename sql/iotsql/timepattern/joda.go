package timepattern

import (
	"fmt"
	"strconv"
	"time"
)

// Format prints t, in its location, with a Joda-Time pattern.
func Format(pattern string, t time.Time) (string, error) {
	elements, err := split(pattern)
	if err != nil {
		return "", err
	}
	var out []byte
	for _, e := range elements {
		if e.letter == 0 {
			out = append(out, e.text...)
			continue
		}
		print, ok := joda[e.letter]
		if !ok {
			return "", fmt.Errorf("the pattern letter %c is unknown", e.letter)
		}
		if out, err = print(out, t, e.count); err != nil {
			return "", err
		}
	}
	return string(out), nil
}

// printer appends one field of t that the pattern repeats count times.
type printer func(dst []byte, t time.Time, count int) ([]byte, error)

// joda is what the letters of Joda-Time's DateTimeFormat print.
var joda = map[byte]printer{
	'G': texts(func(t time.Time) string { return [...]string{"BC", "AD"}[b2i(t.Year() > 0)] }),
	'C': digits(func(t time.Time) int { return yearOfEra(t) / 100 }),
	'Y': years(yearOfEra),
	'y': years(func(t time.Time) int { return t.Year() }),
	'x': years(func(t time.Time) int { y, _ := t.ISOWeek(); return y }),
	'w': digits(func(t time.Time) int { _, w := t.ISOWeek(); return w }),
	'e': digits(func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }),
	'E': names(func(t time.Time) string { return t.Weekday().String() }),
	'D': digits(func(t time.Time) int { return t.YearDay() }),
	'M': month,
	'd': digits(func(t time.Time) int { return t.Day() }),
	'a': texts(func(t time.Time) string { return [...]string{"AM", "PM"}[t.Hour()/12] }),
	'K': digits(func(t time.Time) int { return t.Hour() % 12 }),
	'h': digits(func(t time.Time) int { return (t.Hour()+11)%12 + 1 }),
	'H': digits(func(t time.Time) int { return t.Hour() }),
	'k': digits(func(t time.Time) int { return (t.Hour()+23)%24 + 1 }),
	'm': digits(func(t time.Time) int { return t.Minute() }),
	's': digits(func(t time.Time) int { return t.Second() }),
	'S': fraction,
	'z': zoneName,
	'Z': zoneOffset,
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func yearOfEra(t time.Time) int {
	if y := t.Year(); y > 0 {
		return y
	}
	return 1 - t.Year()
}

// digits prints a number with at least count digits.
func digits(of func(time.Time) int) printer {
	return func(dst []byte, t time.Time, count int) ([]byte, error) { return padded(dst, of(t), count), nil }
}

func padded(dst []byte, n, width int) []byte {
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	text := strconv.Itoa(n)
	for range width - len(text) {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

// years prints two letters as the year's last two digits.
func years(of func(time.Time) int) printer {
	return func(dst []byte, t time.Time, count int) ([]byte, error) {
		if count == 2 {
			return padded(dst, max(of(t), -of(t))%100, 2), nil
		}
		return padded(dst, of(t), count), nil
	}
}

func texts(of func(time.Time) string) printer {
	return func(dst []byte, t time.Time, _ int) ([]byte, error) { return append(dst, of(t)...), nil }
}

// names prints a name: in full from four letters on, else its first three characters.
func names(of func(time.Time) string) printer {
	return func(dst []byte, t time.Time, count int) ([]byte, error) {
		if count >= 4 {
			return append(dst, of(t)...), nil
		}
		return append(dst, of(t)[:3]...), nil
	}
}

func month(dst []byte, t time.Time, count int) ([]byte, error) {
	if count < 3 {
		return padded(dst, int(t.Month()), count), nil
	}
	return names(func(t time.Time) string { return t.Month().String() })(dst, t, count)
}

// fraction prints as many digits of the second's fraction as there are letters.
func fraction(dst []byte, t time.Time, count int) ([]byte, error) {
	text := fmt.Sprintf("%09d", t.Nanosecond())
	for i := range count {
		if i < len(text) {
			dst = append(dst, text[i])
		} else {
			dst = append(dst, '0')
		}
	}
	return dst, nil
}

// zoneName prints the abbreviation of the zone. Full names exist for UTC only.
func zoneName(dst []byte, t time.Time, count int) ([]byte, error) {
	name, offset := t.Zone()
	switch {
	case count >= 4 && name == "UTC":
		return append(dst, "Coordinated Universal Time"...), nil
	case count >= 4:
		return nil, fmt.Errorf("the full name of the zone %s is not known", name)
	case name == "" || name[0] == '+' || name[0] == '-':
		return appendOffset(dst, offset, ":"), nil
	default:
		return append(dst, name...), nil
	}
}

// zoneOffset prints +0000, +00:00 or, from three letters on, the zone's id.
func zoneOffset(dst []byte, t time.Time, count int) ([]byte, error) {
	_, offset := t.Zone()
	switch count {
	case 1:
		return appendOffset(dst, offset, ""), nil
	case 2:
		return appendOffset(dst, offset, ":"), nil
	default:
		return append(dst, t.Location().String()...), nil
	}
}
