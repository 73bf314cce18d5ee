package broker

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

func counterValue(t testing.TB, c prometheus.Counter) float64 {
	t.Helper()
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}

func TestMetrics(t *testing.T) {
	reg := prometheus.NewRegistry()
	b := start(t, func(o *Options) { o.Registerer = reg })
	c := b.connect(v5, "c", nil)
	c.subscribe("t")
	c.publish(message{topic: "t"})
	c.want("t", "")
	c.publish1("u", "")
	c.rawEndsOn("\x30\x01\x00", codeMalformed)
	b.stop()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name += "/" + l.GetValue()
			}
			got[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	for name, want := range map[string]float64{
		"tidemark_broker_connections_count":                 0,
		"tidemark_broker_received_messages_total/mqtt_qos0": 1,
		"tidemark_broker_received_messages_total/mqtt_qos1": 1,
		"tidemark_broker_received_messages_total/injected":  3, // lifecycle events
		"tidemark_broker_sent_messages_total/0":             1,
		"tidemark_broker_puback_seconds":                    1,
		"tidemark_broker_malformed_packets_total":           1,
	} {
		if got[name] != want {
			t.Errorf("%s = %v, want %v", name, got[name], want)
		}
	}
}
