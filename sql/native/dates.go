package native

import (
	"errors"
	"fmt"
	"time"

	"tidemark/sql/types"
)

// dates format and parse timestamps by a pattern (developer guide, "Date / time
// functions", formatting and parsing functions).
var dates = []Func{
	{Name: "tm_date_format", Args: []Kind{Bigint, Varchar}, Result: Varchar, Call: formatBy(mysqlFields)},
	{Name: "tm_date_parse", Args: []Kind{Varchar, Varchar}, Result: Bigint, Call: parseBy(mysqlFields)},
	{Name: "tm_format_datetime", Args: []Kind{Bigint, Varchar}, Result: Varchar, Call: formatBy(jodaFields)},
	{Name: "tm_parse_datetime", Args: []Kind{Varchar, Varchar}, Result: Bigint, Call: parseBy(jodaFields)},
}

// field is a piece of a pattern: a text that stands for itself, or a part of a time.
type field struct {
	literal string
	print   func(b []byte, t time.Time) []byte
	parse   func(r *dateReader) // nil for one that can only be printed
	numeric bool
}

// formatBy prints by the fields that read makes of the pattern.
func formatBy(read func(pattern string) ([]field, error)) func([]any) (any, error) {
	return func(a []any) (any, error) {
		fields, err := read(a[1].(string))
		if err != nil {
			return nil, err
		}
		t := time.Unix(0, a[0].(int64)).UTC()
		var b []byte
		for _, f := range fields {
			b = append(b, f.literal...)
			if f.print != nil {
				b = f.print(b, t)
			}
		}
		return string(b), nil
	}
}

// parseBy reads by the same fields.
func parseBy(read func(pattern string) ([]field, error)) func([]any) (any, error) {
	return func(a []any) (any, error) {
		text, pattern := a[0].(string), a[1].(string)
		fields, err := read(pattern)
		if err != nil {
			return nil, err
		}
		r := newDateReader(text)
		for i, f := range fields {
			r.adjacent = i+1 < len(fields) && fields[i+1].numeric
			if err := r.read(f); err != nil {
				return nil, err
			}
		}
		ns, err := r.timestamp()
		if err != nil || r.bad || r.rest != "" {
			return nil, fmt.Errorf("Invalid format: \"%s\" does not match \"%s\"", text, pattern)
		}
		return ns, nil
	}
}

func (r *dateReader) read(f field) error {
	switch {
	case f.literal != "":
		r.literal(f.literal)
	case f.parse == nil:
		return errors.New("the pattern has a field that cannot be parsed")
	default:
		f.parse(r)
	}
	return nil
}

// timestamp puts the fields that were read together, the others being those of
// 1970-01-01 00:00:00 UTC.
func (r *dateReader) timestamp() (int64, error) {
	hour := r.hour
	if r.half >= 0 {
		hour = r.hour%12 + 12*r.half
	}
	if hour > 23 || r.minute > 59 || r.second > 59 {
		return 0, errors.New("time of day out of range")
	}
	date, err := r.date()
	if err != nil {
		return 0, err
	}
	day, err := types.ParseISODate(date)
	if err != nil {
		return 0, err
	}
	ns, err := types.Convert(day, types.Of(types.Date), types.Of(types.Timestamp))
	if err != nil {
		return 0, err
	}
	clock := int64(hour)*types.Hour + int64(r.minute)*types.Minute + int64(r.second)*types.Second + int64(r.nanos) - r.offset
	return types.AddInt64(ns.(int64), clock, "timestamp")
}

// date writes the date that was read in the form of ISO 8601 that it was given in.
func (r *dateReader) date() (string, error) {
	if r.year < 0 || r.year > 9999 || r.weekYear < 0 || r.weekYear > 9999 {
		return "", errors.New("year out of range")
	}
	switch {
	case r.dayOfYear > 0:
		return fmt.Sprintf("%04d-%03d", r.year, r.dayOfYear), nil
	case r.week > 0:
		return fmt.Sprintf("%04d-W%02d-%d", r.weekYear, r.week, max(r.weekday, 1)), nil
	}
	return fmt.Sprintf("%04d-%02d-%02d", r.year, r.month, r.day), nil
}
