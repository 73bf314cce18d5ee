package tsdb

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// benchMeasures are the ten columns of the benchmark's records.
var benchMeasures = []string{
	"usage_user", "usage_system", "usage_idle", "usage_nice", "usage_iowait",
	"usage_irq", "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice",
}

// benchRecord makes a record of ten doubles for one of the hosts.
func benchRecord(host int, t int64) Record {
	r := Record{
		Dimensions: []Dimension{
			{"hostname", fmt.Sprintf("host_%d", host)}, {"region", "eu-west-1"}, {"rack", fmt.Sprint(host % 50)},
			{"os", "Ubuntu16.10"}, {"arch", "x64"}, {"team", "LON"},
		},
		MeasureName: "cpu", Multi: true, Measures: make([]Measure, len(benchMeasures)), Time: t, Version: 1,
	}
	for i, name := range benchMeasures {
		r.Measures[i] = Measure{name, DoubleValue(float64((t/1000 + int64(host*i)) % 101))}
	}
	return r
}

func newBench(b *testing.B) *fixture {
	b.Helper()
	f := newFixture(b, Options{Now: time.Now})
	f.table()
	return f
}

// batches makes n batches of size records, host after host, step by step in time.
func batches(n, size, hosts int, start int64) [][]Record {
	list := make([][]Record, n)
	k := 0
	for i := range list {
		list[i] = make([]Record, size)
		for j := range list[i] {
			list[i][j] = benchRecord(k%hosts, start+int64(k/hosts)*int64(time.Millisecond))
			k++
		}
	}
	return list
}

// usage is the processor time that this process has used, in seconds.
func usage() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

var usedBefore float64

func start(b *testing.B) {
	usedBefore = usage()
	b.ResetTimer()
}

// report gives the rows of a second and, since machines are shared, the processor time of a row.
func report(b *testing.B, rows int) {
	b.StopTimer()
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric((usage()-usedBefore)*1e9/float64(rows), "cpu-ns/row")
}

// feed is a caller's records: always the same hosts, ever later times. It is made once,
// so that the benchmark measures the store and not the making of records.
type feed []Record

func newFeed(caller, size int) feed {
	records := make(feed, size)
	for i := range records {
		records[i] = benchRecord(caller*size+i, time.Now().Add(-20*time.Hour).UnixNano())
	}
	return records
}

// next moves the records on by a millisecond and changes their values.
func (f feed) next() []Record {
	for i := range f {
		f[i].Time += int64(time.Millisecond)
		for k := range f[i].Measures {
			f[i].Measures[k].Value = DoubleValue(float64((f[i].Time>>20 + int64(k)) % 101))
		}
	}
	return f
}

// BenchmarkWrite is callers that each wait for the acknowledgement of 100 records.
func BenchmarkWrite(b *testing.B) {
	for _, callers := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			f := newBench(b)
			start(b)
			var next atomic.Int64
			var wg sync.WaitGroup
			for caller := range callers {
				wg.Go(func() {
					for records := newFeed(caller, 100); next.Add(1) <= int64(b.N); {
						if _, err := f.db.Write(context.Background(), demo, records.next()); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			report(b, b.N*100)
		})
	}
}

// BenchmarkSubmit is submissions of two records, two thousand under way at once, as
// the rules of a broker make them.
func BenchmarkSubmit(b *testing.B) {
	f := newBench(b)
	const underWay = 2000
	free := make(chan feed, underWay)
	for i := range underWay {
		free <- newFeed(i, 2)
	}
	start(b)
	for range b.N {
		records := <-free
		f.db.Submit(context.Background(), demo, records.next(), func(_ Ingested, err error) {
			if err != nil {
				b.Error(err)
			}
			free <- records
		})
	}
	for range underWay {
		<-free
	}
	report(b, b.N*2)
}

// BenchmarkLate writes rows that are older than the newest of their series, into a
// table of two million rows: new ones, the same again, and replacements.
func BenchmarkLate(b *testing.B) {
	const hosts, size = 1000, 100
	begin := time.Now().Add(-20 * time.Hour).UnixNano()
	prepare := func(b *testing.B) *fixture {
		f := newBench(b)
		for _, records := range batches(500, 4000, hosts, begin) {
			if _, err := f.db.Write(b.Context(), demo, records); err != nil {
				b.Fatal(err)
			}
		}
		return f
	}
	run := func(name string, change func(r *Record, round int)) {
		b.Run(name, func(b *testing.B) {
			f := prepare(b)
			work := batches(b.N, size, hosts, begin)
			for i := range work {
				for j := range work[i] {
					change(&work[i][j], i)
				}
			}
			start(b)
			for i := range work {
				if _, err := f.db.Write(b.Context(), demo, work[i]); err != nil {
					b.Fatal(err)
				}
			}
			report(b, b.N*size)
		})
	}
	run("new", func(r *Record, _ int) { r.Time += int64(500 * time.Microsecond) })
	run("again", func(*Record, int) {})
	run("replaced", func(r *Record, round int) { r.Version = int64(round) + 2; r.Measures[0].Value = DoubleValue(-1) })
}
