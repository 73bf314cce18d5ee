package native

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// percentiles find values at fractions of a total weight: the values, their weights,
// the fractions.
var percentiles = []Func{
	{Name: "tm_percentiles_double", Args: []Kind{ListOf(Double), ListOf(Bigint), ListOf(Double)}, Result: ListOf(Double), MaxList: maxCopied, Batch: func(b *Batch) error {
		return percentileRows(b, func(c *Column) []float64 { return c.Float64s })
	}},
	{Name: "tm_percentiles_bigint", Args: []Kind{ListOf(Bigint), ListOf(Bigint), ListOf(Double)}, Result: ListOf(Bigint), MaxList: maxCopied, Batch: func(b *Batch) error {
		return percentileRows(b, func(c *Column) []int64 { return c.Int64s })
	}},
}

func percentileRows[T cmp.Ordered](b *Batch, of func(*Column) []T) error {
	used := 0
	return b.Each(func(row int) error {
		order, err := rank(part(of(b.Args[0].Elem), b.Args[0].Spans[row]), part(b.Args[1].Elem.Int64s, b.Args[1].Spans[row]))
		if err != nil {
			return err
		}
		fractions := b.Args[2].Spans[row]
		if err := b.Result.Store.Reserve(used + int(fractions.Length)); err != nil {
			return err
		}
		b.Result.Spans[row] = Span{uint64(used), fractions.Length}
		for i := range int(fractions.Length) {
			p, err := fraction(b.Args[2].Elem, int(fractions.Offset)+i)
			if err != nil {
				return err
			}
			of(b.Result.Elem)[used] = order.at(p)
			used++
		}
		return nil
	})
}

// part returns the elements of one row.
func part[T any](all []T, s Span) []T { return all[s.Offset : s.Offset+s.Length] }

func fraction(c *Column, at int) (float64, error) {
	if c.IsNull(at) {
		return 0, errors.New("Percentile cannot be null")
	}
	if p := c.Float64s[at]; p >= 0 && p <= 1 {
		return p, nil
	}
	return 0, errors.New("Percentile must be between 0 and 1")
}

// ranked is a value with the weight of all values up to it.
type ranked[T any] struct {
	value T
	upTo  float64
}

// ranking holds values in ascending order.
type ranking[T any] []ranked[T]

// rank sorts values that are not NULL and of which there is at least one.
func rank[T cmp.Ordered](values []T, weights []int64) (ranking[T], error) {
	r := make(ranking[T], len(values))
	for i, v := range values {
		if weights[i] < 1 {
			return nil, fmt.Errorf("Percentile weight must be > 0, was %d", weights[i])
		}
		r[i].value, r[i].upTo = v, float64(weights[i])
	}
	slices.SortFunc(r, func(a, b ranked[T]) int { return compareNaN(a.value, b.value) })
	total := 0.0
	for i := range r {
		total += r[i].upTo
		r[i].upTo = total
	}
	return r, nil
}

// compareNaN puts NaN behind all numbers.
func compareNaN[T cmp.Ordered](a, b T) int {
	switch aNaN, bNaN := a != a, b != b; {
	case aNaN && bNaN:
		return 0
	case aNaN:
		return 1
	case bNaN:
		return -1
	}
	return cmp.Compare(a, b)
}

// at returns the first value up to which more than a fraction of the total weight lies,
// as Trino's digests do.
func (r ranking[T]) at(fraction float64) T {
	wanted := fraction * r[len(r)-1].upTo
	i, _ := slices.BinarySearchFunc(r, wanted, func(e ranked[T], w float64) int {
		if e.upTo > w {
			return 1
		}
		return -1
	})
	return r[min(i, len(r)-1)].value
}
