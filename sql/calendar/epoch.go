package calendar

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"tidemark/sql/types"
)

// FromMillis returns the timestamp so many milliseconds after 1970.
func FromMillis(n int64) (int64, error) {
	if n > math.MaxInt64/types.Millisecond || n < MinTimestamp/types.Millisecond {
		return 0, errTimestamp
	}
	return n * types.Millisecond, nil
}

// ToMillis returns the milliseconds since 1970, rounded down.
func ToMillis(ns int64) int64 { return types.FloorDiv(ns, types.Millisecond) }

// IntervalMillis returns the whole milliseconds of an interval, rounded toward zero.
func IntervalMillis(ns int64) int64 { return ns / types.Millisecond }

// ToUnixTime returns the seconds since 1970 with their fraction.
func ToUnixTime(ns int64) float64 { return float64(ns) / 1e9 }

// maxSeconds is beyond the range of timestamps on both sides.
const maxSeconds = 1 << 40

// FromUnixTime returns the timestamp so many seconds after 1970, to the nearest
// nanosecond of the shortest decimal number that a double stands for: 0.1 is exactly
// a tenth of a second.
func FromUnixTime(seconds float64) (int64, error) {
	if !(math.Abs(seconds) < maxSeconds) {
		return 0, fmt.Errorf("%w: %s seconds", errTimestamp, types.AppendDouble(nil, seconds))
	}
	whole, fraction := int64(seconds), int64(0)
	if float64(whole) != seconds {
		fraction = decimals(seconds)
	}
	day := 24 * types.Hour / types.Second
	return join(types.FloorDiv(whole, day), floorMod(whole, day)*types.Second+fraction)
}

// decimals returns the digits after the point as nanoseconds, with the number's sign.
func decimals(x float64) int64 {
	var buffer [64]byte
	_, digits, _ := strings.Cut(string(strconv.AppendFloat(buffer[:0], x, 'f', -1, 64)), ".")
	ns := int64(0)
	for i := range 9 {
		if ns *= 10; i < len(digits) {
			ns += int64(digits[i] - '0')
		}
	}
	if len(digits) > 9 && digits[9] >= '5' {
		ns++
	}
	if x < 0 {
		return -ns
	}
	return ns
}
