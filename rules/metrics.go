package rules

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count by rule, and by action within it; the labels are bounded by the
// number of rules. They are AWS's rule metrics under this house's names (AWS
// page "AWS IoT metrics and dimensions").
type metrics struct {
	matches, executions, parseErrors, functionErrors *prometheus.CounterVec
	successes, failures                              *prometheus.CounterVec
	errorActions, errorFailures                      *prometheus.CounterVec
	notFound                                         prometheus.Counter
	waiting                                          prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer, inFlight func() float64) *metrics {
	byRule := func(name, help string, labels ...string) *prometheus.CounterVec {
		vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tidemark_rules_" + name + "_total", Help: help}, append([]string{"rule"}, labels...))
		reg.MustRegister(vec)
		return vec
	}
	m := &metrics{
		matches:        byRule("matches", "Messages that matched the rule's topic filter or named it by Basic Ingest."),
		executions:     byRule("executions", "Messages that the rule's SQL was evaluated for."),
		parseErrors:    byRule("parse_errors", "Messages whose payload the rule's SQL or templates could not read."),
		functionErrors: byRule("function_errors", "Messages for which a function of the rule's SQL failed."),
		successes:      byRule("action_successes", "Events that an action delivered.", "action"),
		failures:       byRule("action_failures", "Events that an action failed to deliver, after all tries.", "action"),
		errorActions:   byRule("error_action_successes", "Failures that the error action delivered."),
		errorFailures:  byRule("error_action_failures", "Failures that the error action failed to deliver."),
		notFound:       prometheus.NewCounter(prometheus.CounterOpts{Name: "tidemark_rules_not_found_total", Help: "Basic Ingest messages that named no enabled rule."}),
		waiting:        prometheus.NewGauge(prometheus.GaugeOpts{Name: "tidemark_rules_waiting_retries", Help: "Failed attempts that wait to be tried again."}),
	}
	reg.MustRegister(m.notFound, m.waiting, prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "tidemark_rules_in_flight_messages", Help: "Messages accepted and not done."}, inFlight))
	return m
}

// ruleMetrics are the counters of one rule.
type ruleMetrics struct {
	matches, executions, parseErrors, functionErrors prometheus.Counter
	errorActions, errorFailures                      prometheus.Counter
}

func (m *metrics) rule(name string) ruleMetrics {
	return ruleMetrics{
		m.matches.WithLabelValues(name), m.executions.WithLabelValues(name), m.parseErrors.WithLabelValues(name), m.functionErrors.WithLabelValues(name),
		m.errorActions.WithLabelValues(name), m.errorFailures.WithLabelValues(name),
	}
}

// actionMetrics are the counters of one kind of action within a rule.
type actionMetrics struct{ successes, failures prometheus.Counter }

func (m *metrics) action(rule, kind string) actionMetrics {
	return actionMetrics{m.successes.WithLabelValues(rule, kind), m.failures.WithLabelValues(rule, kind)}
}

// forget drops the counters of a deleted rule.
func (m *metrics) forget(rule string) {
	for _, vec := range []*prometheus.CounterVec{
		m.matches, m.executions, m.parseErrors, m.functionErrors, m.successes, m.failures, m.errorActions, m.errorFailures,
	} {
		vec.DeletePartialMatch(prometheus.Labels{"rule": rule})
	}
}

// limiter lets one log line through each second and counts the others.
type limiter struct {
	second atomic.Int64
	count  atomic.Int64
}

// allow reports whether to log now, and for how many events since the last line.
func (l *limiter) allow(now time.Time) (count int64, ok bool) {
	l.count.Add(1)
	last, second := l.second.Load(), now.Unix()
	if last == second || !l.second.CompareAndSwap(last, second) {
		return 0, false
	}
	return l.count.Swap(0), true
}
