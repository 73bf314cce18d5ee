package broker

import (
	"fmt"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"
)

func TestSubscribeCodes(t *testing.T) {
	tests := []struct {
		filter   string
		old, new byte
	}{
		{"a/b", 1, 1},
		{"#", 1, 1},
		{"$share/g/a/#", 1, 1},
		{"$share/g/1/2/3/4/5/6/7/8", 1, 1},
		{"1/2/3/4/5/6/7/8/9", 0x80, 0x8F},
		{"a/#/b", 0x80, 0x8F},
		{"$share/g", 0x80, 0x8F},
		{"$SYS/#", 0x80, 0x87},
		{"$aws/rules/R", 0x80, 0x87},
		{"$aws/events/#", 1, 1},
		{"$share/g/$SYS/x", 0x80, 0x87},
	}
	b := start(t)
	for _, tt := range tests {
		for _, version := range []byte{v3, v5} {
			c := b.connect(version, "c", nil)
			want := tt.new
			if version == v3 {
				want = tt.old
			}
			if codes := c.subscribe(tt.filter); len(codes) != 1 || codes[0] != want {
				t.Errorf("version %d: SUBACK of %q = %x, want %x", version, tt.filter, codes, want)
			}
			c.disconnect()
		}
	}
}

func TestSubscribeRefused(t *testing.T) {
	nine := make([]packets.Subscription, 9)
	for i := range nine {
		nine[i].Filter = fmt.Sprint("f/", i)
	}
	b := start(t)
	tests := []struct {
		name string
		raw  func(c *client) []byte
		code byte
	}{
		{"nine filters", func(c *client) []byte { return c.encodeSubscribe(nil, nine...) }, 0x82},
		{"no filter", func(c *client) []byte { return c.encodeSubscribe(nil) }, 0x82},
		{"subscription identifier", func(c *client) []byte {
			return c.encodeSubscribe(func(pk *packets.Packet) { pk.Properties.SubscriptionIdentifier = []int{1} }, nine[0])
		}, 0xA1},
		{"no local on a shared subscription", func(c *client) []byte {
			return c.encodeSubscribe(nil, packets.Subscription{Filter: "$share/g/a", NoLocal: true})
		}, 0x82},
		{"retain handling 3", func(c *client) []byte {
			return c.encodeSubscribe(nil, packets.Subscription{Filter: "a", RetainHandling: 3})
		}, 0x82},
		{"option byte is missing, which panics in the codec", func(c *client) []byte { return []byte("\x82\x06\x00\x01\x00\x00\x01a") }, 0x81},
		{"flags are wrong", func(c *client) []byte { return []byte("\x80\x07\x00\x01\x00\x00\x01a\x00") }, 0x81},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := b.connect(v5, "c", nil)
			c.rawEndsOn(string(tt.raw(c)), tt.code)
		})
	}
	old := b.connect(v3, "c", nil)
	old.rawEndsOn(string(old.encodeSubscribe(nil, nine...)), 0)
}

func TestSubscriptionLimit(t *testing.T) {
	b := start(t)
	for _, version := range []byte{v3, v5} {
		c := b.connect(version, "c", nil)
		for i := range 49 {
			c.subscribe(fmt.Sprint("f/", i))
		}
		want := "\x01\x01\x97" // the fiftieth, one that is there already, and one too many
		if version == v3 {
			want = "\x01\x01\x80"
		}
		if codes := c.subscribe("f/49", "f/3", "f/50"); string(codes) != want {
			t.Errorf("version %d: SUBACK = %x, want %x", version, codes, want)
		}
		c.unsubscribe("f/0")
		if codes := c.subscribe("f/50"); codes[0] != 1 {
			t.Errorf("version %d: SUBACK after an UNSUBSCRIBE = %x, want 01", version, codes)
		}
		c.disconnect()
	}
	b.stop() // a session ends a moment after its connection
	if n := b.s.index.Len(); n != 0 {
		t.Errorf("%d subscriptions are left of clients that have gone", n)
	}
}

func TestQoS2IsGrantedAs1(t *testing.T) {
	b := start(t)
	for _, version := range []byte{v3, v5} {
		c := b.connect(version, "c", nil)
		c.write(c.encodeSubscribe(nil, packets.Subscription{Filter: "a", Qos: 2}))
		if codes := c.expect(9).ReasonCodes; codes[0] != 1 {
			t.Errorf("version %d: SUBACK = %x, want 01", version, codes)
		}
		c.disconnect()
	}
}

func TestHashDoesNotMatchParent(t *testing.T) {
	b := start(t)
	c := b.connect(v3, "c", nil)
	c.subscribe("sensor/#")
	for _, name := range []string{"sensor", "sensor/", "sensor/a/b"} {
		c.publish(message{topic: name, payload: name})
	}
	c.want("sensor/", "sensor/")
	c.want("sensor/a/b", "sensor/a/b")
	c.quiet()
}

func TestOverlappingSubscriptions(t *testing.T) {
	b := start(t)
	c := b.connect(v5, "c", nil)
	c.write(c.encodeSubscribe(nil, packets.Subscription{Filter: "a/#", Qos: 0}, packets.Subscription{Filter: "a/+", Qos: 1},
		packets.Subscription{Filter: "a/b", Qos: 0}))
	c.expect(9)
	b.connect(v5, "pub", nil).publish1("a/b", "x")
	if pk := c.want("a/b", "x"); pk.FixedHeader.Qos != 1 {
		t.Errorf("QoS = %d, want the highest granted", pk.FixedHeader.Qos)
	}
	c.quiet()
}

func TestNoLocal(t *testing.T) {
	b := start(t)
	c := b.connect(v5, "c", nil)
	c.write(c.encodeSubscribe(nil, packets.Subscription{Filter: "t", Qos: 1, NoLocal: true}))
	c.expect(9)
	c.publish1("t", "mine")
	c.quiet()
	b.connect(v5, "d", nil).publish1("t", "theirs")
	c.want("t", "theirs")
}

// Subscribing again replaces the options and keeps one copy.
func TestResubscribe(t *testing.T) {
	b := start(t)
	c := b.connect(v5, "c", nil)
	c.subscribe("t")
	c.write(c.encodeSubscribe(nil, packets.Subscription{Filter: "t", Qos: 0}))
	c.expect(9)
	b.connect(v5, "pub", nil).publish1("t", "x")
	if pk := c.want("t", "x"); pk.FixedHeader.Qos != 0 {
		t.Errorf("QoS = %d, want 0", pk.FixedHeader.Qos)
	}
	c.quiet()
}
