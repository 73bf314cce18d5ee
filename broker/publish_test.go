package broker

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"tidemark/fault"
)

// What AWS does with a message that breaks a rule: an end of 0 with an ack of 0 means
// that it is accepted. MQTT 3.1.1 connections always end.
func TestPublishRules(t *testing.T) {
	long := strings.Repeat("x", 257)
	user := []packets.UserProperty{{Key: "k", Val: strings.Repeat("v", 8191)}}
	tests := []struct {
		name     string
		m        message
		ack, end byte // of MQTT 5: reason code of the PUBACK at QoS 1, of the DISCONNECT
		only5    bool
	}{
		{name: "topic of 256 bytes", m: message{topic: long[:256]}},
		{name: "topic of 257 bytes", m: message{topic: long}, ack: 0x90},
		{name: "seven slashes", m: message{topic: "1/2/3/4/5/6/7/8"}},
		{name: "eight slashes", m: message{topic: "1/2/3/4/5/6/7/8/9"}, ack: 0x90},
		{name: "wildcard in the topic", m: message{topic: "a/#"}, end: 0x81},
		{name: "payload of 128 KiB", m: message{topic: "t", payload: strings.Repeat("p", 131072)}},
		{name: "payload above 128 KiB", m: message{topic: "t", payload: strings.Repeat("p", 131073)}, end: 0x95},
		{name: "packet above the maximum", m: message{topic: "t", payload: strings.Repeat("p", 149504)}, end: 0x95},
		{name: "other reserved topic", m: message{topic: "$TopicA/B"}, end: 0x87},
		{name: "lifecycle topic", m: message{topic: "$aws/events/presence/connected/c"}, end: 0x87},
		{name: "Basic Ingest", m: message{topic: "$aws/rules/R/1/2/3/4/5/6/7/8"}},
		{name: "retained Basic Ingest", m: message{topic: "$aws/rules/R/x", retain: true}, ack: 0x87},
		{name: "content type of 257 bytes", m: message{topic: "t", props: packets.Properties{ContentType: long}}, ack: 0x97, only5: true},
		{name: "response topic with eight slashes", m: message{topic: "t", props: packets.Properties{ResponseTopic: "1/2/3/4/5/6/7/8/9"}}, ack: 0x90, only5: true},
		{name: "correlation data above 8 KiB", m: message{topic: "t", props: packets.Properties{CorrelationData: make([]byte, 8193)}}, ack: 0x97, only5: true},
		{name: "user properties of 8 KiB", m: message{topic: "t", props: packets.Properties{User: user}}, only5: true},
		{name: "user properties above 8 KiB", m: message{topic: "t", props: packets.Properties{User: append(user, packets.UserProperty{Key: "k"})}}, ack: 0x97, only5: true},
		{name: "topic alias 9", m: message{topic: "t", props: packets.Properties{TopicAlias: 9, TopicAliasFlag: true}}, end: 0x94, only5: true},
	}
	b := start(t)
	for _, tt := range tests {
		for _, version := range []byte{v3, v5} {
			for _, qos := range []byte{0, 1} {
				if tt.only5 && version == v3 {
					continue
				}
				t.Run(tt.name, func(t *testing.T) {
					c := b.connect(version, "c", nil)
					m := tt.m
					m.qos, m.id = qos, uint16(qos)
					raw := c.encodePublish(m)
					go c.nc.Write(raw) // the broker may hang up before it has read all
					switch {
					case tt.ack == 0 && tt.end == 0:
						if qos == 1 {
							c.expect(4)
						}
						c.quiet()
					case tt.end != 0:
						c.wantEnd(tt.end)
					case version == v5 && qos == 1:
						if ack := c.expect(4); ack.ReasonCode != tt.ack || ack.Properties.ReasonString == "" {
							t.Errorf("PUBACK = %#x %q, want %#x with a reason", ack.ReasonCode, ack.Properties.ReasonString, tt.ack)
						}
						c.quiet()
					default:
						c.wantEnd(tt.ack)
					}
					c.nc.Close()
				})
			}
		}
	}
}

