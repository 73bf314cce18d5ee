package api

import (
	"strconv"
	"time"
)

// Epoch is an instant as AWS's JSON protocols write it: a number of seconds since
// 1970, with milliseconds after the point where there are any.
type Epoch time.Time

// EpochOf returns the instant, or nil for the zero time, which outputs leave out.
func EpochOf(t time.Time) *Epoch {
	if t.IsZero() {
		return nil
	}
	e := Epoch(t)
	return &e
}

// MarshalJSON writes the number without an exponent.
func (e Epoch) MarshalJSON() ([]byte, error) {
	ms := time.Time(e).UnixMilli()
	return strconv.AppendFloat(nil, float64(ms)/1000, 'f', -1, 64), nil
}
