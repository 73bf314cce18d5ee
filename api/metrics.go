package api

import "github.com/prometheus/client_golang/prometheus"

// metrics are those of one Server. Their labels are bounded: services and operations
// are declared, codes stand in tables.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	panics   prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tidemark_api_requests_total",
			Help: "Requests by service, operation and error code; the code of a success is empty.",
		}, []string{"service", "operation", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "tidemark_api_request_seconds",
			Help:    "Time from a request's header to the end of its answer.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 18),
		}, []string{"service", "operation"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tidemark_api_in_flight_requests",
			Help: "Requests being answered now.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_api_panics_total",
			Help: "Panics in operations; each was answered with an internal error.",
		}),
	}
	reg.MustRegister(m.requests, m.seconds, m.inFlight, m.panics)
	return m
}
