package fleet

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Every duration lies in its bucket: not above the bucket's bound, and above the bound
// of the bucket before.
func TestBucketsHoldWhatTheyName(t *testing.T) {
	durations := []time.Duration{0, 1, 999, time.Microsecond, 127 * time.Microsecond, 128 * time.Microsecond, 129 * time.Microsecond, 255 * time.Microsecond, 256 * time.Microsecond, time.Millisecond, time.Second, time.Minute, longest}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		durations = append(durations, time.Duration(math.Exp(rng.Float64()*math.Log(float64(longest)))))
	}
	for _, d := range durations {
		i := bucketOf(d)
		if i < 0 || i >= buckets {
			t.Fatalf("bucketOf(%v) = %d, outside the %d buckets", d, i, buckets)
		}
		if upperBound(i) < d {
			t.Errorf("upperBound(%d) = %v, below %v, which lies in that bucket", i, upperBound(i), d)
		}
		if i > 0 && upperBound(i-1) >= d {
			t.Errorf("upperBound(%d) = %v, not below %v of the next bucket", i-1, upperBound(i-1), d)
		}
	}
}

func TestLatencyQuantiles(t *testing.T) {
	var l Latency
	if got := l.Quantile(0.5); got != 0 {
		t.Errorf("Quantile of nothing = %v, want 0", got)
	}
	var all []time.Duration
	for i := range 1000 {
		all = append(all, time.Duration(i+1)*time.Millisecond)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, d := range all {
		l.Observe(d)
	}
	for _, tt := range []struct {
		q    float64
		want time.Duration // of 1 ms to 1000 ms
	}{{0, time.Millisecond}, {0.5, 500 * time.Millisecond}, {0.9, 900 * time.Millisecond}, {0.99, 990 * time.Millisecond}, {1, time.Second}} {
		got := l.Quantile(tt.q)
		if off := math.Abs(float64(got-tt.want)) / float64(tt.want); off > 0.02 {
			t.Errorf("Quantile(%v) = %v, want %v within 2 percent", tt.q, got, tt.want)
		}
	}
	if l.Max() != slices.Max(all) || l.Count() != 1000 {
		t.Errorf("Max, Count = %v, %d, want 1s, 1000", l.Max(), l.Count())
	}
}

func TestLatencyClampsWhatItCannotHold(t *testing.T) {
	var l Latency
	l.Observe(-time.Second)
	l.Observe(48 * time.Hour)
	if got := l.Quantile(0.1); got >= time.Microsecond {
		t.Errorf("Quantile(0.1) = %v, want below 1µs for a negative duration", got)
	}
	if got := l.Max(); got != time.Hour {
		t.Errorf("Max() = %v, want %v", got, time.Hour)
	}
}
