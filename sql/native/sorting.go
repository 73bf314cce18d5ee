package native

import (
	"fmt"
	"math/bits"
)

// sorting prepares the sort of a list by a comparison that only DuckDB can compute.
var sorting = []Func{
	{Name: "tm_sort_stages", Args: []Kind{Bigint}, Result: ListOf(Bigint), Batch: func(b *Batch) error {
		used := 0
		return b.Each(func(row int) error {
			stages, err := sortStages(b.Args[0].Int64s[row])
			if err != nil {
				return err
			}
			if err := b.Result.Store.Reserve(used + len(stages)); err != nil {
				return err
			}
			b.Result.Spans[row] = Span{uint64(used), uint64(len(stages))}
			used += copy(b.Result.Elem.Int64s[used:], stages)
			return nil
		})
	}},
}

// mostSorted bounds the list; 20 bits hold each part of a stage.
const mostSorted = 10_000

// sortStages returns the stages of Batcher's merge exchange (Knuth, The Art of
// Computer Programming, volume 3, algorithm 5.2.2 M) for n elements: about half the
// square of n's logarithm. In a stage, every element i, counted from 0, for which
// i & p = r changes places with the one d after it if that is less. A stage is
// p | r << 20 | d << 40.
func sortStages(n int64) ([]int64, error) {
	if n > mostSorted {
		return nil, fmt.Errorf("array_sort with a comparator takes at most %d elements, not %d", mostSorted, n)
	}
	var stages []int64
	if n < 2 {
		return stages, nil
	}
	top := int64(1) << (bits.Len64(uint64(n-1)) - 1)
	for p := top; p > 0; p /= 2 {
		r, d := int64(0), p
		for q := top; ; q /= 2 {
			stages = append(stages, p|r<<20|d<<40)
			if q == p {
				break
			}
			r, d = p, q-p
		}
	}
	return stages, nil
}
