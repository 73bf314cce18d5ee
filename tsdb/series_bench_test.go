package tsdb

import (
	"fmt"
	"testing"
	"time"
)

// hostRecord is a record of one value for one of very many hosts, under the dimensions
// of the public TSBS cpu shape.
func hostRecord(host int, t int64) Record {
	return Record{
		Dimensions: []Dimension{
			{"hostname", fmt.Sprint("host_", host)}, {"region", fmt.Sprint("eu-west-", host%9)}, {"datacenter", fmt.Sprint("eu-west-1", host%27)},
			{"rack", fmt.Sprint(host % 100)}, {"os", fmt.Sprint("Ubuntu", host/7%3)}, {"arch", fmt.Sprint("x", host%2)}, {"team", fmt.Sprint(host / 13 % 4)},
			{"service", fmt.Sprint(host % 20)}, {"service_version", fmt.Sprint(host % 2)}, {"service_environment", fmt.Sprint(host / 11 % 3)},
		},
		MeasureName: "cpu", Measures: []Measure{{Value: DoubleValue(float64(host % 101))}}, Time: t, Version: 1,
	}
}

// BenchmarkSeries writes ten points of each of many series, a point of every series
// after the other, so that no series is in the processor's caches when it comes again.
// The first point makes the series. Costs by row must not depend on their number.
func BenchmarkSeries(b *testing.B) {
	for _, hosts := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(hosts), func(b *testing.B) {
			for b.Loop() {
				f := newBench(b)
				first := writeRound(b, f, hosts, 0)
				later := 0.0
				for round := 1; round < 10; round++ {
					later += writeRound(b, f, hosts, round)
				}
				b.ReportMetric(first/float64(hosts), "first-cpu-ns/row")
				b.ReportMetric(later/float64(9*hosts), "later-cpu-ns/row")
				f.stop()
			}
		})
	}
}

// writeRound writes a point of every host and returns the processor time it took, in
// nanoseconds, without that of making the records.
func writeRound(b *testing.B, f *fixture, hosts, round int) float64 {
	b.Helper()
	const size = 1000
	at := time.Now().Add(time.Duration(round-20) * time.Minute).UnixNano()
	records := make([]Record, size)
	spent := 0.0
	for from := 0; from < hosts; from += size {
		for i := range records {
			records[i] = hostRecord(from+i, at)
		}
		before := usage()
		if _, err := f.db.Write(b.Context(), demo, records); err != nil {
			b.Fatal(err)
		}
		spent += usage() - before
	}
	return spent * 1e9
}
