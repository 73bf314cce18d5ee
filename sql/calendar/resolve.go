package calendar

import (
	"fmt"

	"tidemark/sql/types"
)

// clockLimits are the least and greatest values of the parts of a time of day.
var clockLimits = [parts][2]int64{
	partHalf: {0, 1}, partHour: {0, 23}, partClock24: {1, 24}, partHour12: {0, 11}, partClock12: {1, 12},
	partMinute: {0, 59}, partSecond: {0, 59},
}

// timestamp puts the parts together.
func (r *reader) timestamp() (int64, error) {
	days, err := r.date()
	if err != nil {
		return 0, err
	}
	clock, err := r.clock()
	if err != nil {
		return 0, err
	}
	return join(days, clock-r.offset)
}

// day puts the parts of a date together.
func (r *reader) day() (int32, error) {
	days, err := r.date()
	if err != nil {
		return 0, err
	}
	return dateOf(days)
}

func (r *reader) clock() (int64, error) {
	for p := partHalf; p < parts; p++ {
		if err := r.within(p, r.values[p], clockLimits[p][0], clockLimits[p][1]); err != nil {
			return 0, err
		}
	}
	hour := 12 * r.values[partHalf]
	switch {
	case r.given[partClock12]:
		hour += r.values[partClock12] % 12
	case r.given[partHour12]:
		hour += r.values[partHour12]
	case r.given[partClock24]:
		hour = r.values[partClock24] % 24
	case r.given[partHour]:
		hour = r.values[partHour]
	}
	return hour*types.Hour + r.values[partMinute]*types.Minute + r.values[partSecond]*types.Second + r.nanos, nil
}

// within checks a part that the text gave.
func (r *reader) within(p part, n, least, most int64) error {
	if r.given[p] && (n < least || n > most) {
		return fmt.Errorf("Cannot parse \"%s\": Value %d for %s must be in the range [%d,%d]", r.text, n, partNames[p], least, most)
	}
	return nil
}

// leapYear is the year of a day that is given without one.
const leapYear = 2000

// date sets one part after the other in 1970-01-01, each time at the start of the
// span that it names, and then once more: the second time a week is that of its year.
func (r *reader) date() (int64, error) {
	if days, ok := r.plainDate(); ok {
		return days, nil
	}
	first := partCentury
	for first < partHalf && !r.given[first] {
		first++
	}
	if first >= partMonth && first < partHalf {
		r.set(partYear, leapYear)
		first = partYear
	}
	last := partHalf
	for last > first && !r.given[last-1] {
		last--
	}
	days, err := int64(0), error(nil)
	for again := range 2 {
		for p := first; p < last && err == nil; p++ {
			if r.given[p] {
				days, err = r.with(days, p, again == 0 || p+1 == last)
			}
		}
	}
	return days, err
}

// plainDate is the day of the parts that nearly all texts give, a year, a month and a
// day, unless there is something wrong with them.
func (r *reader) plainDate() (int64, bool) {
	if [partHalf]bool(r.given[:partHalf]) != [partHalf]bool{partYear: true, partMonth: true, partDay: true} {
		return 0, false
	}
	y, m, d := r.values[partYear], r.values[partMonth], r.values[partDay]
	if max(y, -y) > maxYear || m < 1 || m > 12 || d < 1 || d > types.MonthLength(y, m) {
		return 0, false
	}
	return types.DaysOf(y, m, d), true
}

// with sets one part of a date; round leaves nothing of the parts below it.
func (r *reader) with(days int64, p part, round bool) (int64, error) {
	s := setters[p](days, r.values[p])
	if err := r.within(p, r.values[p], s.least, s.most); err != nil {
		return 0, err
	}
	if round {
		return s.start, nil
	}
	return s.day, nil
}

// setting is what becomes of a day when one of its parts is set: the day with all its
// other parts, the first day of the span that the part names, and the values that the
// part may have, outside of which the days mean nothing.
type setting struct{ day, start, least, most int64 }

// maxYear keeps the arithmetic of days far from its limits.
const maxYear = 9999

var setters = [partHalf]func(days, n int64) setting{
	partCentury:  func(_, n int64) setting { return only(types.DaysOf(n*100, 1, 1), 0, maxYear/100) },
	partYear:     setYear,
	partWeekYear: setWeekYear,
	partMonth:    setMonth,
	partWeek:     setWeek,
	partYearDay: func(days, n int64) setting {
		y, _, _ := types.Civil(days)
		return only(types.DaysOf(y, 1, n), 1, types.DaysOf(y+1, 1, 1)-types.DaysOf(y, 1, 1))
	},
	partDay: func(days, n int64) setting {
		y, m, d := types.Civil(days)
		return only(days-d+n, 1, types.MonthLength(y, m))
	},
	partWeekday: func(days, n int64) setting { return only(days-WeekdayOfDate(int32(days))+n, 1, 7) },
}

// only is a part that says the day alone.
func only(day, least, most int64) setting { return setting{day, day, least, most} }

func setYear(days, n int64) setting {
	_, m, d := types.Civil(days)
	return setting{types.DaysOf(n, m, min(d, types.MonthLength(n, m))), types.DaysOf(n, 1, 1), -maxYear, maxYear}
}

// setWeekYear goes to the first week, unless the year is right.
func setWeekYear(days, n int64) setting {
	first := monday(n, 1)
	if WeekYearOfDate(int32(days)) != n {
		days = first
	}
	return setting{days, first, -maxYear, maxYear}
}

func setMonth(days, n int64) setting {
	y, _, d := types.Civil(days)
	if n < 1 || n > 12 {
		return setting{least: 1, most: 12}
	}
	first := types.DaysOf(y, n, 1)
	return setting{first - 1 + min(d, types.MonthLength(y, n)), first, 1, 12}
}

func setWeek(days, n int64) setting {
	of := WeekYearOfDate(int32(days))
	first := monday(of, n)
	return setting{first + WeekdayOfDate(int32(days)) - 1, first, 1, weeks(of)}
}
