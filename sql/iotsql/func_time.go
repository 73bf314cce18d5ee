package iotsql

import (
	"time"

	"tidemark/sql/iotsql/timepattern"
	"tidemark/sql/iotsql/value"
)

// timeFunctions print and read instants by patterns: parse_time prints with a
// Joda-Time pattern, time_to_epoch reads with one of the JDK.
var timeFunctions = map[string]function{
	"parse_time":    {modern: true, min: 2, max: 3, eval: parseTime},
	"time_to_epoch": {modern: true, min: 2, max: 2, eval: timeToEpoch},
}

// parseTime is parse_time(pattern, milliseconds [, zone]).
func parseTime(s *scope, args []value.Value) (value.Value, error) {
	pattern, ok := value.ToText(args[0])
	ms, okMS := floorInt(args[1])
	if !ok || !okMS {
		return value.Value{}, nil
	}
	loc := time.UTC
	if len(args) == 3 {
		zone, ok := value.ToText(args[2])
		if loc = timepattern.Zone(zone); !ok || loc == nil {
			return value.Value{}, nil
		}
	}
	text, err := timepattern.Format(pattern, time.UnixMilli(ms).In(loc))
	if err != nil {
		return value.Value{}, s.spend(len(pattern))
	}
	return s.text(text)
}

// timeToEpoch is time_to_epoch(text, pattern), in milliseconds. Without a zone
// in the text it is UTC.
func timeToEpoch(s *scope, args []value.Value) (value.Value, error) {
	text, ok := value.ToText(args[0])
	pattern, okPattern := value.ToText(args[1])
	if !ok || !okPattern {
		return value.Value{}, nil
	}
	if err := s.spend(len(text) + len(pattern)); err != nil {
		return value.Value{}, err
	}
	t, err := timepattern.Parse(pattern, text)
	if err != nil {
		return value.Value{}, nil
	}
	return value.Integer(t.UnixMilli()), nil
}
