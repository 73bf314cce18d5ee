package deadletter

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count letters. The labels are bounded by the databases, kinds and limits.
type metrics struct {
	stored   *prometheus.CounterVec // by kind
	refused  *prometheus.CounterVec // by limit
	failures prometheus.Counter
	replays  *prometheus.CounterVec // by result
	writes   prometheus.Histogram
	letters  *prometheus.GaugeVec // by database and state
	bytes    *prometheus.GaugeVec // by database
}

func newMetrics(reg prometheus.Registerer, waiting func() float64) *metrics {
	counter := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tidemark_deadletter_" + name + "_total", Help: help}, []string{label})
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tidemark_deadletter_" + name, Help: help}, labels)
	}
	m := &metrics{
		stored:  counter("stored", "Letters that were written.", "kind"),
		refused: counter("refused", "Letters that were not written because of a limit: what they held is lost.", "limit"),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_deadletter_failures_total", Help: "Letters that could not be written; their messages are not acknowledged."}),
		replays: counter("replays", "Letters that were replayed or discarded, by what came of it.", "result"),
		writes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tidemark_deadletter_write_seconds", Help: "Time to write the letters that had gathered.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14)}),
		letters: gauge("letters", "Letters by database and state, measured once a minute.", "database", "state"),
		bytes:   gauge("bytes", "Size of the letters of a database, measured once a minute.", "database"),
	}
	reg.MustRegister(m.stored, m.refused, m.failures, m.replays, m.writes, m.letters, m.bytes, prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "tidemark_deadletter_waiting_letters", Help: "Letters that wait to be written."}, waiting))
	return m
}

// quiet lets one log line through every ten seconds and counts the others.
type quiet struct {
	last  time.Time
	count int
}

// allow reports whether to log now, and for how many events since the last line.
func (q *quiet) allow(now time.Time) (count int, ok bool) {
	q.count++
	if now.Sub(q.last) < 10*time.Second {
		return 0, false
	}
	count, q.count, q.last = q.count, 0, now
	return count, true
}
