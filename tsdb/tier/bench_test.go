package tier

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"tidemark/tsdb/hot"
)

// fleet makes rows of the shape of the public benchmark's cpu data: hosts with ten tags
// and ten random walks of whole numbers.
type fleet struct {
	rng   *rand.Rand
	hosts []hot.Row
	walks [][10]float64
	at    int64
	kind  hot.Type
	whole bool
}

func newFleet(hosts int, kind hot.Type, whole bool) *fleet {
	f := &fleet{rng: rand.New(rand.NewPCG(1, 1)), at: at(-12 * time.Hour), kind: kind, whole: whole}
	for i := range hosts {
		r := hot.Row{Measure: "cpu", Kind: hot.Multi, Version: base.UnixMilli()}
		for k, name := range []string{"arch", "datacenter", "hostname", "os", "rack", "region", "service", "service_environment", "service_version", "team"} {
			value := fmt.Sprint("value", f.rng.IntN(10+k)) // as short as the public data's
			if name == "hostname" {
				value = fmt.Sprint("host_", i)
			}
			r.Dims = append(r.Dims, hot.Dim{Name: name, Value: value})
		}
		f.hosts = append(f.hosts, r)
		var walk [10]float64
		for k := range walk {
			walk[k] = f.rng.Float64() * 100
		}
		f.walks = append(f.walks, walk)
	}
	return f
}

// next makes a row of each host, ten seconds after the last.
func (f *fleet) next() []hot.Row {
	f.at += int64(10 * time.Second)
	rows := make([]hot.Row, len(f.hosts))
	for i := range rows {
		rows[i] = f.hosts[i]
		rows[i].Time = f.at
		rows[i].Cells = make([]hot.Cell, 10)
		for k := range rows[i].Cells {
			f.walks[i][k] = min(100, max(0, f.walks[i][k]+f.rng.NormFloat64()))
			v := f.walks[i][k]
			if f.whole {
				v = math.Floor(v)
			}
			c := hot.Cell{Name: metricNames[k], Type: f.kind, Bits: math.Float64bits(v)}
			if f.kind == hot.Bigint {
				c.Bits = uint64(v)
			}
			rows[i].Cells[k] = c
		}
	}
	return rows
}

var metricNames = []string{
	"usage_user", "usage_system", "usage_idle", "usage_nice", "usage_iowait",
	"usage_irq", "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice",
}

func processorTime() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// BenchmarkTier flushes 400 hosts' rows of some hours, in four flushes, and then merges
// the four files. Rows a second count the rows that are written; the bytes are those of
// the one file in the end.
func BenchmarkTier(b *testing.B) {
	for _, c := range []struct {
		name  string
		kind  hot.Type
		whole bool
	}{{"integers", hot.Bigint, true}, {"whole doubles", hot.Double, true}, {"doubles", hot.Double, false}} {
		b.Run(c.name, func(b *testing.B) {
			const hosts, steps = 400, 1600
			for b.Loop() {
				b.StopTimer()
				h := newHouse(b, Options{Every: time.Hour})
				f := newFleet(hosts, c.kind, c.whole)
				flushed, used := time.Duration(0), 0.0
				for range 4 {
					for range steps / 4 {
						h.write(f.next()...)
					}
					began, before := time.Now(), processorTime()
					b.StartTimer()
					h.must(h.mover.Flush(context.Background(), 1))
					b.StopTimer()
					flushed, used = flushed+time.Since(began), used+processorTime()-before
				}
				const rows = hosts * steps
				b.ReportMetric(rows/flushed.Seconds(), "flush-rows/s")
				b.ReportMetric(used*1e9/rows, "flush-cpu-ns/row")
				began, before := time.Now(), processorTime()
				b.StartTimer()
				h.must(h.mover.Compact(context.Background(), 1))
				b.StopTimer()
				b.ReportMetric(rows/time.Since(began).Seconds(), "merge-rows/s")
				b.ReportMetric((processorTime()-before)*1e9/rows, "merge-cpu-ns/row")
				files := h.hot.Table(1).Files()
				if len(files) != 1 {
					b.Fatalf("%d files", len(files))
				}
				b.ReportMetric(float64(files[0].Bytes)/rows/10, "bytes/metric")
				h.stop()
				b.StartTimer()
			}
		})
	}
}
