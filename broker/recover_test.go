package broker

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/mochi-mqtt/server/v2/packets"
)

// powerLoss returns a broker over what the disk holds of b at this moment, as if power
// had gone: with part of what was never synced.
func (b *bench) powerLoss(rng *rand.Rand, change ...func(*Options)) *bench {
	b.t.Helper()
	return startOn(b.t, b.fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rng}), change...)
}

func TestRestartKeepsSessions(t *testing.T) {
	fs := vfs.NewMem()
	b := startOn(t, fs)
	sub, _ := b.present(v5, "sub", 3600)
	sub.subscribe("t", "$share/g/s")
	sub.write(sub.encodeSubscribe(nil, packets.Subscription{Filter: "zero", Qos: 0, NoLocal: true, RetainAsPublished: true}))
	sub.expect(9)
	sub.disconnect()
	old, _ := b.present(v3, "old", 0)
	old.subscribe("t")
	old.disconnect()
	pub := b.connect(v5, "pub", nil)
	pub.publish1("t", "stored", func(m *message) { m.props.ContentType = "text/plain" })
	pub.publish1("s", "shared")
	pub.publish1("kept", "retained", retain)
	pub.disconnect()
	b.stop()

	b = startOn(t, fs)
	sub, present := b.present(v5, "sub", 3600)
	if !present {
		t.Fatal("the session did not survive a restart")
	}
	if pk := sub.want("t", "stored"); pk.Properties.ContentType != "text/plain" {
		t.Errorf("content type = %q, want it kept", pk.Properties.ContentType)
	}
	sub.want("s", "shared")
	sub.publish(message{topic: "zero", payload: "no local"})
	sub.quiet()
	pub = b.connect(v5, "pub", nil)
	pub.publish(message{topic: "zero", payload: "x", retain: true})
	if pk := sub.want("zero", "x"); pk.FixedHeader.Qos != 0 || !pk.FixedHeader.Retain {
		t.Errorf("QoS %d, retain %v, want the options of before the restart", pk.FixedHeader.Qos, pk.FixedHeader.Retain)
	}
	pub.subscribe("kept")
	pub.want("kept", "retained")
	old, present = b.present(v3, "old", 0)
	if !present {
		t.Error("the MQTT 3.1.1 session did not survive a restart")
	}
	old.want("t", "stored")
	for _, c := range []*client{sub, pub, old} {
		c.disconnect()
	}
}

// A message that was sent and not acknowledged before a crash has the same packet
// identifier after it.
func TestCrashKeepsPacketIdentifiers(t *testing.T) {
	b := start(t)
	sub, _ := b.present(v5, "sub", 3600)
	sub.subscribe("t")
	pub := b.connect(v5, "pub", nil)
	for i := range 3 {
		pub.publish1("t", fmt.Sprint(i))
	}
	var ids []uint16
	for range 3 {
		ids = append(ids, sub.expect(3).PacketID)
	}
	after := b.powerLoss(rand.New(rand.NewPCG(1, 1)))
	sub, present := after.present(v5, "sub", 3600)
	if !present {
		t.Fatal("the session of a connected client did not survive a crash")
	}
	for i := range 3 {
		if pk := sub.want("t", fmt.Sprint(i)); pk.PacketID != ids[i] || !pk.FixedHeader.Dup {
			t.Errorf("message %d: id %d dup %v, want %d with DUP", i, pk.PacketID, pk.FixedHeader.Dup, ids[i])
		}
	}
}

// Whatever was acknowledged to a publisher reaches the subscriber, connected or away,
// in order, over power losses at any moment.
func TestCrashKeepsAcknowledged(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 0))
		b := start(t)
		sub, _ := b.present(v5, "sub", 3600)
		sub.subscribe("t")
		if seed%2 == 0 {
			sub.disconnect()
		}
		pub := b.connect(v5, "pub", nil)
		acked := rng.IntN(40)
		for i := range acked {
			pub.publish1("t", fmt.Sprint(i), func(m *message) { m.retain = seed%3 == 0 })
		}
		for i := range rng.IntN(5) { // on their way when power goes
			pub.publish(message{topic: "t", payload: "unacknowledged", qos: 1, id: uint16(i) + 100})
		}
		after := b.powerLoss(rng)
		checkRecovered(t, seed, after, acked, seed%3 == 0)
		after.stop()
		sub.nc.Close()
		pub.nc.Close()
		b.stop()
	}
}

