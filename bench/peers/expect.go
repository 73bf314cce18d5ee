package peers

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"tidemark/bench/tsbs"
)

// Expect computes the answers from the generator, without any store.
func Expect(s Shape, questions []Question) [][]Row {
	f := s.Feed(0, 1)
	tallies := make([]*tally, len(questions))
	for i, q := range questions {
		tallies[i] = newTally(q, f.Hosts())
	}
	for at, ok := f.Next(); ok; at, ok = f.Next() {
		for i, h := range f.Hosts() {
			v := f.Values(h)
			for _, t := range tallies {
				t.add(i, at, &v)
			}
		}
	}
	answers := make([][]Row, len(questions))
	for i, t := range tallies {
		answers[i] = t.rows()
	}
	return answers
}

// tally is one question's answer while it grows.
type tally struct {
	q      Question
	group  []int // of every host; -1: it is not asked for
	names  []string
	index  []int // of the question's metrics among the ten
	bins   int
	counts []int64     // per group and bin
	sums   [][]float64 // per group and bin; the maximum or the latest value for those questions
	times  []int64     // per group and bin, for Latest
}

func newTally(q Question, hosts []*tsbs.Host) *tally {
	t := &tally{q: q, bins: 1, group: make([]int, len(hosts))}
	if q.Kind != Latest {
		t.bins = int(q.To.Sub(q.From) / q.Bin)
	}
	seen := map[string]int{}
	for i, h := range hosts {
		t.group[i] = -1
		if !wanted(h, q.Where) {
			continue
		}
		name := tagOf(h, q.By)
		g, ok := seen[name]
		if !ok {
			g = len(t.names)
			seen[name], t.names = g, append(t.names, name)
		}
		t.group[i] = g
	}
	for _, m := range q.Metrics {
		t.index = append(t.index, slices.Index(tsbs.Metrics[:], m))
	}
	cells := len(t.names) * t.bins
	t.counts, t.sums, t.times = make([]int64, cells), make([][]float64, cells), make([]int64, cells)
	return t
}

func wanted(h *tsbs.Host, where []tsbs.Tag) bool {
	for _, w := range where {
		if tagOf(h, w.Name) != w.Value {
			return false
		}
	}
	return true
}

// tagOf is the value of a tag; the tag of no name is empty.
func tagOf(h *tsbs.Host, name string) string {
	for _, t := range h.Tags {
		if t.Name == name {
			return t.Value
		}
	}
	return ""
}

func (t *tally) add(host int, at time.Time, v *[10]float64) {
	if t.group[host] < 0 || at.Before(t.q.From) || !at.Before(t.q.To) {
		return
	}
	cell := t.group[host] * t.bins
	if t.q.Kind != Latest {
		cell += int(at.Sub(t.q.From) / t.q.Bin)
	}
	if t.sums[cell] == nil {
		t.sums[cell] = make([]float64, len(t.index))
	}
	first := t.counts[cell] == 0
	for i, m := range t.index {
		switch {
		case t.q.Kind == Mean:
			t.sums[cell][i] += v[m]
		case t.q.Kind == Latest || first || v[m] > t.sums[cell][i]:
			t.sums[cell][i] = v[m]
		}
	}
	t.counts[cell]++
	t.times[cell] = at.Unix()
}

func (t *tally) rows() []Row {
	var rows []Row
	for cell, n := range t.counts {
		if n == 0 {
			continue
		}
		r := Row{Group: t.names[cell/t.bins], Time: t.times[cell], Values: t.sums[cell]}
		if t.q.Kind != Latest {
			r.Time = t.q.From.Add(time.Duration(cell%t.bins) * t.q.Bin).Unix()
		}
		if t.q.Kind == Mean {
			for i := range r.Values {
				r.Values[i] /= float64(n)
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// tolerance is the relative difference that two orders of adding up may give.
const tolerance = 1e-9

// Differ says how two answers differ, or nothing. It sorts both.
func Differ(got, want []Row) error {
	order := func(a, b Row) int { return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Time, b.Time)) }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if len(got) != len(want) {
		return fmt.Errorf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Group != want[i].Group || got[i].Time != want[i].Time || !slices.EqualFunc(got[i].Values, want[i].Values, near) {
			return fmt.Errorf("row %d is %v, want %v", i, got[i], want[i])
		}
	}
	return nil
}

func near(a, b float64) bool {
	return math.Abs(a-b) <= tolerance*max(1, math.Abs(a), math.Abs(b))
}
