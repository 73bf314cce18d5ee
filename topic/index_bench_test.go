package topic

import (
	"fmt"
	"testing"
)

// 100,000 devices with a filter of their own, and ten filters over all of them.
func BenchmarkIndexMatch(b *testing.B) {
	var x Index[int]
	names := make([]string, 100_000)
	for i := range names {
		names[i] = fmt.Sprintf("dt/sensor/device-%d/state", i)
		x.Add(fmt.Sprintf("dt/sensor/device-%d/#", i), i)
	}
	for i := range 10 {
		x.Add("dt/+/+/state", -i)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		var dst []int
		for i := 0; pb.Next(); i++ {
			dst = x.AppendMatches(dst[:0], names[i%len(names)])
			if len(dst) != 11 {
				b.Errorf("%d matches, want 11", len(dst))
				return
			}
		}
	})
}

func BenchmarkIndexAdd(b *testing.B) {
	var x Index[int]
	for i := range b.N {
		x.Add(fmt.Sprintf("dt/sensor/device-%d/#", i), i)
	}
}
