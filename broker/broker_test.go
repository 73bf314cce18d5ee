package broker

import (
	"testing"
)

func TestPublishSubscribe(t *testing.T) {
	for _, v := range []struct{ from, to byte }{{v3, v3}, {v3, v5}, {v5, v3}, {v5, v5}} {
		b := start(t)
		sub := b.connect(v.to, "sub", nil)
		if codes := sub.subscribe("dt/+/1", "other"); string(codes) != "\x01\x01" {
			t.Fatalf("SUBACK = %x, want 0101", codes)
		}
		pub := b.connect(v.from, "pub", nil)
		if code := pub.publish1("dt/sensor/1", "at one"); code != 0 {
			t.Fatalf("PUBACK = %#x, want success", code)
		}
		if pk := sub.want("dt/sensor/1", "at one"); pk.FixedHeader.Qos != 1 {
			t.Errorf("QoS = %d, want 1", pk.FixedHeader.Qos)
		}
		pub.publish(message{topic: "dt/sensor/1", payload: "at zero"})
		if pk := sub.want("dt/sensor/1", "at zero"); pk.FixedHeader.Qos != 0 {
			t.Errorf("QoS = %d, want 0", pk.FixedHeader.Qos)
		}
		if code := sub.unsubscribe("dt/+/1", "never there"); v.to == v5 && string(code) != "\x00\x00" {
			t.Errorf("UNSUBACK = %x, want 0000", code)
		}
		pub.publish1("dt/sensor/1", "nobody")
		sub.quiet()
		pub.disconnect()
		sub.disconnect()
		b.stop()
		if got := b.sink.topics(); len(got) != 3 {
			t.Errorf("sink saw %q, want three messages", got)
		}
	}
}
