package fleet

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
)

// inbox is a hook that keeps what a broker accepted.
type inbox struct {
	mochi.HookBase
	mu       sync.Mutex
	messages map[string][][]byte // by topic
	versions map[byte]int
}

func (*inbox) ID() string { return "inbox" }

func (*inbox) Provides(b byte) bool { return b == mochi.OnPublished || b == mochi.OnConnect }

func (h *inbox) OnPublished(_ *mochi.Client, p packets.Packet) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.messages[p.TopicName] = append(h.messages[p.TopicName], p.Payload)
}

func (h *inbox) OnConnect(_ *mochi.Client, p packets.Packet) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.versions[p.ProtocolVersion]++
	return nil
}

// startBroker runs an independent broker that lets user "device" in with password
// "secret", and returns its address and what it receives.
func startBroker(t *testing.T, tlsConfig *tls.Config) (string, *inbox) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if tlsConfig != nil {
		l = tls.NewListener(l, tlsConfig)
	}
	server := mochi.New(&mochi.Options{Logger: slog.New(slog.DiscardHandler)})
	box := &inbox{messages: map[string][][]byte{}, versions: map[byte]int{}}
	ledger := &auth.Options{Ledger: &auth.Ledger{Auth: auth.AuthRules{{Username: "device", Password: "secret", Allow: true}}}}
	for _, err := range []error{server.AddHook(new(auth.Hook), ledger), server.AddHook(box, nil), server.AddListener(listeners.NewNet("test", l)), server.Serve()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = server.Close() })
	return address, box
}

// brokerAt returns the options of devices that may come in.
func brokerAt(scheme, address string) Broker {
	return Broker{URL: scheme + "://" + address, Username: "device", Password: "secret"}
}

// Devices of both versions bring every message to a broker that is not ours, exactly
// once, through disconnects.
func TestRunAgainstABroker(t *testing.T) {
	address, box := startBroker(t, nil)
	b := brokerAt("mqtt", address)
	sum, err := Run(t.Context(), Options{
		Broker: b, Devices: 6, Interval: 10 * time.Millisecond, Messages: 40, Stagger: 50 * time.Millisecond,
		Faults: Faults{Disconnect: 0.03}, Seed: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Acknowledged != 240 || sum.Failed != 0 || sum.Connected != 0 || sum.Faults.Disconnects == 0 {
		t.Errorf("summary:\n%swant 6 devices of 40 messages acknowledged, some disconnects, none connected", sum)
	}
	box.mu.Lock()
	defer box.mu.Unlock()
	if box.versions[4] == 0 || box.versions[5] == 0 {
		t.Errorf("connections by protocol level: %v, want some of 4 and of 5", box.versions)
	}
	for _, d := range sum.PerDevice {
		if got := sequences(t, box.messages["dt/sensor/"+d.ID]); got != 40 {
			t.Errorf("%s brought %d different readings, want 40", d.ID, got)
		}
	}
}

// sequences counts the different sequence numbers in some payloads.
func sequences(t *testing.T, payloads [][]byte) int {
	t.Helper()
	seen := map[int]bool{}
	for _, p := range payloads {
		var m struct {
			N int `json:"measurementSequenceNumber"`
		}
		if err := json.Unmarshal(p, &m); err != nil {
			t.Fatalf("payload %s: %v", p, err)
		}
		seen[m.N] = true
	}
	return len(seen)
}

func TestRunOverTLS(t *testing.T) {
	server, roots := selfSigned(t)
	address, _ := startBroker(t, server)
	b := brokerAt("mqtt", address)
	b.URL, b.TLS = "mqtts://"+address, &tls.Config{RootCAs: roots}
	sum, err := Run(t.Context(), Options{Broker: b, Devices: 2, Interval: time.Millisecond, Messages: 5, Stagger: -1})
	if err != nil || sum.Acknowledged != 10 {
		t.Errorf("Run = %d acknowledged, %v, want 10", sum.Acknowledged, err)
	}
	b.TLS = nil
	_, err = Run(t.Context(), Options{Broker: b, Devices: 2, For: 300 * time.Millisecond, Stagger: -1})
	if err == nil {
		t.Error("Run without the test's certificate authority = nil, want an error")
	}
}

func selfSigned(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, roots
}

func TestWrongPasswordIsNamed(t *testing.T) {
	address, _ := startBroker(t, nil)
	b := Broker{URL: "mqtt://" + address, Username: "device", Password: "guess"}
	for _, p := range []Protocol{V311, V5} {
		ctx, cancel := context.WithCancel(t.Context())
		sum, err := Run(ctx, Options{Broker: b, Protocol: p, Devices: 1, Every: 10 * time.Millisecond, Update: func(s Summary) {
			if s.LastError != "" {
				cancel()
			}
		}})
		cancel()
		if err == nil || sum.LastError == "" || sum.Connects != 0 {
			t.Errorf("protocol %d: Run = %v after %d connects, want an error with the broker's reason", p, err, sum.Connects)
		}
	}
}

func TestRunHost(t *testing.T) {
	address, box := startBroker(t, nil)
	b := brokerAt("mqtt", address)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	sum, err := RunHost(ctx, HostOptions{Broker: b, Name: "mill", Interval: 20 * time.Millisecond, Every: 10 * time.Millisecond, Update: func(s Summary) {
		if s.Acknowledged >= 2 {
			cancel()
		}
	}})
	if err != nil || sum.Acknowledged < 2 {
		t.Fatalf("RunHost = %d acknowledged, %v, want at least 2", sum.Acknowledged, err)
	}
	box.mu.Lock()
	defer box.mu.Unlock()
	payloads := box.messages["dt/host/mill"]
	if int64(len(payloads)) != sum.Acknowledged {
		t.Fatalf("broker has %d messages, want the %d acknowledged", len(payloads), sum.Acknowledged)
	}
	var m map[string]any
	if err := json.Unmarshal(payloads[1], &m); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cpu_usage_percent", "disk_usage_percent", "mem_usage_percent"} {
		if v, ok := m[name].(float64); !ok || v < 0 || v > 100 {
			t.Errorf("%s = %v, want a percentage", name, m[name])
		}
	}
	for _, name := range []string{"load_1m", "load_5m", "load_15m"} {
		if v, ok := m[name].(float64); !ok || v < 0 {
			t.Errorf("%s = %v, want a load", name, m[name])
		}
	}
	if m["host"] != "mill" || len(m) != 7 {
		t.Errorf("payload = %s, want host mill and six measures", payloads[1])
	}
}

func TestListenHearsWhatAClientPublishes(t *testing.T) {
	address, _ := startBroker(t, nil)
	b := brokerAt("mqtt", address)
	ctx, cancel := context.WithCancel(t.Context())
	ready, heard, ended := make(chan struct{}), make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- Listen(ctx, b, "ear", "news/#", func() { close(ready) }, func(topic string, payload []byte) { heard <- topic + " " + string(payload) })
	}()
	<-ready
	c, err := Dial(t.Context(), b, "mouth")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Publish(t.Context(), "news/today", []byte("sun")); err != nil {
		t.Fatal(err)
	}
	if got := <-heard; got != "news/today sun" {
		t.Errorf("heard %q, want news/today sun", got)
	}
	if err := errors.Join(c.Close(), c.Close()); err != nil {
		t.Errorf("Close = %v", err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Listen = %v, want nil when its context ends", err)
	}
}
