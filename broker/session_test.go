package broker

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// present connects with a persistent session and reports Session Present.
func (b *bench) present(version byte, id string, seconds uint32) (*client, bool) {
	b.t.Helper()
	c := b.dial(version)
	ack := c.connect(id, persistent(seconds))
	if ack.ReasonCode != 0 {
		b.t.Fatalf("CONNACK = %#x", ack.ReasonCode)
	}
	return c, ack.SessionPresent
}

func TestOfflineQueue(t *testing.T) {
	for _, version := range []byte{v3, v5} {
		b := start(t)
		sub, present := b.present(version, "sub", 3600)
		if present {
			t.Error("Session Present on the first connection")
		}
		sub.subscribe("t/#")
		sub.disconnect()
		pub := b.connect(v5, "pub", nil)
		for i := range 250 {
			pub.publish1("t/x", fmt.Sprint(i))
		}
		pub.publish(message{topic: "t/x", payload: "QoS 0 is not stored"})
		pub.quiet()
		sub, present = b.present(version, "sub", 3600)
		if !present {
			t.Error("no Session Present on the second connection")
		}
		for i := range 250 {
			if pk := sub.want("t/x", fmt.Sprint(i)); pk.FixedHeader.Dup {
				t.Errorf("message %d has DUP on its first delivery", i)
			}
		}
		pub.publish1("t/x", "live")
		sub.want("t/x", "live")
		sub.disconnect()
		sub, _ = b.present(version, "sub", 3600)
		sub.quiet() // everything was acknowledged
		sub.disconnect()
		pub.disconnect()
		b.stop()
	}
}

// What was not acknowledged is sent again with the same packet identifier and DUP, in
// order, and what was acknowledged in between is not.
func TestRedelivery(t *testing.T) {
	b := start(t)
	sub, _ := b.present(v5, "sub", 3600)
	sub.subscribe("t")
	pub := b.connect(v5, "pub", nil)
	for i := range 4 {
		pub.publish1("t", fmt.Sprint(i))
	}
	var ids []uint16
	for range 4 {
		ids = append(ids, sub.expect(3).PacketID)
	}
	sub.ack(ids[1])
	sub.disconnect()
	pub.publish1("t", "4")
	sub, _ = b.present(v5, "sub", 3600)
	for _, i := range []int{0, 2, 3} {
		pk := sub.want("t", fmt.Sprint(i))
		if pk.PacketID != ids[i] || !pk.FixedHeader.Dup {
			t.Errorf("message %d again: id %d dup %v, want %d with DUP", i, pk.PacketID, pk.FixedHeader.Dup, ids[i])
		}
	}
	if pk := sub.want("t", "4"); pk.FixedHeader.Dup {
		t.Error("a new message has DUP")
	}
	sub.quiet()
}

// No more messages are unacknowledged than the client takes.
func TestOutboundWindow(t *testing.T) {
	b := start(t)
	for _, tt := range []struct {
		id     string
		change func(*packets.Packet)
		window int
	}{
		{"asks for three", func(pk *packets.Packet) { pk.Properties.ReceiveMaximum = 3 }, 3},
		{"asks for more than there are", func(pk *packets.Packet) { pk.Properties.ReceiveMaximum = 500 }, 100},
		{"says nothing", nil, 100},
	} {
		t.Run(tt.id, func(t *testing.T) {
			sub := b.connect(v5, tt.id, tt.change)
			sub.subscribe("t")
			pub := b.connect(v5, "pub", nil)
			for i := range tt.window + 2 {
				pub.publish1("t", fmt.Sprint(i))
			}
			var first uint16
			for i := range tt.window {
				pk := sub.expect(3)
				if i == 0 {
					first = pk.PacketID
				}
			}
			sub.quiet()
			sub.ack(first)
			sub.expect(3)
			sub.quiet()
			sub.nc.Close()
		})
	}
}

func TestCleanStartDropsTheSession(t *testing.T) {
	b := start(t)
	pub := b.connect(v5, "pub", nil)
	for _, version := range []byte{v3, v5} {
		sub, _ := b.present(version, "sub", 3600)
		sub.subscribe("t")
		sub.disconnect()
		pub.publish1("t", "stored")
		b.connect(version, "sub", nil).disconnect() // clean
		sub, present := b.present(version, "sub", 3600)
		if present {
			t.Errorf("version %d: Session Present after a clean start", version)
		}
		pub.publish1("t", "no subscription is left")
		sub.quiet()
		b.connect(version, "sub", nil).disconnect()
	}
}

// A session belongs to one version of MQTT.
func TestSessionOfTheOtherVersion(t *testing.T) {
	b := start(t)
	for _, v := range []struct{ first, second byte }{{v3, v5}, {v5, v3}} {
		id := fmt.Sprint("c", v.first)
		c, _ := b.present(v.first, id, 3600)
		c.subscribe("t")
		c.disconnect()
		c, present := b.present(v.second, id, 3600)
		if present {
			t.Errorf("a session of version %d is resumed by version %d", v.first, v.second)
		}
		c.disconnect()
		if c, present = b.present(v.first, id, 3600); present {
			t.Errorf("the session of version %d survived a connection of version %d", v.first, v.second)
		}
		c.disconnect()
	}
}

