package types

import (
	"fmt"
	"math"
)

// Convert casts a scalar value that is not NULL, in its Go form, as CAST does.
func Convert(v any, from, to Type) (any, error) {
	if from.Kind == to.Kind {
		return v, nil
	}
	if s, ok := v.(string); ok {
		return FromText(to.Kind, s)
	}
	if to.Kind == Varchar {
		return Text(from, v), nil
	}
	f, ok := converters[[2]Kind{from.Kind, to.Kind}]
	if !ok {
		return nil, fmt.Errorf("cannot cast %s to %s", from, to)
	}
	return f(v)
}

// converters are the casts between scalars that are not texts.
var converters = map[[2]Kind]func(any) (any, error){
	{Boolean, Integer}: func(v any) (any, error) { return int32(truth(v.(bool))), nil },
	{Boolean, Bigint}:  func(v any) (any, error) { return truth(v.(bool)), nil },
	{Boolean, Double}:  func(v any) (any, error) { return float64(truth(v.(bool))), nil },
	{Integer, Boolean}: func(v any) (any, error) { return v.(int32) != 0, nil },
	{Integer, Bigint}:  func(v any) (any, error) { return int64(v.(int32)), nil },
	{Integer, Double}:  func(v any) (any, error) { return float64(v.(int32)), nil },
	{Bigint, Boolean}:  func(v any) (any, error) { return v.(int64) != 0, nil },
	{Bigint, Integer}:  func(v any) (any, error) { return narrow(v.(int64)) },
	{Bigint, Double}:   func(v any) (any, error) { return float64(v.(int64)), nil },
	{Double, Boolean}:  func(v any) (any, error) { return v.(float64) != 0, nil },
	{Double, Bigint}:   toBigint,
	{Double, Integer}:  toInteger,
	{Timestamp, Date}:  func(v any) (any, error) { return int32(DayOf(v.(int64))), nil },
	{Timestamp, Time}:  func(v any) (any, error) { return v.(int64) - DayOf(v.(int64))*Day, nil },
	{Date, Timestamp}:  func(v any) (any, error) { return TimestampOf(int64(v.(int32)), 0) },
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func narrow(n int64) (any, error) {
	if int64(int32(n)) != n {
		return nil, fmt.Errorf("Out of range for integer: %d", n)
	}
	return int32(n), nil
}

func toBigint(v any) (any, error) {
	x := v.(float64)
	if r := math.Round(x); r >= -1<<63 && r < 1<<63 {
		return int64(r), nil
	}
	return nil, WholeNumberError(x, Bigint)
}

func toInteger(v any) (any, error) {
	x := v.(float64)
	if r := math.Round(x); r >= -1<<31 && r < 1<<31 {
		return int32(r), nil
	}
	return nil, WholeNumberError(x, Integer)
}

// WholeNumberError is the error of casting a double that integer or bigint, as k says,
// does not hold. The texts are Trino's, which has three.
func WholeNumberError(x float64, k Kind) error {
	switch {
	case k == Bigint:
		return fmt.Errorf("Unable to cast %s to bigint", AppendDouble(nil, x))
	case math.IsNaN(x):
		return fmt.Errorf("Cannot cast double NaN to integer")
	}
	return fmt.Errorf("Out of range for integer: %s", AppendDouble(nil, x))
}
