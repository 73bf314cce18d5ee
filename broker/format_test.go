package broker

import (
	"encoding/hex"
	"reflect"
	"testing"
	"time"

	"tidemark/topic"
)

func sampleMessage() *Message {
	return &Message{
		Topic: "a/b", Payload: []byte("payload"), QoS: 1, Received: time.Unix(1700000000, 5),
		Properties: Properties{ContentType: "ct", ResponseTopic: "rt", CorrelationData: []byte{1}, PayloadFormat: new(byte(1)),
			MessageExpiry: new(uint32(9)), User: []UserProperty{{"k", "v"}}},
	}
}

// The stored form of a message is pinned: a change of it needs a new version.
func TestDeliveryFormat(t *testing.T) {
	got := hex.EncodeToString(encodeDelivery(sampleMessage(), true))
	const fields = "01" + // version
		"3f" + // all six flags
		"17979cfe362a0005" + // received, ns
		"00000009" + // expiry
		"00000003" + "612f62" + "00000002" + "6374" + "00000002" + "7274" + "00000001" + "01" + // topic, content type, response topic, correlation
		"00000001" + "00000001" + "6b" + "00000001" + "76" + // user properties
		"00000007" + "7061796c6f6164"
	if len(got) != len(fields)+8 || got[:len(fields)] != fields {
		t.Errorf("encodeDelivery = %s, want %s and a checksum", got, fields)
	}
}

func TestDeliveryRoundTrip(t *testing.T) {
	for _, m := range []*Message{sampleMessage(), {Topic: "t", Received: time.Unix(1, 0)}} {
		d, err := decodeDelivery(encodeDelivery(m, false))
		if err != nil {
			t.Fatal(err)
		}
		if len(d.msg.Payload) == 0 {
			d.msg.Payload = nil
		}
		if !d.msg.Received.Equal(m.Received) {
			t.Errorf("received %v, want %v", d.msg.Received, m.Received)
		}
		d.msg.Received = m.Received
		if !reflect.DeepEqual(d.msg, m) {
			t.Errorf("round trip = %+v, want %+v", d.msg, m)
		}
	}
}

func TestSessionRoundTrip(t *testing.T) {
	w := *sampleMessage()
	w.Source = Source{ClientID: "c", Principal: "p", RemoteIP: "192.0.2.1"}
	rec := &sessionRecord{version: v5, queue: "s/q", expiry: time.Hour, disconnected: time.Unix(5, 0),
		subs: []*subscription{{filter: topic.Filter{Share: "g", Pattern: "a/#"}, qos: 1}, {filter: topic.Filter{Pattern: "b"}, noLocal: true, retainAsPublished: true}},
		will: &will{msg: w, delay: time.Minute}}
	got, err := decodeSession("c", encodeSession(rec))
	if err != nil {
		t.Fatal(err)
	}
	if !got.will.msg.Received.Equal(w.Received) {
		t.Errorf("will received %v, want %v", got.will.msg.Received, w.Received)
	}
	got.will.msg.Received = w.Received
	if !reflect.DeepEqual(got, rec) {
		t.Errorf("round trip = %+v, want %+v", got, rec)
	}
}

func TestCorruptValuesAreRefused(t *testing.T) {
	good := encodeDelivery(sampleMessage(), false)
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 1
		if _, err := decodeDelivery(bad); err == nil {
			t.Fatalf("byte %d is wrong and nobody noticed", i)
		}
		if _, err := decodeDelivery(good[:i]); err == nil {
			t.Fatalf("%d of %d bytes decode", i, len(good))
		}
	}
}

func FuzzDecodeStored(f *testing.F) {
	f.Add(encodeDelivery(sampleMessage(), true))
	f.Add(encodeSession(&sessionRecord{version: v3, queue: "q", subs: []*subscription{{filter: topic.Filter{Pattern: "a"}}}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = appendChecksum(b) // so that the fields are reached
		decodeSession("c", b)
		if d, err := decodeDelivery(b); err == nil {
			if _, err := decodeDelivery(encodeDelivery(d.msg, d.retain)); err != nil {
				t.Fatalf("a decoded message does not encode: %v", err)
			}
		}
	})
}
