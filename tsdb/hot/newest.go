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

// newestRows says by segment where the newest rows of series lie. Those that lie in files
// are in the engine's table of newest rows, too, unless saved, the number of its value
// columns, is negative.
type newestRows struct {
	windows map[uint32][]window
	saved   int
}

// newest returns where the newest rows of the selected series lie, or nil
// where every row is needed: when the scan wants them, when a series has gone on in a
// later segment than the view has, and when the scan's upper bound on time excludes
// the newest row of one, behind which there may be another.
func (v *View) newest(scan Scan, sel selection) *newestRows {
	if !scan.Newest {
		return nil
	}
	bySegment, ok := v.latest(sel, scan.Min, scan.Max)
	if !ok {
		return nil
	}
	rows := &newestRows{map[uint32][]window{}, v.savedColumns()}
	for seq, o := range bySegment {
		o.trim()
		rows.windows[seq] = split(o.list, sel)
	}
	return rows
}

// savedColumns returns how many value columns the table of newest rows has, and -1 when
// some series' newest row is not in it yet. What it has does not change for the view
// but by deletes: segments that left the table since wait for the snapshot to be closed.
func (v *View) savedColumns() int {
	t := v.table
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.mu.leaving > 0 || t.mu.flushed != v.flushed {
		return -1
	}
	return t.mu.saved
}

// latest returns by segment the selected series with the oldest newest rows in a range of
// times, unless one is beyond it or in a segment or file that the view does not have. A
// series whose newest row is before the range has none in it.
func (v *View) latest(sel selection, from, to int64) (map[uint32]*oldest, bool) {
	bySegment := map[uint32]*oldest{}
	for first := 0; ; first += latestAtOnce {
		more, ok := v.latestFrom(first, sel, from, to, bySegment)
		if !ok || !more {
			return bySegment, ok
		}
	}
}

// latestAtOnce is how many series are looked at under one lock.
const latestAtOnce = 1 << 16

// latestFrom looks at the next series and reports whether there are more.
func (v *View) latestFrom(first int, sel selection, from, to int64, bySegment map[uint32]*oldest) (more, ok bool) {
	t := v.table
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.mu.flushed != v.flushed {
		return false, false // rows have moved on since
	}
	all := sel.count(t.mu.series.len())
	var home uint32
	var list *oldest
	for i := first; i < min(first+latestAtOnce, all); i++ {
		n := sel.at(i)
		s := t.mu.series.at(n)
		if s.newest == never || s.newest < from {
			continue // all its rows were deleted, or are too old
		}
		if s.home > v.last || s.newest > to {
			return false, false
		}
		if list == nil || s.home != home {
			if home, list = s.home, bySegment[s.home]; list == nil {
				list = &oldest{limit: math.MaxInt64}
				bySegment[home] = list
			}
		}
		list.add(latest{n, s.newest})
	}
	return first+latestAtOnce < all, true
}

// oldest keeps those of many series whose newest rows are oldest, as many as split needs.
type oldest struct {
	list  []latest // the first of them in order, if more than maxStragglers were there
	limit int64    // later ones than this are not of interest
}

// add takes a series into account.
func (o *oldest) add(l latest) {
	if l.time > o.limit {
		return
	}
	if o.list = append(o.list, l); len(o.list) == 4*maxStragglers {
		o.trim()
	}
}

// trim leaves maxStragglers series and the next one, in order.
func (o *oldest) trim() {
	slices.SortFunc(o.list, func(a, b latest) int { return cmp.Compare(a.time, b.time) })
	if len(o.list) > maxStragglers {
		o.list = o.list[:maxStragglers+1]
		o.limit = o.list[maxStragglers].time - 1 // one more of that time changes nothing
	}
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

// split gives the stragglers among the series, which are in order, a window of their own.
func split(list []latest, sel selection) []window {
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
