package tier

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/tsdb/hot"
)

// work is a kind of work, as metrics call it.
type work string

// The kinds.
const (
	workFlush      work = "flush"
	workCompaction work = "compaction"
	workRetention  work = "retention"
)

// metrics are the mover's counters and gauges.
type metrics struct {
	seconds  *prometheus.HistogramVec // by kind
	moved    prometheus.Counter
	rewrote  *prometheus.CounterVec // rows by kind
	written  *prometheus.CounterVec // bytes by kind
	added    *prometheus.CounterVec // files by kind
	removed  *prometheus.CounterVec // files by kind
	expired  prometheus.Counter
	failures prometheus.Counter
	starved  prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, m *Mover) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "tidemark_tier_" + name, Help: help})
	}
	counters := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tidemark_tier_" + name, Help: help}, []string{"work"})
	}
	n := &metrics{
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tidemark_tier_work_seconds", Help: "Time of a flush, a compaction or a removal of old files, its commit included.",
			Buckets: prometheus.ExponentialBuckets(0.01, 3, 10)}, []string{"work"}),
		moved:    counter("flushed_rows_total", "Rows that left the hot store for files."),
		rewrote:  counters("rewritten_rows_total", "Rows of files that were written again."),
		written:  counters("written_bytes_total", "Bytes of the files that were written."),
		added:    counters("added_files_total", "Files that became part of a table."),
		removed:  counters("removed_files_total", "Files that left a table."),
		expired:  counter("deleted_files_total", "Files that were deleted because no reader and no retained snapshot had them."),
		failures: counter("failures_total", "Pieces of work that failed; they are tried again."),
		starved:  counter("starved_total", "Times that work waited for memory that queries and writes held."),
	}
	reg.MustRegister(n.seconds, n.moved, n.rewrote, n.written, n.added, n.removed, n.expired, n.failures, n.starved)
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tidemark_tier_clock_ahead_seconds", Help: "How far the clock has jumped ahead, which retention does not follow yet."},
		func() float64 { return m.clock.distrust().Seconds() }))
	gauge := func(name, help string, value func(t *table) float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tidemark_tier_" + name, Help: help}, func() float64 {
			sum := 0.0
			for _, t := range m.list() {
				sum += value(t)
			}
			return sum
		}))
	}
	gauge("waiting_rows", "Rows of frozen segments that wait to be moved into files.", func(t *table) float64 { return float64(t.hot.Waiting()) })
	gauge("cold_files", "Files of all tables.", func(t *table) float64 { return float64(len(t.hot.Files())) })
	gauge("cold_bytes", "Bytes of the files of all tables.", func(t *table) float64 { return sum(t.hot.Files(), func(f hot.File) int64 { return f.Bytes }) })
	gauge("cold_rows", "Rows in the files of all tables.", func(t *table) float64 { return sum(t.hot.Files(), func(f hot.File) int64 { return f.Rows }) })
	return n
}

func sum(files []hot.File, value func(hot.File) int64) float64 {
	total := int64(0)
	for _, f := range files {
		total += value(f)
	}
	return float64(total)
}

// done counts a piece of work.
func (m *metrics) done(kind work, r result, took time.Duration) {
	label := string(kind)
	m.seconds.WithLabelValues(label).Observe(took.Seconds())
	m.moved.Add(float64(r.rows))
	m.rewrote.WithLabelValues(label).Add(float64(r.rewrote))
	m.written.WithLabelValues(label).Add(sum(r.add, func(f hot.File) int64 { return f.Bytes }))
	m.added.WithLabelValues(label).Add(float64(len(r.add)))
	m.removed.WithLabelValues(label).Add(float64(len(r.remove)))
}
