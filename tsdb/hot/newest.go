package hot

import (
	"cmp"
	"math"
	"slices"
)

// window is where the newest rows of some series of a segment lie.
type window struct {
	min, max int64
	series   selection
}

// latest is a series with its newest time.
type latest struct {
	series uint32
	time   int64
}

// maxStragglers is how many series whose newest row is old get a window of their own,
// so that they do not widen that of the others.
const maxStragglers = 64

// newest returns by segment where the newest rows of the selected series lie, or nil
// where every row is needed: when the scan wants them, when a series has gone on in a
// later segment than the view has, and when the scan's upper bound on time excludes
// the newest row of one, behind which there may be another.
func (v *View) newest(scan Scan, sel selection) map[uint32][]window {
	if !scan.Newest {
		return nil
	}
	bySegment, ok := v.latest(sel, scan.Max)
	if !ok {
		return nil
	}
	windows := map[uint32][]window{}
	for seq, list := range bySegment {
		windows[seq] = split(list, sel)
	}
	return windows
}

// latest returns by segment the newest times of the selected series, unless one is
// beyond limit or in a segment or file that the view does not have.
func (v *View) latest(sel selection, limit int64) (map[uint32][]latest, bool) {
	t := v.table
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.mu.flushed != v.flushed {
		return nil, false // rows have moved on since
	}
	bySegment := map[uint32][]latest{}
	for i := range sel.count(t.mu.series.len()) {
		n := sel.at(i)
		s := t.mu.series.at(n)
		if s.newest == never {
			continue // all its rows were deleted
		}
		if s.home > v.last || s.newest > limit {
			return nil, false
		}
		bySegment[s.home] = append(bySegment[s.home], latest{n, s.newest})
	}
	return bySegment, true
}

func (sel selection) count(all int) int {
	if sel.listed {
		return len(sel.series)
	}
	return all
}

func (sel selection) at(i int) uint32 {
	if sel.listed {
		return sel.series[i]
	}
	return uint32(i)
}

// split gives the stragglers among the series a window of their own.
func split(list []latest, sel selection) []window {
	slices.SortFunc(list, func(a, b latest) int { return cmp.Compare(a.time, b.time) })
	if len(list) <= maxStragglers {
		return []window{{list[0].time, math.MaxInt64, numbers(list)}}
	}
	cut := list[maxStragglers].time
	if cut == list[0].time {
		return []window{{cut, math.MaxInt64, sel}}
	}
	// Series at the cut itself belong to the second window, which begins there.
	n, _ := slices.BinarySearchFunc(list, cut, func(l latest, t int64) int { return cmp.Compare(l.time, t) })
	return []window{{list[0].time, cut - 1, numbers(list[:n])}, {cut, math.MaxInt64, sel}}
}

func numbers(list []latest) selection {
	sel := selection{listed: true, series: make([]uint32, len(list))}
	for i, l := range list {
		sel.series[i] = l.series
	}
	return sel
}
