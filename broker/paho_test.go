package broker

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// listen serves TCP, TLS when cfg is given, and returns the address.
func (b *bench) listen(cfg *tls.Config) string {
	b.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	if cfg != nil {
		ln = tls.NewListener(ln, cfg)
	}
	addr := ln.Addr().String()
	served := make(chan error, 1)
	go func() { served <- b.s.ServeListener(context.Background(), ln) }()
	b.t.Cleanup(func() {
		b.stop()
		if err := <-served; err != nil {
			b.t.Errorf("ServeListener: %v", err)
		}
	})
	return addr
}

func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, ClientAuth: tls.RequestClientCert}, pool
}

func pahoOld(t *testing.T, broker, id string, change func(*mqtt.ClientOptions)) mqtt.Client {
	t.Helper()
	o := mqtt.NewClientOptions().AddBroker(broker).SetClientID(id).SetProtocolVersion(4).SetAutoReconnect(false)
	if change != nil {
		change(o)
	}
	c := mqtt.NewClient(o)
	await(t, c.Connect())
	return c
}

func await(t *testing.T, token mqtt.Token) {
	t.Helper()
	if !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatalf("MQTT operation: %v", token.Error())
	}
}

// The common path of both client libraries over TCP, TLS and WebSocket.
func TestPahoOld(t *testing.T) {
	cfg, pool := certificate(t)
	g := new(gatekeeper)
	b := start(t, func(o *Options) { o.Auth = g })
	web := httptest.NewServer(b.s.WebSocket())
	defer web.Close()
	tests := []struct {
		name, broker string
		tls, http    bool
	}{
		{"tcp", "tcp://" + b.listen(nil), false, false},
		{"tls", "ssl://" + b.listen(cfg), true, false},
		{"websocket", "ws" + strings.TrimPrefix(web.URL, "http") + "/mqtt", false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := pahoOld(t, tt.broker, "paho-"+tt.name, func(o *mqtt.ClientOptions) { o.SetTLSConfig(&tls.Config{RootCAs: pool}) })
			if (g.seen.TLS != nil) != tt.tls || (g.seen.HTTP != nil) != tt.http {
				t.Errorf("login has TLS %v, HTTP %v, want %v, %v", g.seen.TLS != nil, g.seen.HTTP != nil, tt.tls, tt.http)
			}
			got := make(chan string, 100)
			await(t, c.Subscribe("dt/+/x", 1, func(_ mqtt.Client, m mqtt.Message) { got <- string(m.Payload()) }))
			for _, payload := range []string{"1", "2", strings.Repeat("x", 131072)} {
				await(t, c.Publish("dt/a/x", 1, false, payload))
				select {
				case p := <-got:
					if p != payload {
						t.Errorf("received %d bytes, want %d", len(p), len(payload))
					}
				case <-time.After(patience):
					t.Fatal("nothing received")
				}
			}
			await(t, c.Unsubscribe("dt/+/x"))
			c.Disconnect(100)
		})
	}
}

func TestPahoOldPersistentSession(t *testing.T) {
	b := start(t)
	addr := "tcp://" + b.listen(nil)
	got := make(chan string, 1000)
	session := func(o *mqtt.ClientOptions) {
		o.SetCleanSession(false)
		o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { got <- string(m.Payload()) })
	}
	sub := pahoOld(t, addr, "sub", session)
	await(t, sub.Subscribe("t", 1, nil))
	sub.Disconnect(100)
	pub := pahoOld(t, addr, "pub", nil)
	var want []string
	for i := range 300 {
		want = append(want, strings.Repeat("m", i))
		await(t, pub.Publish("t", 1, false, want[i]))
	}
	sub = pahoOld(t, addr, "sub", session)
	var order []string
	for range want {
		select {
		case p := <-got:
			order = append(order, p)
		case <-time.After(patience):
			t.Fatalf("received %d of %d", len(order), len(want))
		}
	}
	if !slices.Equal(order, want) {
		t.Error("the stored messages came in another order")
	}
	sub.Disconnect(100)
	pub.Disconnect(100)
}

