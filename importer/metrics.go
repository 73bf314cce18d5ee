package importer

import (
	"regexp"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count what imports do.
type metrics struct {
	rows    *prometheus.CounterVec // by outcome
	refused *prometheus.CounterVec // by reason
	bytes   prometheus.Counter
	imports *prometheus.CounterVec // by state

	mu struct {
		sync.Mutex
		reasons map[string]bool // that are labels
	}
}

func newMetrics(reg prometheus.Registerer, running func() float64) *metrics {
	counter := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tidemark_importer_" + name + "_total", Help: help}, []string{label})
	}
	m := &metrics{
		rows:    counter("rows", "Records of files by what became of them; those that replaced others are stored too.", "outcome"),
		refused: counter("refused_rows", "Records that were not stored, by reason without the names in it.", "reason"),
		bytes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_importer_received_bytes_total", Help: "Size of the parts of files that came."}),
		imports: counter("imports", "Imports that ended, by their last state.", "state"),
	}
	m.mu.reasons = map[string]bool{}
	reg.MustRegister(m.rows, m.refused, m.bytes, m.imports, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tidemark_importer_running_imports", Help: "Imports that have not ended."}, running))
	return m
}

// add counts what became of some records.
func (m *metrics) add(t *tally) {
	m.rows.WithLabelValues("stored").Add(float64(t.stored))
	m.rows.WithLabelValues("replaced").Add(float64(t.replaced))
	m.rows.WithLabelValues("refused").Add(float64(t.refused))
	for _, r := range t.refusals {
		m.refused.WithLabelValues(m.label(r.Reason)).Add(float64(r.Count))
	}
}

// maxLabels bounds the reasons that are told apart, whatever names files have.
const maxLabels = 100

// named are the names and numbers of a reason.
var named = regexp.MustCompile(`"[^"]*"|'[^']*'`)

// label is a reason without the names in it.
func (m *metrics) label(reason string) string {
	label := named.ReplaceAllString(reason, "…")
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.mu.reasons[label] && len(m.mu.reasons) >= maxLabels {
		return otherReason
	}
	m.mu.reasons[label] = true
	return label
}
