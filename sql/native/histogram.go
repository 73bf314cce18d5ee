package native

import (
	"container/heap"
	"errors"
	"fmt"
	"slices"
)

// maxBuckets bounds what a client may ask of numeric_histogram.
const maxBuckets = 10_000

// histograms summarise values: the number of buckets, the values, their weights; the
// result has each bucket's centre and weight, one after the other.
var histograms = []Func{
	{Name: "tm_numeric_histogram", Args: []Kind{Bigint, ListOf(Double), ListOf(Double)}, Result: ListOf(Double), MaxList: maxMerged, Batch: histogramRows},
}

func histogramRows(b *Batch) error {
	used := 0
	return b.Each(func(row int) error {
		n := b.Args[0].Int64s[row]
		switch {
		case n < 2:
			return errors.New("numeric_histogram bucket count must be greater than one")
		case n > maxBuckets:
			return fmt.Errorf("numeric_histogram bucket count must be less than or equal to %d, was %d", maxBuckets, n)
		}
		all := histogram(part(b.Args[1].Elem.Float64s, b.Args[1].Spans[row]), part(b.Args[2].Elem.Float64s, b.Args[2].Spans[row]), int(n))
		if err := b.Result.Store.Reserve(used + 2*len(all)); err != nil {
			return err
		}
		b.Result.Spans[row] = Span{uint64(used), uint64(2 * len(all))}
		for _, each := range all {
			b.Result.Elem.Float64s[used], b.Result.Elem.Float64s[used+1] = each.centre, each.weight
			used += 2
		}
		return nil
	})
}

// bucket is a cluster of values.
type bucket struct {
	centre, weight float64
	left, right    int  // neighbours in the order of the centres, -1 for none
	merged         bool // into another
	version        int
}

// histogram clusters values until at most n buckets are left: of two neighbours the
// pair is merged first that adds least to the weighted sum of squares within buckets.
func histogram(values, weights []float64, n int) []bucket {
	all := distinctBuckets(values, weights)
	left := len(all)
	if left <= n {
		return all
	}
	var queue pairs
	for i := range left - 1 {
		queue = append(queue, pairOf(all, i, i+1))
	}
	heap.Init(&queue)
	for left > n {
		p := heap.Pop(&queue).(pair)
		if !p.current(all) {
			continue
		}
		merge(all, p.a, p.b)
		left--
		if at := all[p.a].left; at >= 0 {
			heap.Push(&queue, pairOf(all, at, p.a))
		}
		if at := all[p.a].right; at >= 0 {
			heap.Push(&queue, pairOf(all, p.a, at))
		}
	}
	return slices.DeleteFunc(all, func(b bucket) bool { return b.merged })
}

// distinctBuckets has a bucket for each value, in ascending order.
func distinctBuckets(values, weights []float64) []bucket {
	all := make([]bucket, len(values))
	for i, v := range values {
		all[i] = bucket{centre: v, weight: weights[i]}
	}
	slices.SortFunc(all, func(a, b bucket) int { return compareNaN(a.centre, b.centre) })
	kept := all[:0]
	for _, b := range all {
		if last := len(kept) - 1; last >= 0 && kept[last].centre == b.centre {
			kept[last].weight += b.weight
			continue
		}
		kept = append(kept, b)
	}
	for i := range kept {
		kept[i].left, kept[i].right = i-1, i+1
	}
	if len(kept) > 0 {
		kept[len(kept)-1].right = -1
	}
	return kept
}

// merge puts bucket b, to the right of a, into a.
func merge(all []bucket, a, b int) {
	into, gone := &all[a], &all[b]
	total := into.weight + gone.weight
	into.centre = (into.centre*into.weight + gone.centre*gone.weight) / total
	into.weight, into.right = total, gone.right
	into.version++
	gone.merged = true
	if gone.right >= 0 {
		all[gone.right].left = a
	}
}

// pair is two neighbours and what merging them costs.
type pair struct {
	a, b               int
	versionA, versionB int
	cost               float64
}

func pairOf(all []bucket, a, b int) pair {
	l, r := &all[a], &all[b]
	distance := r.centre - l.centre
	return pair{a, b, l.version, r.version, distance * distance * l.weight * r.weight / (l.weight + r.weight)}
}

// current reports that neither bucket has changed since.
func (p pair) current(all []bucket) bool {
	l, r := &all[p.a], &all[p.b]
	return !l.merged && !r.merged && l.version == p.versionA && r.version == p.versionB
}

// pairs is a heap, the cheapest first, of equals the leftmost.
type pairs []pair

func (h pairs) Len() int      { return len(h) }
func (h pairs) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *pairs) Push(x any)   { *h = append(*h, x.(pair)) }
func (h pairs) Less(i, j int) bool {
	return h[i].cost < h[j].cost || h[i].cost == h[j].cost && h[i].a < h[j].a
}
func (h *pairs) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
