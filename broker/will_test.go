package broker

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

func withWill(change func(*packets.ConnectParams), more ...func(*packets.Packet)) func(*packets.Packet) {
	return func(pk *packets.Packet) {
		pk.Connect.WillFlag, pk.Connect.WillTopic, pk.Connect.WillPayload, pk.Connect.WillQos = true, "will", []byte("gone"), 1
		if change != nil {
			change(&pk.Connect)
		}
		for _, f := range more {
			f(pk)
		}
	}
}

// The will is published on every end but a DISCONNECT with reason 0.
func TestWillByEnding(t *testing.T) {
	tests := []struct {
		name string
		end  func(b *bench, c *client)
		want bool
	}{
		{"DISCONNECT", func(b *bench, c *client) { c.disconnect() }, false},
		{"DISCONNECT with will", func(b *bench, c *client) {
			if c.version == v5 {
				c.write([]byte{0xE0, 1, 4})
			}
			c.nc.Close()
		}, true},
		{"connection lost", func(b *bench, c *client) { c.nc.Close() }, true},
		{"protocol error", func(b *bench, c *client) { c.rawEndsOn("\x62\x02\x00\x01", 0x82) }, true},
		{"takeover", func(b *bench, c *client) {
			go c.gone()
			b.connect(c.version, "c", nil)
		}, true},
	}
	for _, tt := range tests {
		for _, version := range []byte{v3, v5} {
			t.Run(tt.name, func(t *testing.T) {
				b := start(t)
				sub := b.connect(v5, "sub", nil)
				sub.subscribe("will", "done")
				tt.end(b, b.connect(version, "c", withWill(nil)))
				if tt.want {
					sub.want("will", "gone")
				} else {
					sub.quiet()
				}
				b.connect(v5, "pub", nil).publish1("done", "")
				sub.want("done", "")
			})
		}
	}
}

func TestWillOnKeepAliveTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t)
		defer b.stop()
		sub := b.connect(v5, "sub", nil)
		sub.subscribe("will")
		c := b.connect(v3, "c", withWill(nil, func(pk *packets.Packet) { pk.Connect.Keepalive = 30 }))
		time.Sleep(46 * time.Second)
		sub.want("will", "gone")
		sub.disconnect()
		c.gone()
	})
}

func TestWillOnShutdown(t *testing.T) {
	b := start(t)
	c := b.connect(v5, "c", withWill(nil))
	go c.gone()
	b.stop()
	if got := b.sink.topics(); len(got) != 1 || got[0] != "will" {
		t.Errorf("sink saw %q, want the will", got)
	}
}

func TestWillKeepsItsProperties(t *testing.T) {
	b := start(t)
	sub := b.connect(v5, "sub", nil)
	sub.subscribe("will")
	c := b.connect(v5, "c", withWill(func(p *packets.ConnectParams) {
		p.WillRetain = true
		p.WillProperties = packets.Properties{PayloadFormat: 1, PayloadFormatFlag: true, ContentType: "text/plain", ResponseTopic: "re",
			CorrelationData: []byte("corr"), MessageExpiryInterval: 90, User: []packets.UserProperty{{Key: "k", Val: "v"}}}
	}))
	c.nc.Close()
	p := sub.want("will", "gone").Properties
	if p.PayloadFormat != 1 || p.ContentType != "text/plain" || p.ResponseTopic != "re" || string(p.CorrelationData) != "corr" ||
		p.MessageExpiryInterval < 89 || len(p.User) != 1 || p.User[0].Val != "v" {
		t.Errorf("properties of the will = %+v, want all that CONNECT gave", p)
	}
	sub.unsubscribe("will")
	sub.subscribe("will")
	if !sub.want("will", "gone").FixedHeader.Retain {
		t.Error("a will with Will Retain is not retained")
	}
}

func TestEmptyWillPayload(t *testing.T) {
	b := start(t)
	sub := b.connect(v3, "sub", nil)
	sub.subscribe("will")
	b.connect(v3, "c", withWill(func(p *packets.ConnectParams) { p.WillPayload = nil })).nc.Close()
	sub.want("will", "")
}

// The will waits for its delay or the end of the session, whichever comes first, and
// not at all when the client is back in time.
func TestWillDelay(t *testing.T) {
	tests := []struct {
		name          string
		delay, expiry uint32
		back          time.Duration // when the client returns; 0 is never
		want          time.Duration // when the will is published; 0 is never
	}{
		{"delay within the session", 20, 60, 0, 20 * time.Second},
		{"session ends first", 60, 20, 0, 20 * time.Second},
		{"no session to wait in", 60, 0, 0, time.Nanosecond},
		{"back in time", 20, 60, 10 * time.Second, 0},
		{"back too late", 20, 60, 30 * time.Second, 20 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := start(t)
				defer b.stop()
				sub := b.connect(v5, "sub", func(pk *packets.Packet) { pk.Connect.Keepalive = 1200 })
				sub.subscribe("will")
				b.connect(v5, "c", withWill(func(p *packets.ConnectParams) { p.WillProperties.WillDelayInterval = tt.delay }, persistent(tt.expiry))).nc.Close()
				synctest.Wait()
				lost := time.Now()
				if tt.back > 0 {
					time.AfterFunc(tt.back, func() { b.present(v5, "c", tt.expiry) })
				}
				pk, err := sub.read(100 * time.Second)
				if tt.want == 0 {
					if err == nil {
						t.Errorf("will %q after %v, want none", pk.Payload, time.Since(lost))
					}
					return
				}
				if err != nil || time.Since(lost).Truncate(time.Second) != tt.want.Truncate(time.Second) {
					t.Errorf("read = %v after %v, want the will after %v", err, time.Since(lost), tt.want)
				}
			})
		})
	}
}