func TestSessionExpiry(t *testing.T) {
	tests := []struct {
		name    string
		version byte
		asked   uint32
		lives   time.Duration
	}{
		{"MQTT 3.1.1 lives an hour", v3, 0, time.Hour},
		{"MQTT 5 lives as long as it asks", v5, 90, 90 * time.Second},
		{"above the maximum, here two hours", v5, 999_999, 2 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := start(t, limits(func(l *Limits) { l.SessionExpiryMax = 2 * time.Hour }))
				defer b.stop()
				for _, after := range []struct {
					wait time.Duration
					want bool
				}{{tt.lives - time.Second, true}, {tt.lives, false}} {
					c, _ := b.present(tt.version, "c", tt.asked)
					c.disconnect()
					synctest.Wait()
					time.Sleep(after.wait)
					synctest.Wait()
					c, present := b.present(tt.version, "c", tt.asked)
					if present != after.want {
						t.Errorf("after %v: Session Present = %v, want %v", after.wait, present, after.want)
					}
					c.disconnect()
				}
			})
		})
	}
}

// An expired session leaves nothing behind, also when nobody comes back.
func TestExpiredSessionIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t)
		defer b.stop()
		c, _ := b.present(v5, "c", 60)
		c.subscribe("t", "$share/g/t")
		c.disconnect()
		pub := b.connect(v5, "pub", nil)
		pub.publish1("t", "stored")
		time.Sleep(61 * time.Second)
		synctest.Wait()
		pub.publish1("t", "into the void")
		if n := b.s.sessions.count(); n != 1 {
			t.Errorf("%d sessions, want that of the publisher", n)
		}
		if n := b.s.index.Len(); n != 0 {
			t.Errorf("%d subscriptions are left", n)
		}
		queues, err := b.log.Queues("", "", 10)
		values, scanErr := b.log.Scan("", "", 10)
		if len(queues) != 0 || len(values) != 0 || err != nil || scanErr != nil {
			t.Errorf("queues %q, values %v, %v, %v are left", queues, values, err, scanErr)
		}
	})
}

func TestDisconnectChangesExpiry(t *testing.T) {
	disconnect := func(c *client, seconds uint32) {
		pk := packets.Packet{ProtocolVersion: v5, FixedHeader: packets.FixedHeader{Type: typeDisconnect}}
		pk.Properties.SessionExpiryInterval, pk.Properties.SessionExpiryIntervalFlag = seconds, true
		raw, _ := encode(&pk, (*packets.Packet).DisconnectEncode)
		c.write(raw)
	}
	b := start(t)
	c, _ := b.present(v5, "c", 3600)
	disconnect(c, 0)
	c.gone()
	c, present := b.present(v5, "c", 0)
	if present {
		t.Error("the session survived a DISCONNECT with expiry 0")
	}
	disconnect(c, 10)
	c.wantEnd(0x82)
}

func TestMessageExpiryInQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t)
		defer b.stop()
		sub, _ := b.present(v5, "sub", 3600)
		sub.subscribe("t")
		sub.disconnect()
		pub := b.connect(v5, "pub", nil)
		for _, seconds := range []uint32{10, 100, 0} {
			pub.publish1("t", fmt.Sprint(seconds), func(m *message) { m.props.MessageExpiryInterval = seconds })
		}
		pub.disconnect()
		time.Sleep(30 * time.Second)
		sub, _ = b.present(v5, "sub", 3600)
		if pk := sub.want("t", "100"); pk.Properties.MessageExpiryInterval != 70 {
			t.Errorf("expiry = %d, want the 70 s that are left", pk.Properties.MessageExpiryInterval)
		}
		sub.want("t", "0")
		sub.quiet()
		sub.disconnect()
	})
}

// Expiry 0 counts as 1 second, and values above a week are lowered.
func TestMessageExpiryIsClamped(t *testing.T) {
	b := start(t)
	c := b.connect(v5, "c", nil)
	for raw, want := range map[string]uint32{"\x00\x00\x00\x00": 1, "\x00\x09\x3a\x81": 604800, "\x00\x00\x00\x05": 5} {
		c.write([]byte("\x30\x09\x00\x01t\x05\x02" + raw))
		c.quiet()
		m := b.sink.messages[len(b.sink.messages)-1]
		if m.Properties.MessageExpiry == nil || *m.Properties.MessageExpiry != want {
			t.Errorf("expiry %x = %v, want %d", raw, m.Properties.MessageExpiry, want)
		}
	}
}

func TestResumeRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, func(o *Options) { o.Limits = StrictLimits() })
		defer b.stop()
		sub, _ := b.present(v5, "sub", 3600)
		sub.subscribe("t")
		sub.disconnect()
		pub := b.connect(v5, "pub", nil)
		for i := range 35 {
			pub.publish1("t", fmt.Sprint(i))
		}
		pub.disconnect()
		time.Sleep(time.Minute)
		begin := time.Now()
		sub, _ = b.present(v5, "sub", 3600)
		for i := range 35 {
			sub.want("t", fmt.Sprint(i))
		}
		if took := time.Since(begin); took < 3400*time.Millisecond || took > 3600*time.Millisecond {
			t.Errorf("35 stored messages took %v, want 3.4 s at 10/s", took)
		}
		sub.disconnect()
	})
}

// A client that does not read loses QoS 0 and keeps its QoS 1 in the durable queue,
// while memory stays bounded and others are not held up.
func TestSlowConsumer(t *testing.T) {
	b := start(t, limits(func(l *Limits) { l.OutputBytes, l.WaitingMessages = 64<<10, 10 }))
	slow, _ := b.present(v5, "slow", 3600)
	slow.subscribe("one")
	slow.write(slow.encodeSubscribe(nil, packets.Subscription{Filter: "zero", Qos: 0}))
	slow.expect(9)
	pub := b.connect(v5, "pub", nil)
	payload := strings.Repeat("x", 1000)
	const n = 500
	for i := range n {
		pub.publish(message{topic: "zero", payload: payload})
		pub.publish1("one", fmt.Sprint(i))
	}
	c := b.s.sessions.get("slow").conn.Load()
	c.out.mu.Lock()
	waiting := len(c.out.buf)
	c.out.mu.Unlock()
	if waiting > 70<<10 {
		t.Errorf("%d bytes wait for a client that does not read, want at most the limit", waiting)
	}
	if got := counterValue(t, b.s.metrics.dropSlow); got < n/2 {
		t.Errorf("%v messages counted as dropped, want most of %d", got, n)
	}
	zeros := 0
	for next := 0; next < n; {
		if pk := slow.receive(); pk.TopicName == "zero" {
			zeros++
		} else if want := fmt.Sprint(next); string(pk.Payload) != want {
			t.Fatalf("received %q, want %q", pk.Payload, want)
		} else {
			next++
		}
	}
	if zeros == 0 || zeros == n {
		t.Errorf("%d of %d QoS 0 messages arrived, want some and not all", zeros, n)
	}
}

// A session that is not persistent is bounded too; there the excess is dropped.
func TestSlowConsumerWithoutQueue(t *testing.T) {
	b := start(t, limits(func(l *Limits) { l.WaitingMessages = 10 }))
	slow := b.connect(v5, "slow", nil)
	slow.subscribe("one")
	pub := b.connect(v5, "pub", nil)
	for i := range 300 {
		pub.publish1("one", fmt.Sprint(i))
	}
	dropped := counterValue(t, b.s.metrics.dropSlow)
	if dropped < 100 {
		t.Errorf("%v messages counted as dropped, want all that fit neither window nor memory", dropped)
	}
	last := -1
	for range 300 - int(dropped) {
		var i int
		fmt.Sscan(string(slow.receive().Payload), &i)
		if i <= last {
			t.Fatalf("received %d after %d", i, last)
		}
		last = i
	}
	slow.quiet()
}

func TestQueueLimit(t *testing.T) {
	b := start(t, limits(func(l *Limits) { l.QueueMessages = 5 }))
	sub, _ := b.present(v5, "sub", 3600)
	sub.subscribe("t")
	sub.disconnect()
	pub := b.connect(v5, "pub", nil)
	for i := range 8 {
		pub.publish1("t", fmt.Sprint(i))
	}
	sub, _ = b.present(v5, "sub", 3600)
	for i := range 5 {
		sub.want("t", fmt.Sprint(i))
	}
	sub.quiet()
	if got := counterValue(t, b.s.metrics.dropQueueFull); got != 3 {
		t.Errorf("%v messages counted as dropped, want 3", got)
	}
	pub.publish1("t", "after")
	sub.want("t", "after")
}

// A device that begins a new long session with every connection leaves nothing of the
// old ones in memory.
func TestEndedSessionsLeaveNoAlarms(t *testing.T) {
	b := start(t)
	for range 20 {
		c := b.connect(v5, "flapping", func(pk *packets.Packet) {
			pk.Properties.SessionExpiryInterval, pk.Properties.SessionExpiryIntervalFlag = 86400, true
		})
		c.write([]byte{typeDisconnect << 4, 0})
		c.gone()
	}
	b.connect(v5, "flapping", nil) // begins once the last connection has let go, and ends its session
	b.s.alarms.mu.Lock()
	defer b.s.alarms.mu.Unlock()
	if got := len(b.s.alarms.queue); got != 0 {
		t.Errorf("%d alarms are set for sessions that ended, want none", got)
	}
}