func TestPublishQoS2(t *testing.T) {
	b := start(t)
	old := b.connect(v3, "old", nil)
	old.publish(message{topic: "t", qos: 2, id: 1})
	old.quiet() // ignored, as on AWS
	b.connect(v5, "new", nil).endsOn(message{topic: "t", qos: 2, id: 1}, 0x9B)
	if got := b.sink.topics(); len(got) != 0 {
		t.Errorf("sink saw %q, want nothing", got)
	}
	strict := start(t, func(o *Options) { o.CloseOnQoS2 = true })
	strict.connect(v3, "old", nil).endsOn(message{topic: "t", qos: 2, id: 1}, 0)
}

func (c *client) endsOn(m message, code byte) {
	c.t.Helper()
	c.publish(m)
	c.wantEnd(code)
}

func TestTopicAlias(t *testing.T) {
	b := start(t)
	c := b.connect(v5, "c", nil)
	alias := func(n uint16) packets.Properties { return packets.Properties{TopicAlias: n, TopicAliasFlag: true} }
	for i, m := range []message{
		{topic: "a", props: alias(1)}, {topic: "b", props: alias(8)}, {props: alias(1)}, {props: alias(8)}, {topic: "c", props: alias(1)}, {props: alias(1)},
	} {
		m.qos, m.id = 1, uint16(i)+1
		c.publish(m)
		c.expect(4)
	}
	if got := strings.Join(b.sink.topics(), ""); got != "ababcc" {
		t.Errorf("topics = %s, want ababcc", got)
	}
	c.endsOn(message{props: alias(2)}, 0x82)                                     // never set
	b.connect(v5, "d", nil).endsOn(message{props: alias(1)}, 0x82)               // of another connection
	b.connect(v5, "e", nil).rawEndsOn("\x30\x07\x00\x01t\x03\x23\x00\x00", 0x94) // alias 0
}

func (c *client) rawEndsOn(raw string, code byte) {
	c.t.Helper()
	go c.nc.Write([]byte(raw))
	c.wantEnd(code)
}

func TestMalformedPublish(t *testing.T) {
	tests := []struct {
		name, raw string
		version   byte
		code      byte
	}{
		{"QoS 3", "\x36\x05\x00\x01t\x00\x01", v3, 0},
		{"DUP at QoS 0", "\x38\x03\x00\x01t", v3, 0},
		{"topic longer than the packet", "\x30\x03\x00\x09t", v3, 0},
		{"no packet identifier", "\x32\x03\x00\x01t", v3, 0},
		{"packet identifier 0", "\x32\x05\x00\x01t\x00\x00", v3, 0},
		{"empty topic", "\x30\x02\x00\x00", v3, 0},
		{"null in the topic", "\x30\x05\x00\x03a\x00b", v5, 0x81},
		{"lone surrogate", "\x30\x06\x00\x03\xed\xa0\x80\x00", v5, 0x81},
		{"properties longer than the packet", "\x30\x04\x00\x01t\x09", v5, 0x81},
		{"property twice", "\x30\x08\x00\x01t\x04\x01\x00\x01\x00", v5, 0x82},
		{"payload format 2", "\x30\x06\x00\x01t\x02\x01\x02", v5, 0x82},
		{"subscription identifier", "\x30\x06\x00\x01t\x02\x0b\x01", v5, 0x82},
		{"property of another packet", "\x30\x06\x00\x01t\x02\x17\x01", v5, 0x82},
		{"remaining length of five bytes", "\x30\xff\xff\xff\xff\x01", v5, 0x81},
		{"PUBREL", "\x62\x02\x00\x01", v5, 0x82},
		{"AUTH", "\xf0\x00", v5, 0x82},
		{"PINGREQ with flags", "\xc1\x00", v5, 0x81},
		{"PUBACK without identifier", "\x40\x01\x00", v5, 0x81},
	}
	b := start(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b.connect(tt.version, "c", nil).rawEndsOn(tt.raw, tt.code)
		})
	}
}

