package console

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/fault"
)

// metrics are the console's measurements.
type metrics struct {
	queries *prometheus.CounterVec // by result: ok or a kind of fault
	took    prometheus.Histogram   // seconds per page
	refused *prometheus.CounterVec // by what was wrong: host, token or session
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		queries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tidemark_console_queries_total", Help: "Pages of results asked for in the console, by outcome.",
		}, []string{"result"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tidemark_console_query_seconds", Help: "Time to answer the console with a page.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 9),
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tidemark_console_refusals_total", Help: "Requests to the console that were refused, by what was wrong.",
		}, []string{"reason"}),
	}
	reg.MustRegister(m.queries, m.took, m.refused)
	return m
}

// query counts one page.
func (m *metrics) query(err error, took time.Duration) {
	result := "ok"
	if err != nil {
		result = fault.KindOf(err).String()
	}
	m.queries.WithLabelValues(result).Inc()
	m.took.Observe(took.Seconds())
}
