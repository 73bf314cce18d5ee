package importer

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// lineText is rows of the public TSBS cpu shape: ten tags and ten whole numbers.
func lineText(rows int) string {
	var b bytes.Buffer
	for i := range rows {
		host := i % 400
		fmt.Fprintf(&b, "cpu,hostname=host_%d,region=eu-%d,datacenter=eu-%d-a,rack=%d,os=Ubuntu16.10,arch=x64,team=SF,service=%d,service_version=0,service_environment=production ", host, host%9, host%20, host%100, host%20)
		for m := range 10 {
			fmt.Fprintf(&b, ",usage_%d=%di"[1-min(m, 1):], m, (i*7+m)%100)
		}
		fmt.Fprintf(&b, " %d\n", ms(0)-int64(i/400)*10_000)
	}
	return b.String()
}

// csvText is the same as CSV.
func csvText(rows int) string {
	var b bytes.Buffer
	b.WriteString("time,hostname,region,datacenter,rack,os,arch,team,service,service_version,service_environment")
	for m := range 10 {
		fmt.Fprintf(&b, ",usage_%d", m)
	}
	b.WriteByte('\n')
	for i := range rows {
		host := i % 400
		fmt.Fprintf(&b, "%d,host_%d,eu-%d,eu-%d-a,r%d,Ubuntu16.10,x64,SF,s%d,v0,production", ms(0)-int64(i/400)*10_000, host, host%9, host%20, host%100, host%20)
		for m := range 10 {
			fmt.Fprintf(&b, ",%d", (i*7+m)%100)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// processor is the time that the process has computed.
func processor(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkImport tells beside the speed the processor time of a million metrics, which
// depends less on what else the machine does.
func BenchmarkImport(b *testing.B) {
	const rows = 800_000
	for _, format := range []struct {
		name string
		spec Spec
		text string
	}{
		{"csv", Spec{Format: CSV}, csvText(rows)},
		{"lp", Spec{Format: Lines, Plan: Plan{Unit: Milliseconds}}, lineText(rows)},
	} {
		b.Run(format.name, func(b *testing.B) {
			var used time.Duration
			for b.Loop() {
				b.StopTimer()
				w := newWorld(b, Options{})
				w.quiet()
				before := processor(b)
				b.StartTimer()
				if s := w.load(b, format.spec, format.text, 8<<20); s.Stored != rows {
					b.Fatalf("%d records stored, %v", s.Stored, s.Err)
				}
				used += processor(b) - before
			}
			b.ReportMetric(float64(10*rows*b.N)/b.Elapsed().Seconds(), "metrics/s")
			b.ReportMetric(used.Seconds()*1e6/float64(10*rows*b.N), "processor-s/Mmetrics")
		})
	}
}
