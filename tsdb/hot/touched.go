package hot

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// touched knows the identities of an overlay's rows, so that a sum straight from files
// can tell the rows that may have another version from the others. It knows of a row
// before it is committed, and goes on to know one that was deleted: DuckDB decides, by
// what its transaction sees.
type touched struct {
	mu struct {
		sync.Mutex
		runs      []keyRun // each at least twice as long as the next; none ever changes
		low, high int64    // of all times
		whole     bool     // there was no room for the keys: any row between low and high may be one
	}
	room *keyRoom
}

// keyRun is keys in order, each once.
type keyRun struct {
	series []uint32
	times  []int64
}

const keyBytes = 4 + 8

func newTouched() *touched {
	t := &touched{room: &keyRoom{}}
	t.mu.low, t.mu.high = math.MaxInt64, math.MinInt64
	runtime.AddCleanup(t, (*keyRoom).give, t.room)
	return t
}

// keyMemory bounds the keys of all overlays of a store.
type keyMemory struct {
	used atomic.Int64 // bytes
	most int64        // 0 is maxKeyMemory
}

// maxKeyMemory is the bytes of five million keys: more than an overlay has that is not
// on its way into files.
const maxKeyMemory = 64 << 20

// keyRoom is what one overlay takes of it, until nobody reads that any more.
type keyRoom struct {
	of    *keyMemory
	bytes int64
}

func (r *keyRoom) give() {
	if r.of != nil {
		r.of.used.Add(-r.bytes)
		r.bytes = 0
	}
}

// fit takes the room for so many bytes instead of those before; without room none.
func (r *keyRoom) fit(bytes int64) bool {
	more := bytes - r.bytes
	if r.of.used.Add(more) > or(r.of.most, maxKeyMemory) {
		r.of.used.Add(-more)
		r.give()
		return false
	}
	r.bytes = bytes
	return true
}

// add notes rows that are about to be committed.
func (t *touched) add(memory *keyMemory, keys []key) {
	if len(keys) == 0 {
		return
	}
	run := sortedRun(keys)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range keys {
		t.mu.low, t.mu.high = min(t.mu.low, k.time), max(t.mu.high, k.time)
	}
	if t.mu.whole {
		return
	}
	t.room.of = memory
	t.mu.runs = append(t.mu.runs, run)
	bytes := int64(0)
	for n := len(t.mu.runs); n > 1 && t.mu.runs[n-2].len() < 2*t.mu.runs[n-1].len(); n-- {
		t.mu.runs[n-2] = mergedRuns(t.mu.runs[n-2], t.mu.runs[n-1])
		t.mu.runs = t.mu.runs[:n-1]
	}
	for _, r := range t.mu.runs {
		bytes += int64(r.len()) * keyBytes
	}
	if !t.room.fit(bytes) {
		t.mu.whole, t.mu.runs = true, nil
	}
}

func keysOf(rows []*Row) []key {
	keys := make([]key, len(rows))
	for i, r := range rows {
		keys[i] = r.key()
	}
	return keys
}

func (k key) compare(other key) int {
	return cmp.Or(cmp.Compare(k.series, other.series), cmp.Compare(k.time, other.time))
}

func sortedRun(keys []key) keyRun {
	keys = slices.SortedFunc(slices.Values(keys), key.compare)
	keys = slices.Compact(keys)
	run := keyRun{make([]uint32, len(keys)), make([]int64, len(keys))}
	for i, k := range keys {
		run.series[i], run.times[i] = k.series, k.time
	}
	return run
}

func (r keyRun) len() int { return len(r.series) }

func (r keyRun) at(i int) key { return key{r.series[i], r.times[i]} }

// mergedRuns has the keys of two, each once.
func mergedRuns(a, b keyRun) keyRun {
	out := keyRun{make([]uint32, 0, a.len()+b.len()), make([]int64, 0, a.len()+b.len())}
	for i, k := 0, 0; i < a.len() || k < b.len(); {
		from, at := a, &i
		if i == a.len() || k < b.len() && b.at(k).compare(a.at(i)) < 0 {
			from, at = b, &k
		} else if k < b.len() && a.at(i) == b.at(k) {
			k++
		}
		out.series, out.times = append(out.series, from.series[*at]), append(out.times, from.times[*at])
		*at++
	}
	return out
}

// touchedRows is what some overlays know at a moment.
type touchedRows struct {
	runs   []keyRun
	ranges spans // any row in them
}

// take adds what an overlay knows of a range of times.
func (r *touchedRows) take(t *touched, from, to int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mu.high < from || t.mu.low > to {
		return
	}
	if t.mu.whole {
		r.ranges = append(r.ranges, span{t.mu.low, t.mu.high})
	}
	r.runs = append(r.runs, t.mu.runs...)
}

// empty reports that no row is touched.
func (r *touchedRows) empty() bool { return len(r.runs) == 0 && len(r.ranges) == 0 }

// of collects, in the memory of list, when rows of a series in a range of times are
// touched.
func (r *touchedRows) of(series uint32, from, to int64, list spans) spans {
	list = append(list[:0], r.ranges...)
	for _, run := range r.runs {
		for i := run.find(key{series, from}); i < run.len() && run.series[i] == series && run.times[i] <= to; i++ {
			list = append(list, span{run.times[i], run.times[i]})
		}
	}
	return list.united()
}

// find returns where a key is or would be.
func (r keyRun) find(k key) int {
	low, high := 0, r.len()
	for low < high {
		if mid := int(uint(low+high) / 2); r.at(mid).compare(k) < 0 {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// span is a range of times, both included.
type span struct{ from, to int64 }

// spans are, once they are united, in order and do not meet.
type spans []span

// united puts spans in order, in the same memory.
func (s spans) united() spans {
	slices.SortFunc(s, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	n := 0
	for _, next := range s {
		if n > 0 && next.from <= s[n-1].to {
			s[n-1].to = max(s[n-1].to, next.to)
			continue
		}
		s[n] = next
		n++
	}
	return s[:n]
}

// around tells whether a time lies in a span, and up to where around it, between two
// other times, that does not change.
func (s spans) around(t, low, high int64) (in bool, from, to int64) {
	i, _ := slices.BinarySearchFunc(s, t, func(a span, t int64) int { return cmp.Compare(a.to, t) })
	if i < len(s) && s[i].from <= t {
		return true, max(low, s[i].from), min(high, s[i].to)
	}
	if i < len(s) {
		high = min(high, s[i].from-1)
	}
	if i > 0 {
		low = max(low, s[i-1].to+1)
	}
	return false, low, high
}
