package fleet

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Latency is a histogram of durations with a relative error below 2 percent, from
// 1 µs to an hour; longer ones count as an hour. It is safe to observe and read at
// once, and the zero value is ready.
//
// Buckets are logarithmic with a linear division of each power of two into 64 parts
// (the idea of HdrHistogram), so that a quantile costs one pass over 2 K counters.
type Latency struct {
	count  atomic.Int64
	max    atomic.Int64 // ns
	bucket [buckets]atomic.Int64
}

const (
	subBits    = 6
	subBuckets = 1 << subBits
	buckets    = 28 * subBuckets // up to 2^33 µs, more than the hour
	longest    = time.Hour
)

// Observe counts one duration.
func (l *Latency) Observe(d time.Duration) {
	d = min(max(d, 0), longest)
	l.bucket[bucketOf(d)].Add(1)
	l.count.Add(1)
	for old := l.max.Load(); int64(d) > old && !l.max.CompareAndSwap(old, int64(d)); old = l.max.Load() {
	}
}

// Count returns how many durations were observed.
func (l *Latency) Count() int64 { return l.count.Load() }

// Max returns the longest duration, exactly.
func (l *Latency) Max() time.Duration { return time.Duration(l.max.Load()) }

// Quantile returns the duration that the share q of the observed ones does not
// exceed, 0 when there are none.
func (l *Latency) Quantile(q float64) time.Duration {
	total := l.Count()
	if total == 0 {
		return 0
	}
	rank := max(1, int64(q*float64(total)+0.5))
	for i := range l.bucket {
		rank -= l.bucket[i].Load()
		if rank <= 0 {
			return min(upperBound(i), l.Max())
		}
	}
	return l.Max()
}

// bucketOf numbers the bucket of a duration: one per microsecond below 128, then 64
// for each further bit.
func bucketOf(d time.Duration) int {
	us := uint64(d / time.Microsecond)
	shift := max(0, bits.Len64(us)-subBits-1)
	return shift*subBuckets + int(us>>shift)
}

// upperBound is the longest duration of a bucket. The shift of bucket i is known from
// its number because every shift above 0 uses only the upper half of its range.
func upperBound(i int) time.Duration {
	shift := max(0, i/subBuckets-1)
	part := uint64(i - shift*subBuckets)
	return time.Duration((part+1)<<shift)*time.Microsecond - 1
}
