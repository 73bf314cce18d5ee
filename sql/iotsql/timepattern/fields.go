package timepattern

import (
	"errors"
	"fmt"
	"time"
)

// field is a part of a date or a time of day.
type field uint8

const (
	eraField field = iota // 1 BC, 2 AD
	proleptic
	yearField // of the era
	monthField
	quarterField
	day
	dayOfYear
	weekYear
	week
	weekOfMonth
	weekday // 1 is Monday
	half    // 1 AM, 2 PM
	clockHalf
	hourOfHalf
	clockDay
	hour
	minute
	second
	nano
	milliOfDay
	nanoOfDay
	fieldCount
)

// limits are the least and the largest value of a field; without one it is free.
var limits = [fieldCount][2]int{
	monthField: {1, 12}, quarterField: {1, 4}, day: {1, 31}, dayOfYear: {1, 366}, week: {1, 53}, weekOfMonth: {0, 6}, clockHalf: {1, 12}, hourOfHalf: {0, 11},
	clockDay: {1, 24}, hour: {0, 24}, minute: {0, 59}, second: {0, 59}, nano: {0, 999_999_999}, milliOfDay: {0, 86_399_999},
	nanoOfDay: {0, 86_399_999_999_999}, yearField: {0, 999_999}, proleptic: {-999_999, 999_999}, weekYear: {0, 999_999},
}

// fields are the parts that were read.
type fields struct {
	value [fieldCount]int
	have  [fieldCount]bool
	zone  *time.Location
	twice bool // a field was read twice with different values
}

func (f *fields) set(id field, n int) {
	f.twice = f.twice || f.have[id] && f.value[id] != n
	f.value[id], f.have[id] = n, true
}

// resolve makes an instant of the fields, as the JDK's SMART style does.
func (f *fields) resolve() (time.Time, error) {
	if f.twice {
		return time.Time{}, errors.New("a field is there twice")
	}
	for id, limit := range limits {
		if n := f.value[id]; f.have[id] && limit != [2]int{} && (n < limit[0] || n > limit[1]) {
			return time.Time{}, fmt.Errorf("%d is out of range", n)
		}
	}
	y, m, d, err := f.date()
	if err != nil {
		return time.Time{}, err
	}
	ofDay, err := f.timeOfDay()
	if err != nil {
		return time.Time{}, err
	}
	loc := f.zone
	if loc == nil {
		loc = time.UTC
	}
	s, ns := int(ofDay/time.Second), int(ofDay%time.Second)
	return time.Date(y, m, d, s/3600, s/60%60, s%60, ns, loc), nil
}

// date resolves year, month and day from whichever fields are there.
func (f *fields) date() (int, time.Month, int, error) {
	t, ok := f.dateByFields()
	if !ok {
		return 0, 0, 0, errors.New("the date is not complete")
	}
	switch {
	case f.have[weekday] && int(t.Weekday()+6)%7+1 != f.value[weekday]:
		return 0, 0, 0, errors.New("the day of the week does not agree with the date")
	case f.have[quarterField] && (int(t.Month())+2)/3 != f.value[quarterField]:
		return 0, 0, 0, errors.New("the quarter does not agree with the date")
	case f.have[dayOfYear] && t.YearDay() != f.value[dayOfYear]:
		return 0, 0, 0, errors.New("the day of the year does not agree with the date")
	}
	y, m, d := t.Date()
	return y, m, d, nil
}

func (f *fields) dateByFields() (time.Time, bool) {
	y, haveYear := f.year()
	switch {
	case haveYear && f.have[monthField] && f.have[day]:
		m := time.Month(f.value[monthField])
		last := time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
		return time.Date(y, m, min(f.value[day], last), 0, 0, 0, 0, time.UTC), true
	case haveYear && f.have[dayOfYear]:
		return time.Date(y, 1, f.value[dayOfYear], 0, 0, 0, 0, time.UTC), true
	case haveYear && f.have[monthField] && f.have[weekOfMonth] && f.have[weekday]:
		return f.inWeek(time.Date(y, time.Month(f.value[monthField]), 1, 0, 0, 0, 0, time.UTC), weekOfMonth), true
	case f.have[weekYear] && f.have[week] && f.have[weekday]:
		return f.inWeek(time.Date(f.value[weekYear], 1, 1, 0, 0, 0, 0, time.UTC), week), true
	default:
		return time.Time{}, false
	}
}

// inWeek counts weeks from the one with first in it; they begin on Sunday.
func (f *fields) inWeek(first time.Time, id field) time.Time {
	sunday := first.AddDate(0, 0, -int(first.Weekday()))
	return sunday.AddDate(0, 0, 7*(f.value[id]-1)+f.value[weekday]%7)
}

func (f *fields) year() (int, bool) {
	switch {
	case f.have[proleptic]:
		return f.value[proleptic], true
	case f.have[yearField] && f.have[eraField] && f.value[eraField] == 1:
		return 1 - f.value[yearField], true
	default:
		return f.value[yearField], f.have[yearField]
	}
}

// timeOfDay resolves the time since midnight; 24:00 is the next midnight.
func (f *fields) timeOfDay() (time.Duration, error) {
	switch {
	case f.have[nanoOfDay]:
		return time.Duration(f.value[nanoOfDay]), nil
	case f.have[milliOfDay]:
		return time.Duration(f.value[milliOfDay]) * time.Millisecond, nil
	}
	h, err := f.hour()
	if err != nil {
		return 0, err
	}
	d := time.Duration(h)*time.Hour + time.Duration(f.value[minute])*time.Minute +
		time.Duration(f.value[second])*time.Second + time.Duration(f.value[nano])
	if d > 24*time.Hour {
		return 0, errors.New("the hour is out of range")
	}
	return d, nil
}

func (f *fields) hour() (int, error) {
	switch {
	case f.have[hour]:
		return f.value[hour], nil
	case f.have[clockDay]:
		return f.value[clockDay] % 24, nil
	case f.have[clockHalf] && f.have[half]:
		return f.value[clockHalf]%12 + 12*(f.value[half]-1), nil
	case f.have[hourOfHalf] && f.have[half]:
		return f.value[hourOfHalf] + 12*(f.value[half]-1), nil
	case f.have[clockHalf] || f.have[hourOfHalf] || f.have[half]:
		return 0, errors.New("the hour is not complete")
	default:
		return 0, nil
	}
}

// The names, in short, full and narrow form.
var (
	eras     = [][3]string{{"BC", "Before Christ", "B"}, {"AD", "Anno Domini", "A"}}
	halves   = [][3]string{{"AM", "AM", "AM"}, {"PM", "PM", "PM"}}
	quarters = [][3]string{{"Q1", "1st quarter", "1"}, {"Q2", "2nd quarter", "2"}, {"Q3", "3rd quarter", "3"}, {"Q4", "4th quarter", "4"}}
	weekdays = [][3]string{
		{"Mon", "Monday", "M"}, {"Tue", "Tuesday", "T"}, {"Wed", "Wednesday", "W"}, {"Thu", "Thursday", "T"},
		{"Fri", "Friday", "F"}, {"Sat", "Saturday", "S"}, {"Sun", "Sunday", "S"},
	}
	months = [][3]string{
		{"Jan", "January", "J"}, {"Feb", "February", "F"}, {"Mar", "March", "M"}, {"Apr", "April", "A"}, {"May", "May", "M"}, {"Jun", "June", "J"},
		{"Jul", "July", "J"}, {"Aug", "August", "A"}, {"Sep", "September", "S"}, {"Oct", "October", "O"}, {"Nov", "November", "N"}, {"Dec", "December", "D"},
	}
)
