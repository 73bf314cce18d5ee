package seqlog

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts group commits.
type metrics struct {
	batches prometheus.Counter
	bytes   prometheus.Counter
	commit  prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		batches: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_seqlog_batches_total", Help: "Batches made durable."}),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_seqlog_written_bytes_total", Help: "Bytes handed to the queue store."}),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tidemark_seqlog_commit_seconds", Help: "Time of one group commit.",
			Buckets: prometheus.ExponentialBuckets(100e-6, 2, 14)}),
	}
	if reg == nil {
		reg = prometheus.NewRegistry()
	}
	reg.MustRegister(m.batches, m.bytes, m.commit)
	return m
}

func (m *metrics) observe(batches, bytes int, took time.Duration) {
	m.batches.Add(float64(batches))
	m.bytes.Add(float64(bytes))
	m.commit.Observe(took.Seconds())
}