// Acknowledgements leave in the order of arrival, whatever order the sink finishes in,
// and not before it has.
func TestPubackOrder(t *testing.T) {
	b := start(t)
	c := b.connect(v5, "c", nil)
	b.sink.mu.Lock()
	b.sink.hold = true
	b.sink.mu.Unlock()
	for id := uint16(1); id <= 4; id++ {
		c.publish(message{topic: "t", qos: 1, id: id})
	}
	c.quiet() // nothing is acknowledged yet
	held := b.sink.take()
	if len(held) != 4 {
		t.Fatalf("the sink holds %d messages, want 4: the reader must not wait", len(held))
	}
	held[3](nil)
	held[1](fault.New(fault.Exceeded, "full"))
	c.quiet()
	held[0](nil)
	if a := c.expect(4); a.PacketID != 1 || a.ReasonCode != 0 {
		t.Errorf("PUBACK %d %#x, want 1 with success", a.PacketID, a.ReasonCode)
	}
	if a := c.expect(4); a.PacketID != 2 || a.ReasonCode != 0x97 {
		t.Errorf("PUBACK %d %#x, want 2 with 0x97", a.PacketID, a.ReasonCode)
	}
	c.quiet()
	held[2](errors.New("disk"))
	if a := c.expect(4); a.PacketID != 3 || a.ReasonCode != 0x80 {
		t.Errorf("PUBACK %d %#x, want 3 with 0x80", a.PacketID, a.ReasonCode)
	}
	if a := c.expect(4); a.PacketID != 4 || a.ReasonCode != 0 {
		t.Errorf("PUBACK %d %#x, want 4 with success", a.PacketID, a.ReasonCode)
	}
}

// An MQTT 3.1.1 client learns of a failure by losing its connection without an ack.
func TestFailureClosesOldClient(t *testing.T) {
	b := start(t)
	c := b.connect(v3, "c", nil)
	b.sink.mu.Lock()
	b.sink.fail = fault.New(fault.Unavailable, "stopping")
	b.sink.mu.Unlock()
	c.endsOn(message{topic: "t", qos: 1, id: 1}, 0)
}

func TestReceiveMaximum(t *testing.T) {
	b := start(t)
	hold := func(on bool) {
		b.sink.mu.Lock()
		defer b.sink.mu.Unlock()
		b.sink.hold = on
	}
	c := b.connect(v5, "new", nil)
	hold(true)
	for id := uint16(1); id <= 100; id++ {
		c.publish(message{topic: "t", qos: 1, id: id})
	}
	c.quiet()
	c.endsOn(message{topic: "t", qos: 1, id: 101}, 0x93)

	hold(false)
	c = b.connect(v3, "old", nil) // an old client is made to wait
	hold(true)
	b.sink.take()
	go func() {
		for id := uint16(1); id <= 150; id++ {
			c.nc.Write(c.encodePublish(message{topic: "t", qos: 1, id: id}))
		}
	}()
	for acked := uint16(0); acked < 150; {
		for _, done := range b.sink.take() {
			done(nil)
			if acked++; c.expect(4).PacketID != acked {
				t.Fatalf("PUBACK out of order after %d", acked)
			}
		}
	}
}

func TestPropertiesTravel(t *testing.T) {
	b := start(t)
	sub := b.connect(v5, "sub", nil)
	sub.subscribe("t")
	pub := b.connect(v5, "pub", nil)
	pub.publish1("t", "x", func(m *message) {
		m.props = packets.Properties{PayloadFormat: 1, PayloadFormatFlag: true, ContentType: "text/plain", ResponseTopic: "re/ply",
			CorrelationData: []byte("corr"), MessageExpiryInterval: 90, TopicAlias: 3, TopicAliasFlag: true,
			User: []packets.UserProperty{{Key: "b", Val: "1"}, {Key: "a", Val: "2"}, {Key: "b", Val: "1"}}}
	})
	p := sub.want("t", "x").Properties
	users := slices.Equal(p.User, []packets.UserProperty{{Key: "b", Val: "1"}, {Key: "a", Val: "2"}, {Key: "b", Val: "1"}})
	if !p.PayloadFormatFlag || p.PayloadFormat != 1 || p.ContentType != "text/plain" || p.ResponseTopic != "re/ply" ||
		string(p.CorrelationData) != "corr" || p.MessageExpiryInterval < 89 || p.MessageExpiryInterval > 90 || p.TopicAliasFlag || !users {
		t.Errorf("properties = %+v, want those published, without the alias", p)
	}
}

