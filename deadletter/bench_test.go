package deadletter

import (
	"fmt"
	"sync"
	"testing"

	"tidemark/tsdb"
)

// BenchmarkPost measures letters that come at once, as a flood of refused messages does.
func BenchmarkPost(b *testing.B) {
	for _, flood := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(flood, " at once"), func(b *testing.B) {
			f := newFixture(b, Options{Rate: 1 << 30, MaxBytes: 1 << 50})
			f.table(plant)
			l := letter(plant, reading("d1", base, 1, tsdb.DoubleValue(21.5)))
			b.ResetTimer()
			for range b.N {
				var wait sync.WaitGroup
				for range flood {
					wait.Add(1)
					f.letters.Post(l, func(err error) {
						if err != nil {
							b.Error(err)
						}
						wait.Done()
					})
				}
				wait.Wait()
			}
			b.ReportMetric(float64(b.N*flood)/b.Elapsed().Seconds(), "letters/s")
		})
	}
}
