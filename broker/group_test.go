package broker

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

func TestSharedSubscription(t *testing.T) {
	b := start(t)
	var members []*client
	for i := range 3 {
		c := b.connect([]byte{v3, v5, v5}[i], fmt.Sprint("m", i), nil)
		c.subscribe("$share/g/t/+")
		members = append(members, c)
	}
	plain := b.connect(v5, "plain", nil)
	plain.subscribe("t/+")
	other := b.connect(v5, "other", nil)
	other.subscribe("$share/h/t/+")
	pub := b.connect(v5, "pub", nil)
	const n = 60
	for i := range n {
		pub.publish1("t/x", fmt.Sprint(i))
		plain.want("t/x", fmt.Sprint(i))
		other.want("t/x", fmt.Sprint(i))
	}
	got, total := make([]int, len(members)), 0
	drain := func() {
		for i, c := range members {
			c.write([]byte{typePingreq << 4, 0})
			for pk := c.next(); pk.FixedHeader.Type == 3; pk = c.next() {
				c.ack(pk.PacketID)
				got[i], total = got[i]+1, total+1
			}
		}
	}
	for late := time.Now().Add(patience); total < n && time.Now().Before(late); {
		drain() // what the window held back comes after an acknowledgement
	}
	drain() // and nothing more
	for i := range members {
		if got[i] == 0 {
			t.Errorf("member %d got nothing of %d messages", i, n)
		}
	}
	if total != n {
		t.Errorf("the members got %d messages together, want %d", total, n)
	}
}

func (c *client) next() *packets.Packet {
	c.t.Helper()
	pk, err := c.read(patience)
	if err != nil {
		c.t.Fatalf("read: %v", err)
	}
	return pk
}

// Members that are away are passed over, and a group with nobody there keeps QoS 1 as
// long as a member has a persistent session.
func TestSharedQueue(t *testing.T) {
	b := start(t)
	away, _ := b.present(v5, "away", 3600)
	away.subscribe("$share/g/t")
	away.disconnect()
	here := b.connect(v5, "here", nil)
	here.subscribe("$share/g/t")
	pub := b.connect(v5, "pub", nil)
	for i := range 20 {
		pub.publish1("t", fmt.Sprint(i))
		here.want("t", fmt.Sprint(i))
	}
	here.disconnect()
	for i := range 250 {
		pub.publish1("t", fmt.Sprint(i))
	}
	pub.publish(message{topic: "t", payload: "QoS 0 is not stored"})
	pub.quiet()
	back, present := b.present(v5, "away", 3600)
	if !present {
		t.Fatal("the session of the member is gone")
	}
	for i := range 250 {
		back.want("t", fmt.Sprint(i))
	}
	pub.publish1("t", "live")
	back.want("t", "live")
	back.quiet()
}

// A queue is also drained by a member that is not persistent.
func TestSharedQueueToPassingMember(t *testing.T) {
	b := start(t)
	away, _ := b.present(v5, "away", 3600)
	away.subscribe("$share/g/t")
	away.disconnect()
	pub := b.connect(v5, "pub", nil)
	for i := range 5 {
		pub.publish1("t", fmt.Sprint(i))
	}
	here := b.connect(v5, "here", nil)
	here.subscribe("$share/g/t")
	for i := range 5 {
		here.want("t", fmt.Sprint(i))
	}
	back, _ := b.present(v5, "away", 3600)
	back.quiet()
}

func TestSharedGroupEnds(t *testing.T) {
	b := start(t)
	c, _ := b.present(v5, "c", 3600)
	c.subscribe("$share/g/t")
	c.disconnect()
	pub := b.connect(v5, "pub", nil)
	pub.publish1("t", "stored")
	c, _ = b.present(v5, "c", 3600)
	c.want("t", "stored")
	c.unsubscribe("$share/g/t")
	pub.publish1("t", "nobody")
	c.quiet()
	if n := len(b.s.groups.by); n != 0 || b.s.index.Len() != 0 {
		t.Errorf("%d groups and %d index entries are left", n, b.s.index.Len())
	}
}

func TestSharedLimits(t *testing.T) {
	b := start(t, limits(func(l *Limits) { l.SharedGroups, l.GroupMembers = 2, 1 }))
	c, d := b.connect(v5, "c", nil), b.connect(v5, "d", nil)
	if codes := c.subscribe("$share/g/1", "$share/g/2", "$share/g/3", "$share/g/1"); string(codes) != "\x01\x01\x97\x01" {
		t.Errorf("SUBACK = %x, want 01019701", codes)
	}
	if codes := d.subscribe("$share/g/1"); codes[0] != 0x97 {
		t.Errorf("SUBACK of a second member = %x, want 97", codes)
	}
}

func TestSharedMessageExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t)
		defer b.stop()
		c, _ := b.present(v5, "c", 3600)
		c.subscribe("$share/g/t")
		c.disconnect()
		pub := b.connect(v5, "pub", nil)
		pub.publish1("t", "short", func(m *message) { m.props.MessageExpiryInterval = 5 })
		pub.publish1("t", "long")
		pub.disconnect()
		time.Sleep(time.Minute)
		c, _ = b.present(v5, "c", 3600)
		c.want("t", "long")
		c.disconnect()
	})
}
