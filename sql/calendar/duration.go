package calendar

import (
	"fmt"
	"math"
	"strconv"

	"tidemark/sql/types"
)

// ParseDuration reads a day to second interval such as 15m; the type of a call is
// fixed before its argument is known, so years and months are an error.
func ParseDuration(text string) (int64, error) {
	v, t, err := types.ParseDuration(text)
	if err != nil {
		return 0, err
	}
	if t.Kind != types.IntervalDayToSecond {
		return 0, fmt.Errorf("%s is not an interval day to second", text)
	}
	return v.(int64), nil
}

// readable are the words of ReadableSeconds, from the largest.
var readable = [...]struct {
	seconds int64
	word    string
}{{7 * 86400, "week"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}

// ReadableSeconds spells a number of seconds as 1 hour, 2 minutes, 42 seconds; the
// sign is left out.
func ReadableSeconds(b []byte, seconds float64) ([]byte, error) {
	rest := math.Abs(math.Round(seconds))
	if !(rest < 1<<63) {
		return b, fmt.Errorf("Invalid argument found: %s", types.AppendDouble(nil, seconds))
	}
	start, left := len(b), int64(rest)
	for _, unit := range readable {
		n := left / unit.seconds
		if left %= unit.seconds; n == 0 && (unit.seconds > 1 || len(b) > start) {
			continue
		}
		if len(b) > start {
			b = append(b, ", "...)
		}
		b = append(append(strconv.AppendInt(b, n, 10), ' '), unit.word...)
		if n != 1 {
			b = append(b, 's')
		}
	}
	return b, nil
}
