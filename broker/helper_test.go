package broker

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/mochi-mqtt/server/v2/packets"

	"tidemark/internal/seqlog"
)

// patience is how long a test waits for what must come: it only bounds a hang. It is
// shorter than the keep-alive time after which the broker itself ends a connection.
const patience = time.Minute

// recorder is a sink that remembers messages. While hold is set it keeps the done
// functions in place of calling them, except for lifecycle events.
type recorder struct {
	mu       sync.Mutex
	messages []*Message
	hold     bool
	held     []func(error)
	fail     error
}

func (r *recorder) Accept(_ context.Context, m *Message, done func(error)) {
	r.mu.Lock()
	r.messages = append(r.messages, m)
	if strings.HasPrefix(m.Topic, "$aws/events/") {
		r.mu.Unlock()
		done(nil)
		return
	}
	if r.hold {
		r.held = append(r.held, done)
		r.mu.Unlock()
		return
	}
	err := r.fail
	r.mu.Unlock()
	done(err)
}

// take returns what was held so far.
func (r *recorder) take() []func(error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	held := r.held
	r.held = nil
	return held
}

// topics returns the topics seen, without lifecycle events.
func (r *recorder) topics() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, m := range r.messages {
		if !strings.HasPrefix(m.Topic, "$aws/events/") {
			list = append(list, m.Topic)
		}
	}
	return list
}

func (r *recorder) events() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, m := range r.messages {
		if strings.HasPrefix(m.Topic, "$aws/events/") {
			list = append(list, m.Topic+" "+string(m.Payload))
		}
	}
	return list
}

// bench is a broker under test.
type bench struct {
	t    testing.TB
	s    *Server
	sink *recorder
	fs   *vfs.MemFS
	log  *seqlog.Log
	stop func() // ends Run and waits
}

func start(t testing.TB, change ...func(*Options)) *bench {
	t.Helper()
	return startOn(t, vfs.NewCrashableMem(), change...)
}

