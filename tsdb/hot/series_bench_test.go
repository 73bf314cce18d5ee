package hot

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// shape makes the identity of the n-th series of a table.
type shape struct {
	name string
	row  func(r *Row, n int)
}

// shapes are what a table may look like: the public TSBS cpu shape, whose hosts have
// nine dimensions with few values beside their name; one whose dimensions are all
// unique to the series; and ten measures by sensor.
var shapes = []shape{
	{"tsbs", func(r *Row, n int) {
		r.Measure = "cpu"
		r.Dims = append(r.Dims[:0],
			Dim{"arch", pick(n, "x64", "x86")}, Dim{"datacenter", pick(n/3, "eu-west-1a", "eu-west-1b", "eu-west-1c", "us-east-1a")},
			Dim{"hostname", fmt.Sprintf("host_%d", n)}, Dim{"os", pick(n/7, "Ubuntu15.10", "Ubuntu16.04LTS", "Ubuntu16.10")},
			Dim{"rack", fmt.Sprint(n % 100)}, Dim{"region", pick(n/3, "eu-west-1", "us-east-1", "sa-east-1")},
			Dim{"service", fmt.Sprint(n % 20)}, Dim{"service_environment", pick(n/11, "production", "staging", "test")},
			Dim{"service_version", fmt.Sprint(n % 2)}, Dim{"team", pick(n/13, "CHI", "LON", "NYC", "SF")})
	}},
	{"unique", func(r *Row, n int) {
		r.Measure = "state"
		r.Dims = append(r.Dims[:0], Dim{"device", fmt.Sprintf("device-%08d", n)}, Dim{"serial", fmt.Sprintf("SN%012x", n*2654435761)},
			Dim{"session", fmt.Sprintf("%08x-0000-4000-8000-%012x", n, n*40503)})
	}},
	{"measures", func(r *Row, n int) {
		r.Measure = fmt.Sprintf("measure_%d", n%10)
		r.Dims = append(r.Dims[:0], Dim{"building", fmt.Sprint("building-", n/10000)}, Dim{"sensor", fmt.Sprintf("sensor-%07d", n/10)})
	}},
}

func pick(n int, of ...string) string { return of[n%len(of)] }

// fill adds n series of a shape.
func (s shape) fill(st *seriesTable, sc *schema, n int) {
	var r Row
	for i := range n {
		s.row(&r, i)
		if i == 0 {
			for _, d := range r.Dims {
				sc.addDim(d.Name)
			}
		}
		r.hash = st.hash(&r)
		st.add(&r, sc)
	}
}

// heap returns the bytes in use after a collection, and how long the collection took.
func heap() (int64, time.Duration) {
	runtime.GC()
	started := time.Now()
	runtime.GC()
	took := time.Since(started)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc), took
}

// BenchmarkSeries adds series of each shape to an empty table and then finds each of
// them. Times are of the processor, since machines are shared; bytes are of the heap.
func BenchmarkSeries(b *testing.B) {
	for _, n := range []int{1_000_000, 10_000_000} {
		for _, s := range shapes {
			b.Run(fmt.Sprintf("%s/%d", s.name, n), func(b *testing.B) {
				for b.Loop() {
					benchSeries(b, s, n)
				}
			})
		}
	}
}

const block = 1000 // rows that are made and measured together

func benchSeries(b *testing.B, s shape, n int) {
	before, _ := heap()
	st, sc := newSeriesTable(), newSchema()
	s.fill(&st, sc, 1)
	rows := make([]Row, block)
	var hashing, adding, finding, together, slowest time.Duration
	for from := 1; from < n; from += block {
		for i := range rows {
			s.row(&rows[i], from+i)
		}
		hashing += spent(func() { hashAll(&st, rows) })
		took := spent(func() {
			for i := range rows {
				st.add(&rows[i], sc)
			}
		})
		slowest, adding = max(slowest, took), adding+took
	}
	after, gc := heap()
	for from := 0; from < n; from += block {
		for i := range rows {
			s.row(&rows[i], (from+i)*7919%n)
		}
		hashAll(&st, rows)
		finding += spent(func() {
			for i := range rows {
				rows[i].series = st.find(&rows[i])
			}
		})
		if i := slices.IndexFunc(rows, func(r Row) bool { return r.series == noSeries }); i >= 0 {
			b.Fatalf("series %v is not found", rows[i].Dims)
		}
	}
	for from := 0; from < n; from += block {
		for i := range rows {
			s.row(&rows[i], (from+i)*6007%n)
		}
		hashAll(&st, rows)
		together += spent(func() { st.findAll(rows) })
	}
	each := func(d time.Duration, name string) { b.ReportMetric(float64(d.Nanoseconds())/float64(n), name) }
	each(hashing, "hash-ns")
	each(adding, "add-ns")
	each(finding, "find-ns")
	each(together, "find-all-ns")
	b.ReportMetric(float64(after-before)/float64(n), "B/series")
	b.ReportMetric(float64(slowest.Microseconds()), "slowest-1000-us")
	b.ReportMetric(float64(gc.Microseconds())/1000, "gc-ms")
	runtime.KeepAlive(&st)
}

func hashAll(st *seriesTable, rows []Row) {
	for i := range rows {
		rows[i].hash = st.hash(&rows[i])
	}
}

// spent returns the processor time of this process that f takes.
func spent(f func()) time.Duration {
	before := usage()
	f()
	return usage() - before
}

func usage() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
