package native

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// arithmetic is what DuckDB computes with other bounds or not at all (developer guide,
// "Mathematical functions"; the rest as in Trino).
var arithmetic = []Func{
	{Name: "tm_round_integer", Args: []Kind{Bigint, Bigint}, Result: Integer, Call: roundInteger},
	{Name: "tm_round_bigint", Args: []Kind{Bigint, Bigint}, Result: Bigint, Call: func(a []any) (any, error) { return roundLeft(a[0].(int64), a[1].(int64)) }},
	{Name: "tm_truncate", Args: []Kind{Double, Bigint}, Result: Double, Call: truncate},
	{Name: "tm_width_bucket", Args: []Kind{Double, Double, Double, Bigint}, Result: Bigint, Call: widthBucket},
	{Name: "tm_bin_bucket", Args: []Kind{Double, ListOf(Double)}, Result: Bigint, Batch: binBuckets},
	{Name: "tm_cosine_similarity", Args: []Kind{ListOf(Double), ListOf(Double)}, Result: Double, Batch: cosineSimilarities},
}

func roundInteger(a []any) (any, error) {
	n, err := roundLeft(a[0].(int64), a[1].(int64))
	switch {
	case err != nil:
		return nil, err
	case int64(int32(n)) != n:
		return nil, fmt.Errorf("Out of range for integer: %d", n)
	}
	return int32(n), nil
}

// roundLeft rounds to so many digits left of the point, where digits is negative; ties
// go away from zero.
func roundLeft(n, digits int64) (int64, error) {
	if digits >= 0 {
		return n, nil
	}
	overflow := fmt.Errorf("numerical overflow: %d", n)
	if digits < -18 {
		return 0, overflow
	}
	unit := int64(1)
	for range -digits {
		unit *= 10
	}
	quotient, rest := n/unit, n%unit
	switch {
	case rest >= unit-rest && rest > 0:
		quotient++
	case -rest >= unit+rest && rest < 0:
		quotient--
	}
	if rounded := quotient * unit; rounded/unit == quotient {
		return rounded, nil
	}
	return 0, overflow
}

// truncate cuts the shortest decimal text of a number, so that 0.29 keeps its digits.
func truncate(a []any) (any, error) {
	x, digits := a[0].(float64), a[1].(int64)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return x, nil
	}
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(x, 'f', -1, 64), ".")
	if digits >= 0 {
		return strconv.ParseFloat(whole+"."+fraction[:min(int64(len(fraction)), digits)]+"0", 64)
	}
	sign := strings.TrimRight(whole, "0123456789")
	whole = whole[len(sign):]
	if digits <= -int64(len(whole)) {
		return math.Copysign(0, x), nil
	}
	cut := len(whole) + int(digits)
	return strconv.ParseFloat(sign+whole[:cut]+strings.Repeat("0", len(whole)-cut), 64)
}

// widthBucket finds the bucket of a histogram with so many equal buckets between two bounds.
func widthBucket(a []any) (any, error) {
	x, first, second, n := a[0].(float64), a[1].(float64), a[2].(float64), a[3].(int64)
	if err := checkBuckets(x, first, second, n); err != nil {
		return nil, err
	}
	low, high := min(first, second), max(first, second)
	bucket := int64(0)
	switch {
	case x < low:
	case x >= high && n == math.MaxInt64:
		return nil, fmt.Errorf("Bucket for value %v is out of range", x)
	case x >= high:
		bucket = n + 1
	default:
		bucket = int64(float64(n)*(x-low)/(high-low) + 1)
	}
	if first > second {
		bucket = n - bucket + 1
	}
	return bucket, nil
}

func checkBuckets(x, first, second float64, n int64) error {
	switch {
	case n <= 0:
		return errors.New("bucketCount must be greater than 0")
	case math.IsNaN(x):
		return errors.New("operand must not be NaN")
	case !finite(first):
		return errors.New("first bound must be finite")
	case !finite(second):
		return errors.New("second bound must be finite")
	case first == second:
		return errors.New("bounds cannot equal each other")
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// binBuckets counts the lower bounds, in ascending order, that are not above the value.
func binBuckets(b *Batch) error {
	return b.Each(func(row int) error {
		n, err := binBucket(b.Args[0].Float64s[row], b.Args[1].Elem, b.Args[1].Spans[row])
		b.Result.Int64s[row] = n
		return err
	})
}

func binBucket(x float64, bins *Column, s Span) (int64, error) {
	switch {
	case s.Length == 0:
		return 0, errors.New("Bins cannot be an empty array")
	case math.IsNaN(x):
		return 0, errors.New("Operand cannot be NaN")
	}
	count := int64(0)
	for i := s.Offset; i < s.Offset+s.Length; i++ {
		switch bin := bins.Float64s[i]; {
		case bins.IsNull(int(i)) || !finite(bin):
			return 0, errors.New("Bin values must be finite")
		case i > s.Offset && bin < bins.Float64s[i-1]:
			return 0, errors.New("Bin values are not sorted in ascending order")
		case x >= bin:
			count++
		}
	}
	return count, nil
}

// cosineSimilarities are NULL where an element is.
func cosineSimilarities(b *Batch) error {
	return b.Each(func(row int) error {
		left, right := b.Args[0].Spans[row], b.Args[1].Spans[row]
		switch {
		case left.Length != right.Length:
			return fmt.Errorf("The arguments must have the same length")
		case anyNull(b.Args[0].Elem, left) || anyNull(b.Args[1].Elem, right):
			b.Result.SetNull(row)
			return nil
		}
		cosine, err := cosineSimilarity(part(b.Args[0].Elem.Float64s, left), part(b.Args[1].Elem.Float64s, right))
		b.Result.Float64s[row] = cosine
		return err
	})
}

func anyNull(c *Column, s Span) bool {
	for i := range int(s.Length) {
		if c.IsNull(int(s.Offset) + i) {
			return true
		}
	}
	return false
}

func cosineSimilarity(a, b []float64) (float64, error) {
	dot, normA, normB := 0.0, 0.0, 0.0
	for i := range a {
		dot, normA, normB = dot+a[i]*b[i], normA+a[i]*a[i], normB+b[i]*b[i]
	}
	if normA == 0 || normB == 0 {
		return 0, errors.New("Vector magnitude cannot be zero")
	}
	return dot / math.Sqrt(normA*normB), nil
}

// shifts work in 64 or 32 bits, the last argument.
var shifts = []Func{
	{Name: "tm_shift_left", Args: []Kind{Bigint, Bigint, Bigint}, Result: Bigint, Call: shift(func(x int64, by uint, bits int64) int64 {
		return x << by
	})},
	{Name: "tm_shift_right", Args: []Kind{Bigint, Bigint, Bigint}, Result: Bigint, Call: shift(func(x int64, by uint, bits int64) int64 {
		return int64(uint64(x) << (64 - bits) >> (64 - bits) >> by)
	})},
	{Name: "tm_shift_right_arithmetic", Args: []Kind{Bigint, Bigint, Bigint}, Result: Bigint, Call: shift(func(x int64, by uint, bits int64) int64 {
		return x >> by
	})},
}

// shift moves by at least 0 places; what comes out keeps the sign that its lowest bits
// have as a number of that width.
func shift(move func(x int64, by uint, bits int64) int64) func([]any) (any, error) {
	return func(a []any) (any, error) {
		x, by, bits := a[0].(int64), a[1].(int64), a[2].(int64)
		if by < 0 {
			return nil, fmt.Errorf("the shift must not be negative: %d", by)
		}
		return move(x, uint(min(by, 64)), bits) << (64 - bits) >> (64 - bits), nil
	}
}