// startOn starts a broker over a file system that may have been through a crash.
func startOn(t testing.TB, fs *vfs.MemFS, change ...func(*Options)) *bench {
	t.Helper()
	queues, err := seqlog.Open(seqlog.Options{Dir: "mqtt", FS: fs})
	if err != nil {
		t.Fatalf("open queues: %v", err)
	}
	b := &bench{t: t, sink: new(recorder), fs: fs, log: queues}
	opt := Options{Queues: queues, Sink: b.sink, Auth: Anyone{}}
	for _, f := range change {
		f(&opt)
	}
	if b.s, err = Open(t.Context(), opt); err != nil {
		t.Fatalf("Open: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.s.Run(ctx) }()
	var once sync.Once
	b.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Run: %v", err)
			}
			if err := errors.Join(b.s.Close(), queues.Close()); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
	t.Cleanup(b.stop)
	return b
}

// limits returns a change of limits for start.
func limits(f func(*Limits)) func(*Options) {
	return func(o *Options) {
		o.Limits = DefaultLimits()
		f(&o.Limits)
	}
}

// client is a bare MQTT client that reads packets one by one.
type client struct {
	t       testing.TB
	nc      net.Conn
	r       *bufio.Reader
	version byte
}

// dial opens a connection through a pipe, so that tests may run on fake time.
func (b *bench) dial(version byte) *client {
	near, far := net.Pipe()
	go b.s.ServeConn(context.Background(), far, ConnInfo{})
	c := &client{t: b.t, nc: near, r: bufio.NewReader(near), version: version}
	b.t.Cleanup(func() { near.Close() })
	return c
}

// connect dials, connects and expects success. change may be nil.
func (b *bench) connect(version byte, id string, change func(*packets.Packet)) *client {
	b.t.Helper()
	c := b.dial(version)
	ack := c.connect(id, change)
	if ack.ReasonCode != 0 {
		b.t.Fatalf("CONNECT of %q = reason code %#x (%s), want success", id, ack.ReasonCode, ack.Properties.ReasonString)
	}
	return c
}

func connectPacket(version byte, id string, change func(*packets.Packet)) []byte {
	pk := packets.Packet{ProtocolVersion: version, FixedHeader: packets.FixedHeader{Type: typeConnect}, Mods: packets.Mods{AllowResponseInfo: true}}
	pk.Connect = packets.ConnectParams{ProtocolName: []byte("MQTT"), Clean: true, Keepalive: 60, ClientIdentifier: id}
	if change != nil {
		change(&pk)
	}
	raw, err := encode(&pk, (*packets.Packet).ConnectEncode)
	if err != nil {
		panic(err)
	}
	return raw
}

func (c *client) connect(id string, change func(*packets.Packet)) *packets.Packet {
	c.t.Helper()
	c.write(connectPacket(c.version, id, change))
	return c.expect(2)
}

// persistent asks for a session that outlives its connection.
func persistent(seconds uint32) func(*packets.Packet) {
	return func(pk *packets.Packet) {
		pk.Connect.Clean = false
		pk.Properties.SessionExpiryInterval, pk.Properties.SessionExpiryIntervalFlag = seconds, true
	}
}

func (c *client) write(raw []byte) {
	c.t.Helper()
	c.nc.SetWriteDeadline(time.Now().Add(patience))
	if _, err := c.nc.Write(raw); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

// read returns the next packet, or the error that ended the connection.
func (c *client) read(wait time.Duration) (*packets.Packet, error) {
	c.nc.SetReadDeadline(time.Now().Add(wait))
	header, err := c.r.ReadByte()
	if err != nil {
		return nil, err
	}
	n, _, err := packets.DecodeLength(c.r)
	if err != nil {
		return nil, err
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(c.r, body); err != nil {
		return nil, err
	}
	pk := &packets.Packet{ProtocolVersion: c.version}
	if err := pk.FixedHeader.Decode(header); err != nil {
		return nil, err
	}
	decoders := map[byte]func(*packets.Packet, []byte) error{
		2: (*packets.Packet).ConnackDecode, 3: (*packets.Packet).PublishDecode, 4: (*packets.Packet).PubackDecode,
		9: (*packets.Packet).SubackDecode, 11: (*packets.Packet).UnsubackDecode, 13: (*packets.Packet).PingrespDecode,
		14: (*packets.Packet).DisconnectDecode,
	}
	by := decoders[pk.FixedHeader.Type]
	if by == nil {
		return nil, fmt.Errorf("unexpected packet type %d", pk.FixedHeader.Type)
	}
	return pk, decode(pk, body, by)
}

// expect reads a packet of one type.
func (c *client) expect(kind byte) *packets.Packet {
	c.t.Helper()
	pk, err := c.read(patience)
	if err != nil {
		c.t.Fatalf("waiting for packet type %d: %v", kind, err)
	}
	if pk.FixedHeader.Type != kind {
		c.t.Fatalf("packet type %d (reason %#x %s), want %d", pk.FixedHeader.Type, pk.ReasonCode, pk.Properties.ReasonString, kind)
	}
	return pk
}

// message is a PUBLISH to send.
type message struct {
	topic, payload string
	qos            byte
	id             uint16
	retain, dup    bool
	props          packets.Properties
}

func (c *client) encodePublish(m message) []byte {
	pk := packets.Packet{ProtocolVersion: c.version, TopicName: m.topic, Payload: []byte(m.payload), PacketID: m.id, Properties: m.props,
		FixedHeader: packets.FixedHeader{Type: typePublish, Qos: m.qos, Retain: m.retain, Dup: m.dup}, Mods: packets.Mods{AllowResponseInfo: true}}
	raw, err := encode(&pk, (*packets.Packet).PublishEncode)
	if err != nil {
		c.t.Fatal(err)
	}
	return raw
}

func (c *client) publish(m message) {
	c.t.Helper()
	c.write(c.encodePublish(m))
}

// publish1 publishes at QoS 1 and returns the reason code of the PUBACK.
func (c *client) publish1(topic, payload string, change ...func(*message)) byte {
	c.t.Helper()
	m := message{topic: topic, payload: payload, qos: 1, id: 7}
	for _, f := range change {
		f(&m)
	}
	c.publish(m)
	ack := c.expect(4)
	if ack.PacketID != m.id {
		c.t.Fatalf("PUBACK for %d, want %d", ack.PacketID, m.id)
	}
	return ack.ReasonCode
}

func (c *client) encodeSubscribe(change func(*packets.Packet), subs ...packets.Subscription) []byte {
	pk := packets.Packet{ProtocolVersion: c.version, PacketID: 9, Filters: subs, FixedHeader: packets.FixedHeader{Type: typeSubscribe, Qos: 1}}
	if change != nil {
		change(&pk)
	}
	var b bytes.Buffer
	if err := pk.SubscribeEncode(&b); err != nil {
		c.t.Fatal(err)
	}
	return b.Bytes()
}

// subscribe asks for filters at QoS 1 and returns the codes.
func (c *client) subscribe(filters ...string) []byte {
	c.t.Helper()
	var subs []packets.Subscription
	for _, f := range filters {
		subs = append(subs, packets.Subscription{Filter: f, Qos: 1})
	}
	c.write(c.encodeSubscribe(nil, subs...))
	return c.expect(9).ReasonCodes
}

func (c *client) unsubscribe(filters ...string) []byte {
	c.t.Helper()
	pk := packets.Packet{ProtocolVersion: c.version, PacketID: 9, FixedHeader: packets.FixedHeader{Type: typeUnsubscribe, Qos: 1}}
	for _, f := range filters {
		pk.Filters = append(pk.Filters, packets.Subscription{Filter: f})
	}
	raw, err := encode(&pk, (*packets.Packet).UnsubscribeEncode)
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(raw)
	return c.expect(11).ReasonCodes
}

// receive expects a PUBLISH and acknowledges it.
func (c *client) receive() *packets.Packet {
	c.t.Helper()
	pk := c.expect(3)
	if pk.FixedHeader.Qos > 0 {
		c.ack(pk.PacketID)
	}
	return pk
}

func (c *client) ack(id uint16) {
	c.t.Helper()
	c.write([]byte{typePuback << 4, 2, byte(id >> 8), byte(id)})
}

// want expects a PUBLISH with a topic and payload.
func (c *client) want(topic, payload string) *packets.Packet {
	c.t.Helper()
	pk := c.receive()
	if pk.TopicName != topic || string(pk.Payload) != payload {
		c.t.Fatalf("received %q on %q, want %q on %q", pk.Payload, pk.TopicName, payload, topic)
	}
	return pk
}

// quiet proves that nothing is on its way: what a ping brings back is its answer.
func (c *client) quiet() {
	c.t.Helper()
	c.write([]byte{typePingreq << 4, 0})
	c.expect(13)
}

// wantEnd expects the end of the connection: for MQTT 5 with a reason code, unless
// that is 0, and for MQTT 3.1.1 without a packet.
func (c *client) wantEnd(code byte) {
	c.t.Helper()
	pk, err := c.read(patience)
	if c.version == v5 && code != 0 {
		if err != nil || pk.FixedHeader.Type != typeDisconnect || pk.ReasonCode != code {
			c.t.Fatalf("read = %+v, %v, want DISCONNECT with %#x", pk, err, code)
		}
		pk, err = c.read(patience)
	}
	if err == nil {
		c.t.Fatalf("packet type %d (reason %#x), want the end of the connection", pk.FixedHeader.Type, pk.ReasonCode)
	}
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		c.t.Fatal("the connection is still open")
	}
}

// disconnect leaves in good order and waits until the broker has let go.
func (c *client) disconnect() {
	c.t.Helper()
	c.write([]byte{typeDisconnect << 4, 0})
	c.gone()
}

// gone waits for the other side to close.
func (c *client) gone() {
	c.t.Helper()
	for {
		if _, err := c.read(patience); err != nil {
			break
		}
	}
	c.nc.Close()
}
