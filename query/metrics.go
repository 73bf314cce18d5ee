package query

import (
	"github.com/prometheus/client_golang/prometheus"

	"tidemark/fault"
)

// metrics of the engine; operating.md says what to make of them.
type metrics struct {
	queries *prometheus.CounterVec // by outcome of the first page
	limits  *prometheus.CounterVec // by the limit that ended a query
	pages   prometheus.Counter
	rows    prometheus.Counter
	first   prometheus.Histogram
	compile prometheus.Histogram
}

// newMetrics registers the metrics; the gauges read their values of e when asked.
func newMetrics(reg prometheus.Registerer, e *Engine) (*metrics, error) {
	m := &metrics{
		limits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tidemark_query_limits_total", Help: "Queries that a limit ended, by the limit."}, []string{"limit"}),
		queries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tidemark_query_queries_total", Help: "Queries started, by the kind of their error or ok."}, []string{"outcome"}),
		pages: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_query_pages_total", Help: "Pages delivered."}),
		rows: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_query_rows_total", Help: "Rows delivered."}),
		first: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tidemark_query_first_page_seconds", Help: "Time from a statement to its first page.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 18)}),
		compile: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tidemark_query_compile_seconds", Help: "Time for compiling a statement.",
			Buckets: prometheus.ExponentialBuckets(0.00005, 2, 14)}),
	}
	gauges := []prometheus.Collector{
		gauge("tidemark_query_open_queries", "Queries whose pages were not all delivered, or not long ago.",
			func() float64 { return float64(e.cursors.Len()) }),
		gauge("tidemark_query_running_queries", "Queries that compute.",
			func() float64 { return float64(cap(e.slots.free) - len(e.slots.free)) }),
		gauge("tidemark_query_waiting_queries", "Queries that wait for their turn to compute.",
			func() float64 { return float64(e.slots.waiting.Load()) }),
		gauge("tidemark_query_memory_bytes", "Memory of the engine for blocks and values.",
			func() float64 { return float64(e.governor.memory().Used) }),
		gauge("tidemark_query_spilled_bytes", "Intermediate results on disk.",
			func() float64 { return float64(e.governor.memory().Spilled) }),
	}
	for _, c := range append(gauges, m.queries, m.limits, m.pages, m.rows, m.first, m.compile) {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func gauge(name, help string, read func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read)
}

// outcome is the label of a query that ended with err.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	return fault.KindOf(err).String()
}
