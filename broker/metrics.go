package broker

import "github.com/prometheus/client_golang/prometheus"

// metrics are the broker's. Counters with labels are resolved once, since they count on
// the path of every message.
type metrics struct {
	connections  prometheus.Gauge
	refused      prometheus.Counter
	authFailures prometheus.Counter
	malformed    prometheus.Counter

	in0, in1, injected prometheus.Counter
	out0, out1         prometheus.Counter
	failed             prometheus.Counter
	puback             prometheus.Histogram

	dropSlow, dropExpired, dropTooLarge, dropQueueFull prometheus.Counter
	dropNoMember, dropQoS2, dropCorrupt                prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	if reg == nil {
		reg = prometheus.NewRegistry()
	}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "tidemark_broker_" + name, Help: help})
		reg.MustRegister(c)
		return c
	}
	family := func(name, help, label string) func(value string) prometheus.Counter {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tidemark_broker_" + name, Help: help}, []string{label})
		reg.MustRegister(v)
		return func(value string) prometheus.Counter { return v.WithLabelValues(value) }
	}
	received := family("received_messages_total", "Messages accepted, by how they came.", "source")
	sent := family("sent_messages_total", "Messages sent to subscribers, by QoS.", "qos")
	dropped := family("dropped_messages_total", "Messages not delivered to a subscriber, by reason.", "reason")
	m := &metrics{
		connections: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tidemark_broker_connections_count", Help: "Clients connected."}),
		puback: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tidemark_broker_puback_seconds", Help: "Time from the arrival of a QoS 1 message to its acknowledgement.",
			Buckets: prometheus.ExponentialBuckets(50e-6, 2, 18)}),
		refused:       counter("refused_connections_total", "Connections closed because of the limit or a shutdown."),
		authFailures:  counter("authentication_failures_total", "Clients that were not let in."),
		malformed:     counter("malformed_packets_total", "Packets that could not be decoded."),
		failed:        counter("failed_messages_total", "Messages that the sink or a queue could not store."),
		in0:           received("mqtt_qos0"),
		in1:           received("mqtt_qos1"),
		injected:      received("injected"),
		out0:          sent("0"),
		out1:          sent("1"),
		dropSlow:      dropped("slow_consumer"),
		dropExpired:   dropped("expired"),
		dropTooLarge:  dropped("too_large"),
		dropQueueFull: dropped("queue_full"),
		dropNoMember:  dropped("no_group_member"),
		dropQoS2:      dropped("qos2"),
		dropCorrupt:   dropped("corrupt"),
	}
	reg.MustRegister(m.connections, m.puback)
	return m
}
