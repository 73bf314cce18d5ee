package broker

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/mochi-mqtt/server/v2/packets"

	"tidemark/fault"
	"tidemark/internal/seqlog"
)

func retain(m *message) { m.retain = true }

// Only a subscription to the very topic gets the retained message.
func TestRetainedNeedsExactFilter(t *testing.T) {
	b := start(t)
	pub := b.connect(v5, "pub", nil)
	pub.publish1("a/b", "kept", retain)
	for _, version := range []byte{v3, v5} {
		c := b.connect(version, "c", nil)
		for _, filter := range []string{"a/+", "#", "a/#", "$share/g/a/b"} {
			c.subscribe(filter)
			c.quiet()
			c.unsubscribe(filter)
		}
		c.subscribe("a/b")
		if pk := c.want("a/b", "kept"); !pk.FixedHeader.Retain || pk.FixedHeader.Qos != 1 {
			t.Errorf("version %d: retain %v, QoS %d, want a retained message at QoS 1", version, pk.FixedHeader.Retain, pk.FixedHeader.Qos)
		}
		pub.publish1("a/b", "kept", retain)
		if pk := c.want("a/b", "kept"); pk.FixedHeader.Retain {
			t.Errorf("version %d: a live delivery has RETAIN", version)
		}
		c.disconnect()
	}
}

func TestRetainedReplaceAndClear(t *testing.T) {
	b := start(t)
	c := b.connect(v5, "c", nil)
	c.publish(message{topic: "t", payload: "one", retain: true})
	c.publish(message{topic: "t", payload: "two", retain: true})
	c.subscribe("t")
	c.want("t", "two")
	c.publish(message{topic: "t", retain: true})
	c.want("t", "") // the clearing message is delivered, and not kept
	c.subscribe("t")
	c.quiet()
	if _, err := b.s.Retained("t"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Retained = %v, want not found", err)
	}
}

func TestRetainHandling(t *testing.T) {
	b := start(t)
	c := b.connect(v5, "c", nil)
	c.publish1("t", "kept", retain)
	subscribe := func(handling byte) {
		c.write(c.encodeSubscribe(nil, packets.Subscription{Filter: "t", Qos: 1, RetainHandling: handling, RetainAsPublished: true}))
		c.expect(9)
	}
	subscribe(2)
	c.quiet()
	subscribe(1) // it exists
	c.quiet()
	subscribe(0)
	c.want("t", "kept")
	c.unsubscribe("t")
	subscribe(1)
	c.want("t", "kept")
	b.connect(v5, "pub", nil).publish1("t", "live", retain)
	if pk := c.want("t", "live"); !pk.FixedHeader.Retain {
		t.Error("a live delivery with Retain As Published has no RETAIN")
	}
}

func TestRetainedExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t)
		defer b.stop()
		c := b.connect(v5, "c", func(pk *packets.Packet) { pk.Connect.Keepalive = 1200 })
		c.publish1("t", "kept", retain, func(m *message) { m.props.MessageExpiryInterval = 100 })
		time.Sleep(40 * time.Second)
		c.subscribe("t")
		if pk := c.want("t", "kept"); pk.Properties.MessageExpiryInterval != 60 {
			t.Errorf("expiry = %d, want the 60 s that are left", pk.Properties.MessageExpiryInterval)
		}
		time.Sleep(60 * time.Second)
		c.subscribe("t")
		c.quiet()
		if list, err := b.s.ListRetained("", 10); len(list) != 0 || err != nil {
			t.Errorf("ListRetained = %v, %v, want none", list, err)
		}
		c.disconnect()
	})
}

func TestRetainedLimit(t *testing.T) {
	b := start(t, limits(func(l *Limits) { l.RetainedMessages = 2 }))
	c := b.connect(v5, "c", nil)
	want := []byte{0, 0, 0x97, 0, 0, 0}
	for i, m := range []message{{topic: "a", payload: "1"}, {topic: "b", payload: "1"}, {topic: "c", payload: "1"}, {topic: "a", payload: "2"}, {topic: "b"}, {topic: "c", payload: "1"}} {
		if code := c.publish1(m.topic, m.payload, retain); code != want[i] {
			t.Errorf("retained publish %d to %q = %#x, want %#x", i, m.topic, code, want[i])
		}
	}
}

func TestListRetained(t *testing.T) {
	b := start(t)
	c := b.connect(v5, "c", nil)
	for i := range 7 {
		c.publish1(fmt.Sprint("t/", i), fmt.Sprint(i), retain)
	}
	var got string
	for after := ""; ; {
		page, err := b.s.ListRetained(after, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			got += r.Message.Topic + "=" + string(r.Message.Payload) + " "
			after = r.Message.Topic
		}
		if len(page) < 3 {
			break
		}
		got += "| "
	}
	if want := "t/0=0 t/1=1 t/2=2 | t/3=3 t/4=4 t/5=5 | t/6=6 "; got != want {
		t.Errorf("pages = %s, want %s", got, want)
	}
	r, err := b.s.Retained("t/3")
	if err != nil || string(r.Message.Payload) != "3" || r.Message.QoS != 1 || time.Since(r.Modified) > time.Minute {
		t.Errorf("Retained = %+v, %v", r, err)
	}
}

// fullDisk is a file system that has no room once full is set.
type fullDisk struct {
	vfs.FS
	full atomic.Bool
}

func (d *fullDisk) GetDiskUsage(string) (vfs.DiskUsage, error) {
	if d.full.Load() {
		return vfs.DiskUsage{}, nil
	}
	return vfs.DiskUsage{AvailBytes: 1 << 40}, nil
}

// A retained message that could not be stored does not count against the limit, however
// often its client tries.
func TestRetainedThatFailedDoesNotCount(t *testing.T) {
	disk := &fullDisk{FS: vfs.NewMem()}
	queues, err := seqlog.Open(seqlog.Options{Dir: "mqtt", FS: disk})
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, func(o *Options) { o.Queues = queues })
	t.Cleanup(func() {
		b.stop()
		queues.Close()
	})
	publish := func() error {
		done := make(chan error, 1)
		b.s.Publish(t.Context(), &Message{Topic: "a", Payload: []byte("x"), QoS: 1, Retain: true}, func(err error) { done <- err })
		return <-done
	}
	disk.full.Store(true)
	for range 3 {
		if err := publish(); err == nil {
			t.Fatal("a retained message was stored on a full disk")
		}
	}
	disk.full.Store(false)
	if err := publish(); err != nil {
		t.Fatal(err)
	}
	b.s.retained.mu.Lock()
	defer b.s.retained.mu.Unlock()
	if got := b.s.retained.count; got != 1 {
		t.Errorf("%d retained messages count after three that failed and one that did not, want 1", got)
	}
}
