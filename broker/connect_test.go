package broker

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"tidemark/fault"
)

func TestConnackProperties(t *testing.T) {
	b := start(t)
	ack := b.dial(v5).connect("c", func(pk *packets.Packet) { pk.Connect.Keepalive = 120 })
	p := ack.Properties
	if p.ReceiveMaximum != 100 || p.MaximumQos != 1 || !p.MaximumQosFlag || p.RetainAvailable != 1 || p.MaximumPacketSize != 149504 ||
		p.TopicAliasMaximum != 8 || p.WildcardSubAvailable != 1 || !p.SubIDAvailableFlag || p.SubIDAvailable != 0 || p.SharedSubAvailable != 1 {
		t.Errorf("CONNACK properties = %+v, want those of AWS", p)
	}
	if p.AssignedClientID != "" || p.ServerKeepAliveFlag || p.SessionExpiryIntervalFlag {
		t.Errorf("CONNACK properties = %+v, want nothing that was not changed", p)
	}
}

func TestConnackTellsWhatWasChanged(t *testing.T) {
	tests := []struct {
		name   string
		change func(*packets.Packet)
		check  func(p packets.Properties) bool
	}{
		{"keep-alive 0", func(pk *packets.Packet) { pk.Connect.Keepalive = 0 },
			func(p packets.Properties) bool { return p.ServerKeepAliveFlag && p.ServerKeepAlive == 1200 }},
		{"keep-alive above the maximum", func(pk *packets.Packet) { pk.Connect.Keepalive = 1201 },
			func(p packets.Properties) bool { return p.ServerKeepAlive == 1200 }},
		{"keep-alive below the minimum", func(pk *packets.Packet) { pk.Connect.Keepalive = 1 },
			func(p packets.Properties) bool { return p.ServerKeepAlive == 30 }},
		{"session expiry above seven days", persistent(604801),
			func(p packets.Properties) bool {
				return p.SessionExpiryIntervalFlag && p.SessionExpiryInterval == 604800
			}},
		{"session expiry of seven days", persistent(604800),
			func(p packets.Properties) bool { return !p.SessionExpiryIntervalFlag }},
		{"no client id", func(pk *packets.Packet) { pk.Connect.ClientIdentifier = "" },
			func(p packets.Properties) bool { return len(p.AssignedClientID) == 36 }},
	}
	b := start(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := b.dial(v5)
			ack := c.connect("c", tt.change)
			if ack.ReasonCode != 0 || !tt.check(ack.Properties) {
				t.Errorf("CONNACK = %#x %+v", ack.ReasonCode, ack.Properties)
			}
			c.disconnect()
		})
	}
}

// A CONNECT that is not accepted is answered with a CONNACK, and for MQTT 3.1.1 only
// where AWS has one; 0 stands for none.
func TestConnectRefused(t *testing.T) {
	will := func(f func(*packets.ConnectParams)) func(*packets.Packet) {
		return func(pk *packets.Packet) {
			pk.Connect.WillFlag, pk.Connect.WillTopic, pk.Connect.WillPayload = true, "w", []byte("x")
			f(&pk.Connect)
		}
	}
	tests := []struct {
		name     string
		id       string
		change   func(*packets.Packet)
		old, new byte
	}{
		{"client id of 129 bytes", strings.Repeat("c", 129), nil, 2, 0x85},
		{"client id beginning with $", "$c", nil, 2, 0x85},
		{"will at QoS 2", "c", will(func(p *packets.ConnectParams) { p.WillQos = 2 }), 0, 0x9B},
		{"will topic with eight slashes", "c", will(func(p *packets.ConnectParams) { p.WillTopic = "1/2/3/4/5/6/7/8/9" }), 0, 0x90},
		{"will topic with a wildcard", "c", will(func(p *packets.ConnectParams) { p.WillTopic = "a/#" }), 0, 0x90},
		{"will on a reserved topic", "c", will(func(p *packets.ConnectParams) { p.WillTopic = "$SYS/x" }), 0, 0x87},
		{"retained will on Basic Ingest", "c", will(func(p *packets.ConnectParams) { p.WillTopic, p.WillRetain = "$aws/rules/R/x", true }), 0, 0x87},
		{"MQTT 5 with a maximum packet size of 511", "c", func(pk *packets.Packet) { pk.Properties.MaximumPacketSize = 511 }, 255, 0x80},
		{"enhanced authentication", "c", func(pk *packets.Packet) { pk.Properties.AuthenticationMethod = "SCRAM" }, 255, 0x8C},
	}
	b := start(t)
	for _, tt := range tests {
		for _, version := range []byte{v3, v5} {
			want := tt.new
			if version == v3 {
				want = tt.old
			}
			if want == 255 {
				continue // MQTT 3.1.1 has no such thing
			}
			t.Run(tt.name, func(t *testing.T) {
				c := b.dial(version)
				c.write(connectPacket(version, tt.id, tt.change))
				if want != 0 {
					if ack := c.expect(2); ack.ReasonCode != want {
						t.Errorf("version %d: CONNACK = %#x, want %#x", version, ack.ReasonCode, want)
					}
				}
				c.wantEnd(0)
			})
		}
	}
}

