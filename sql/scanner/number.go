package scanner

import (
	"strings"

	"tidemark/sql/token"
)

// durationUnits are the units that may follow a number without a space, in any case
// (developer guide, "Date / time functions", Intervals and durations).
var durationUnits = map[string]bool{
	"ns": true, "nanosecond": true, "us": true, "microsecond": true, "ms": true, "millisecond": true, "s": true, "second": true,
	"m": true, "minute": true, "h": true, "hour": true, "d": true, "day": true, "month": true, "y": true, "year": true,
}

// number takes an integer, a number with a point or an exponent, or a duration.
func (s *scanner) number() (token.Token, error) {
	kind, n := token.Integer, s.digits(0)
	if s.peek(n) == '.' {
		kind, n = token.Float, n+1+s.digits(n+1)
	}
	if e := s.exponent(n); e > 0 {
		kind, n = token.Float, n+e
	} else if isLetter(s.peek(n)) {
		return s.duration(n)
	}
	if isLetter(s.peek(n)) {
		start := s.pos()
		s.advance(n + s.nameLength(n))
		return token.Token{}, s.wrong(start, "a name may not start with a digit unless it is in double quotes")
	}
	return s.token(kind, n), nil
}

// digits counts the decimal digits from n places on.
func (s *scanner) digits(n int) int {
	end := n
	for isDigit(s.peek(end)) {
		end++
	}
	return end - n
}

// exponent returns the length of an exponent that starts n places on, or 0.
func (s *scanner) exponent(n int) int {
	if c := s.peek(n); c != 'e' && c != 'E' {
		return 0
	}
	sign := 0
	if c := s.peek(n + 1); c == '+' || c == '-' {
		sign = 1
	}
	if d := s.digits(n + 1 + sign); d > 0 {
		return 1 + sign + d
	}
	return 0
}

// duration takes a number of n bytes and the unit behind it.
func (s *scanner) duration(n int) (token.Token, error) {
	start, unit := s.pos(), s.nameLength(n)
	word := s.text[s.at+n : s.at+n+unit]
	if !durationUnits[strings.ToLower(word)] || s.text[s.at+n-1] == '.' {
		s.advance(n + unit)
		return token.Token{}, s.wrong(start, "'%s' is neither a number nor a duration of one number and one unit, as 90m; a name that starts with a digit needs double quotes", s.text[start.Offset:s.at])
	}
	return s.token(token.Duration, n+unit), nil
}
