package query

import (
	"github.com/prometheus/client_golang/prometheus"

	"tidemark/fault"
)

// metrics of the engine; operating.md says what to make of them.
type metrics struct {
	queries *prometheus.CounterVec // by outcome of the first page
	pages   prometheus.Counter
	rows    prometheus.Counter
	first   prometheus.Histogram
	compile prometheus.Histogram
}

// newMetrics registers the metrics; the gauges read their values when asked.
func newMetrics(reg prometheus.Registerer, open, running, waiting func() float64) (*metrics, error) {
	m := &metrics{
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
		gauge("tidemark_query_open_queries", "Queries whose pages were not all delivered, or not long ago.", open),
		gauge("tidemark_query_running_queries", "Queries that compute.", running),
		gauge("tidemark_query_waiting_queries", "Queries that wait for their turn to compute.", waiting),
	}
	for _, c := range append(gauges, m.queries, m.pages, m.rows, m.first, m.compile) {
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