func TestConnectVersions(t *testing.T) {
	b := start(t)
	tests := []struct {
		name string
		raw  string
		want string // CONNACK
	}{
		{"MQTT 3.1", "\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01c", "\x20\x02\x00\x01"},
		{"level 6", "\x10\x0d\x00\x04MQTT\x06\x02\x00\x3c\x00\x01c", "\x20\x02\x00\x01"},
		{"empty id without clean session", "\x10\x0c\x00\x04MQTT\x04\x00\x00\x3c\x00\x00", "\x20\x02\x00\x02"},
		{"empty id with clean session", "\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00", "\x20\x02\x00\x00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := b.dial(v3)
			c.write([]byte(tt.raw))
			got := make([]byte, 4)
			c.nc.SetReadDeadline(time.Now().Add(patience))
			if _, err := c.r.Read(got); err != nil || string(got) != tt.want {
				t.Errorf("answer = %x, %v, want %x", got, err, tt.want)
			}
		})
	}
}

func TestFirstPacketMustBeConnect(t *testing.T) {
	b := start(t)
	for _, raw := range []string{"\xc0\x00", "GET / HTTP/1.1\r\n\r\n", "\x30\x05\x00\x01abc", "\x11\x00"} {
		c := b.dial(v3)
		c.write([]byte(raw)[:2])
		c.nc.SetWriteDeadline(time.Now().Add(time.Second))
		c.nc.Write([]byte(raw)[2:]) // the broker may have hung up already
		c.wantEnd(0)
	}
}

func TestSecondConnectEnds(t *testing.T) {
	b := start(t)
	for _, version := range []byte{v3, v5} {
		c := b.connect(version, "c", nil)
		c.write(connectPacket(version, "c", nil))
		c.wantEnd(0x82)
	}
}

// gatekeeper refuses with an error, and remembers what it was shown.
type gatekeeper struct {
	err  error
	seen Login
}

func (g *gatekeeper) Authenticate(_ context.Context, l Login) (string, error) {
	g.seen = l
	return "principal-1", g.err
}

func TestAuthentication(t *testing.T) {
	tests := []struct {
		name     string
		err      error
		old, new byte
	}{
		{"denied", fault.New(fault.Denied, "no"), 0, 0x87},
		{"wrong password", fault.New(fault.Invalid, "no"), 0, 0x86},
		{"starting", fault.New(fault.Unavailable, "no"), 3, 0x88},
		{"unclassified", errors.New("no"), 0, 0x87},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := start(t, func(o *Options) { o.Auth = &gatekeeper{err: tt.err} })
			for _, version := range []byte{v3, v5} {
				c := b.dial(version)
				c.write(connectPacket(version, "c", nil))
				want := tt.new
				if version == v3 {
					want = tt.old
				}
				if want != 0 {
					if ack := c.expect(2); ack.ReasonCode != want {
						t.Errorf("version %d: CONNACK = %#x, want %#x", version, ack.ReasonCode, want)
					}
				}
				c.wantEnd(0)
			}
		})
	}
}

func TestPrincipalTravels(t *testing.T) {
	g := new(gatekeeper)
	b := start(t, func(o *Options) { o.Auth = g })
	c := b.connect(v3, "c", func(pk *packets.Packet) {
		pk.Connect.UsernameFlag, pk.Connect.Username = true, []byte("user")
		pk.Connect.PasswordFlag, pk.Connect.Password = true, []byte("secret")
	})
	if g.seen.ClientID != "c" || g.seen.Username != "user" || string(g.seen.Password) != "secret" || g.seen.RemoteAddr == nil {
		t.Errorf("login = %+v, want what CONNECT says", g.seen)
	}
	c.publish1("t", "x")
	m := b.sink.messages[len(b.sink.messages)-1]
	if m.Source.ClientID != "c" || m.Source.Principal != "principal-1" || len(m.Source.TraceID) != 36 || m.Received.IsZero() {
		t.Errorf("source = %+v at %v, want client, principal, trace and time", m.Source, m.Received)
	}
}