func checkRecovered(t *testing.T, seed uint64, b *bench, acked int, kept bool) {
	t.Helper()
	sub, present := b.present(v5, "sub", 3600)
	if !present {
		t.Fatalf("seed %d: the session is gone", seed)
	}
	var got []string
	for i := range acked {
		pk := sub.receive()
		got = append(got, fmt.Sprintf("%s(%d %v)", pk.Payload, pk.PacketID, pk.FixedHeader.Dup))
		if string(pk.Payload) != fmt.Sprint(i) {
			t.Fatalf("seed %d: received %v of %d acknowledged messages", seed, got, acked)
		}
	}
	if r, err := b.s.Retained("t"); kept && acked > 0 && (err != nil || string(r.Message.Payload) != fmt.Sprint(acked-1) && string(r.Message.Payload) != "unacknowledged") {
		t.Errorf("seed %d: Retained = %v, %v, want the last of %d", seed, r, err, acked)
	}
	sub.nc.Close()
}

// Time goes on while the broker is down, and a client that was connected at a crash
// counts as disconnected when the broker is back.
func TestExpiryOverRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t)
		defer b.stop()
		gone, _ := b.present(v5, "gone", 100)
		gone.disconnect()
		b.present(v5, "connected", 100)
		synctest.Wait()
		after := b.powerLoss(rand.New(rand.NewPCG(1, 1)))
		defer after.stop()
		time.Sleep(101 * time.Second)
		synctest.Wait()
		if n := after.s.sessions.count(); n != 0 {
			t.Errorf("%d sessions, want none after their expiry", n)
		}
		b.stop() // the original: its clock went on as well
		later := startOn(t, b.fs)
		defer later.stop()
		if c, present := later.present(v5, "gone", 100); present {
			t.Error("a session is there after its expiry")
		} else {
			c.disconnect()
		}
	})
}

func TestWillOverCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t)
		defer b.stop()
		b.connect(v5, "c", withWill(func(p *packets.ConnectParams) { p.WillProperties.WillDelayInterval = 10 }, persistent(60)))
		synctest.Wait()
		after := b.powerLoss(rand.New(rand.NewPCG(1, 1)))
		defer after.stop()
		sub := after.connect(v5, "sub", nil)
		sub.subscribe("will")
		begin := time.Now()
		if pk, err := sub.read(time.Minute); err != nil || pk.TopicName != "will" {
			t.Fatalf("read = %v, %v, want the will", pk, err)
		}
		if waited := time.Since(begin).Round(time.Second); waited != 10*time.Second {
			t.Errorf("the will of a client lost in a crash came after %v, want 10 s", waited)
		}
		sub.disconnect()
	})
}

func TestShutdownAcknowledgesWhatWasAccepted(t *testing.T) {
	b := start(t)
	c, old := b.connect(v5, "new", nil), b.connect(v3, "old", nil)
	b.sink.mu.Lock()
	b.sink.hold = true
	b.sink.mu.Unlock()
	for _, x := range []*client{c, old} {
		x.publish(message{topic: "t", qos: 1, id: 5})
		x.quiet()
	}
	stopped := make(chan struct{})
	go func() { defer close(stopped); b.stop() }()
	<-b.s.accepting.Done()
	near := b.dial(v3)
	near.nc.SetWriteDeadline(time.Now().Add(time.Second))
	if _, err := near.nc.Write([]byte{0}); err == nil {
		t.Error("a connection is taken during shutdown")
	}
	for _, done := range b.sink.take() {
		done(nil)
	}
	if ack := c.expect(4); ack.PacketID != 5 || ack.ReasonCode != 0 {
		t.Errorf("PUBACK = %d %#x, want 5 with success", ack.PacketID, ack.ReasonCode)
	}
	c.wantEnd(0x8B)
	old.expect(4)
	old.wantEnd(0)
	<-stopped
}