func TestClientPacketLimit(t *testing.T) {
	b := start(t)
	sub := b.connect(v5, "sub", func(pk *packets.Packet) { pk.Properties.MaximumPacketSize = 512 })
	sub.subscribe("t")
	pub := b.connect(v5, "pub", nil)
	// Fixed header 3, topic 3, packet identifier 2, property length 1.
	pub.publish1("t", strings.Repeat("x", 512-9))
	sub.want("t", strings.Repeat("x", 503))
	pub.publish1("t", strings.Repeat("x", 504))
	pub.publish1("t", "small")
	sub.want("t", "small")
}

func TestBasicIngest(t *testing.T) {
	b := start(t)
	sub := b.connect(v5, "sub", nil)
	if codes := sub.subscribe("#", "$aws/rules/R/#", "$aws/#"); string(codes) != "\x01\x87\x87" {
		t.Errorf("SUBACK = %x, want 018787", codes)
	}
	b.connect(v5, "pub", nil).publish1("$aws/rules/R/a", "x")
	sub.quiet()
	if got := b.sink.topics(); len(got) != 1 || got[0] != "$aws/rules/R/a" {
		t.Errorf("sink saw %q, want the message", got)
	}
}

func TestInject(t *testing.T) {
	b := start(t)
	sub := b.connect(v5, "sub", nil)
	sub.subscribe("t")
	result := make(chan error, 1)
	publish := func(m *Message) error {
		b.s.Publish(t.Context(), m, func(err error) { result <- err })
		return <-result
	}
	if err := publish(&Message{Topic: "t", Payload: []byte("x"), QoS: 1, Hops: 1}); err != nil {
		t.Errorf("Publish = %v", err)
	}
	sub.want("t", "x")
	for _, tt := range []struct {
		m    Message
		want fault.Kind
	}{
		{Message{Topic: "a/#"}, fault.Invalid},
		{Message{Topic: strings.Repeat("x", 257)}, fault.Exceeded},
		{Message{Topic: "t", Payload: make([]byte, 131073)}, fault.Exceeded},
		{Message{Topic: "$aws/events/x"}, fault.Denied},
		{Message{Topic: "t", QoS: 2}, fault.Invalid},
	} {
		if err := publish(&tt.m); err == nil || fault.KindOf(err) != tt.want {
			t.Errorf("Publish(%q, %d bytes) = %v, want kind %v", tt.m.Topic, len(tt.m.Payload), err, tt.want)
		}
	}
	b.sink.mu.Lock()
	b.sink.fail = fault.New(fault.Unavailable, "disk full")
	b.sink.mu.Unlock()
	if err := publish(&Message{Topic: "t"}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Publish with a failing sink = %v, want unavailable", err)
	}
	sub.want("t", "") // subscribers do not depend on the sink
	sub.disconnect()
	b.stop()
	if err := publish(&Message{Topic: "t"}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Publish after the end = %v, want unavailable", err)
	}
}

// republisher is a sink that answers every message with another, as a rule's republish
// action does, until the third.
type republisher struct {
	to func(context.Context, *Message, func(error))
}

func (r *republisher) Accept(ctx context.Context, m *Message, done func(error)) {
	if m.Hops == 3 || strings.HasPrefix(m.Topic, "$") {
		done(nil)
		return
	}
	r.to(ctx, &Message{Topic: m.Topic + "/x", QoS: 1, Hops: m.Hops + 1}, done)
}

// TestRepublishedComesAfter holds that subscribers see a cause before its effects.
func TestRepublishedComesAfter(t *testing.T) {
	sink := new(republisher)
	b := start(t, func(o *Options) { o.Sink = sink })
	sink.to = b.s.Publish
	c := b.connect(v5, "c", nil)
	c.subscribe("a/#")
	b.connect(v5, "p", nil).publish(message{topic: "a/1", qos: 1, id: 1})
	for _, want := range []string{"a/1", "a/1/x", "a/1/x/x", "a/1/x/x/x"} {
		if got := c.expect(typePublish).TopicName; got != want {
			t.Fatalf("a message on %q came, want %q next", got, want)
		}
	}
}

func TestPublishRate(t *testing.T) {
	var p pacer
	now := time.Unix(1000, 0)
	var total time.Duration
	for range 250 {
		total = p.wait(now, 100)
	}
	if total != 1500*time.Millisecond {
		t.Errorf("the 250th event at once waits %v at 100/s, want 1.5 s: a second's worth is free", total)
	}
	if (&pacer{}).wait(now, 0) != 0 {
		t.Error("a rate of 0 waits")
	}
}