func TestTakeover(t *testing.T) {
	b := start(t)
	for _, version := range []byte{v3, v5} {
		first := b.connect(version, "c", nil)
		ended := make(chan struct{})
		go func() { defer close(ended); first.wantEnd(0x8E) }()
		second := b.connect(version, "c", nil)
		<-ended
		second.quiet()
		second.disconnect()
	}
	b.stop()
	var reasons []string
	for _, e := range b.sink.events() {
		if strings.HasPrefix(e, "$aws/events/presence/disconnected/c ") {
			_, after, _ := strings.Cut(e, `"disconnectReason":"`)
			reason, _, _ := strings.Cut(after, `"`)
			reasons = append(reasons, reason)
		}
	}
	want := "DUPLICATE_CLIENTID CLIENT_INITIATED_DISCONNECT DUPLICATE_CLIENTID CLIENT_INITIATED_DISCONNECT"
	if got := strings.Join(reasons, " "); got != want {
		t.Errorf("disconnect reasons = %q, want %q", got, want)
	}
}

// The connected and disconnected events of one connection have the same number, which
// grows with every connection.
func TestLifecycleEvents(t *testing.T) {
	b := start(t)
	for range 2 {
		c := b.connect(v3, "c", nil)
		c.subscribe("a/b")
		c.unsubscribe("a/b")
		c.disconnect()
	}
	b.connect(v3, "no+events", nil).disconnect()
	b.stop()
	var got []string
	for _, e := range b.sink.events() {
		name, payload, _ := strings.Cut(e, " ")
		if strings.Contains(name, "no+events") {
			t.Errorf("event %s for a client id with a wildcard", name)
		}
		line := strings.TrimPrefix(name, "$aws/events/")
		for _, field := range []string{`"versionNumber":0`, `"versionNumber":1`, `"clientInitiatedDisconnect":true`, `"topics":["a/b"]`} {
			if strings.Contains(payload, field) {
				line += " " + field
			}
		}
		got = append(got, line)
	}
	var want []string
	for _, n := range []string{"0", "1"} {
		want = append(want, `presence/connected/c "versionNumber":`+n, `subscriptions/subscribed/c "topics":["a/b"]`,
			`subscriptions/unsubscribed/c "topics":["a/b"]`, `presence/disconnected/c "versionNumber":`+n+` "clientInitiatedDisconnect":true`)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("events:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestKeepAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t)
		defer b.stop()
		for _, version := range []byte{v3, v5} {
			c := b.connect(version, "c", func(pk *packets.Packet) { pk.Connect.Keepalive = 5 }) // counts as 30
			time.Sleep(44 * time.Second)
			c.quiet()
			begin := time.Now()
			pk, err := c.read(time.Hour)
			if version == v5 && (err != nil || pk.ReasonCode != 0x8D) {
				t.Errorf("read = %v, %v, want DISCONNECT 0x8D", pk, err)
			}
			if silent := time.Since(begin); silent < 45*time.Second || silent > 46*time.Second {
				t.Errorf("the connection ended after %v of silence, want 45 s", silent)
			}
		}
	})
}

func TestConnectWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t)
		defer b.stop()
		c := b.dial(v3)
		c.write([]byte{0x10})
		begin := time.Now()
		c.gone()
		if waited := time.Since(begin); waited > 10*time.Second {
			t.Errorf("half a CONNECT was waited for %v, want 10 s", waited)
		}
	})
}

// Whoever sends its CONNECT byte by byte gets no longer than others.
func TestConnectWaitOfATrickle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t)
		defer b.stop()
		c := b.dial(v3)
		begin := time.Now()
		for i, octet := range connectPacket(v3, "trickle", nil) {
			if _, err := c.nc.Write([]byte{octet}); err != nil {
				break
			}
			if i > 10 {
				t.Fatalf("a CONNECT is still read after %v, want 10 s", time.Since(begin))
			}
			time.Sleep(3 * time.Second)
		}
		if waited := time.Since(begin); waited > 15*time.Second {
			t.Errorf("a trickling CONNECT was read for %v, want 10 s", waited)
		}
	})
}

func TestConnectionLimit(t *testing.T) {
	b := start(t, limits(func(l *Limits) { l.Connections = 1 }))
	c := b.connect(v3, "c", nil)
	near, far := net.Pipe()
	b.s.ServeConn(t.Context(), far, ConnInfo{})
	if _, err := near.Write([]byte{0}); err == nil {
		t.Error("a connection above the limit is open")
	}
	c.quiet()
}
