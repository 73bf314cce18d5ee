package cold

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the store's counters and histograms.
type metrics struct {
	commits  prometheus.Histogram // seconds
	failures prometheus.Counter
	deleted  prometheus.Counter
	fetched  prometheus.Counter // bytes
}

func newMetrics(reg prometheus.Registerer, s *Store) *metrics {
	m := &metrics{
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tidemark_cold_commit_seconds", Help: "Time of a commit, with what it writes to disk.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 14)}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_cold_failures_total", Help: "Commits that were not made."}),
		deleted: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_cold_deleted_total", Help: "Files deleted because no snapshot names them any more."}),
		fetched: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_cold_fetched_bytes_total", Help: "Bytes of files brought from the bucket into its cache."}),
	}
	reg.MustRegister(m.commits, m.failures, m.deleted, m.fetched,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tidemark_cold_cache_bytes", Help: "Bytes of the files in the cache of the bucket."},
			func() float64 { return float64(s.cache.size()) }))
	return m
}

func (m *metrics) committed(took time.Duration, err error) {
	if err != nil {
		m.failures.Inc()
		return
	}
	m.commits.Observe(took.Seconds())
}