func TestPahoNew(t *testing.T) {
	b := start(t)
	u, err := url.Parse("mqtt://" + b.listen(nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	got := make(chan *paho.Publish, 10)
	c, err := autopaho.NewConnection(ctx, autopaho.ClientConfig{
		ServerUrls: []*url.URL{u}, KeepAlive: 60, CleanStartOnInitialConnection: true, SessionExpiryInterval: 60,
		ClientConfig: paho.ClientConfig{ClientID: "new", OnPublishReceived: []func(paho.PublishReceived) (bool, error){
			func(r paho.PublishReceived) (bool, error) { got <- r.Packet; return true, nil }}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AwaitConnection(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "t/#", QoS: 1}}}); err != nil {
		t.Fatal(err)
	}
	ack, err := c.Publish(ctx, &paho.Publish{Topic: "t/x", QoS: 1, Payload: []byte("hello"),
		Properties: &paho.PublishProperties{ContentType: "text/plain", User: paho.UserProperties{{Key: "k", Value: "v"}}}})
	if err != nil || ack.ReasonCode != 0 {
		t.Fatalf("Publish = %+v, %v", ack, err)
	}
	select {
	case m := <-got:
		if string(m.Payload) != "hello" || m.Properties.ContentType != "text/plain" || m.Properties.User.Get("k") != "v" {
			t.Errorf("received %+v", m)
		}
	case <-ctx.Done():
		t.Fatal("nothing received")
	}
	if err := c.Disconnect(ctx); err != nil {
		t.Errorf("Disconnect: %v", err)
	}
}

// AWS device clients publish from many goroutines at once.
func TestPahoManyClients(t *testing.T) {
	b := start(t)
	addr := "tcp://" + b.listen(nil)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			id := "device-" + string(rune('a'+i))
			c := pahoOld(t, addr, id, nil)
			for range 50 {
				await(t, c.Publish("dt/"+id, 1, false, "x"))
			}
			c.Disconnect(100)
		})
	}
	wg.Wait()
	if n := len(b.sink.topics()); n != 1000 {
		t.Errorf("the sink has %d messages, want 1000", n)
	}
}

func TestWebSocketRefusals(t *testing.T) {
	b := start(t)
	web := httptest.NewServer(b.s.WebSocket())
	defer web.Close()
	for _, protocols := range [][]string{nil, {"graphql-ws"}} {
		_, resp, err := websocket.Dial(t.Context(), web.URL, &websocket.DialOptions{Subprotocols: protocols})
		if err == nil || resp == nil || resp.StatusCode != http.StatusBadRequest {
			t.Errorf("Dial with %q = %v, %v, want status 400", protocols, resp, err)
		}
	}
}

// A close frame is a DISCONNECT, a lost WebSocket is not; packets may be cut anywhere.
func TestWebSocketEndings(t *testing.T) {
	b := start(t)
	web := httptest.NewServer(b.s.WebSocket())
	defer web.Close()
	sub := b.connect(v5, "sub", nil)
	sub.subscribe("will")
	dial := func(id string) *websocket.Conn {
		ws, _, err := websocket.Dial(t.Context(), web.URL, &websocket.DialOptions{Subprotocols: []string{"mqtt"}})
		if err != nil {
			t.Fatal(err)
		}
		if ws.Subprotocol() != "mqtt" {
			t.Errorf("subprotocol = %q, want mqtt", ws.Subprotocol())
		}
		for _, one := range connectPacket(v3, id, withWill(nil)) {
			if err := ws.Write(t.Context(), websocket.MessageBinary, []byte{one}); err != nil {
				t.Fatal(err)
			}
		}
		if _, ack, err := ws.Read(t.Context()); err != nil || string(ack) != "\x20\x02\x00\x00" {
			t.Fatalf("CONNACK = %x, %v", ack, err)
		}
		return ws
	}
	dial("polite").Close(websocket.StatusNormalClosure, "")
	sub.quiet()
	dial("rude").CloseNow()
	sub.want("will", "gone")
	text := dial("text")
	if err := text.Write(t.Context(), websocket.MessageText, []byte("\xc0\x00")); err != nil {
		t.Fatal(err)
	}
	sub.want("will", "gone") // text frames are an error
}
