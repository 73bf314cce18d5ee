package broker

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// Packet types (MQTT 5 section 2.1.2).
const (
	typeConnect     = 1
	typePublish     = 3
	typePuback      = 4
	typeSubscribe   = 8
	typeUnsubscribe = 10
	typePingreq     = 12
	typeDisconnect  = 14
	typeAuth        = 15
)

// Property identifiers of PUBLISH (MQTT 5 section 2.2.2.2).
const (
	propPayloadFormat   = 0x01
	propMessageExpiry   = 0x02
	propContentType     = 0x03
	propResponseTopic   = 0x08
	propCorrelationData = 0x09
	propReasonString    = 0x1F
	propTopicAlias      = 0x23
	propUser            = 0x26
)

// Protocol levels.
const (
	v3 = 4 // MQTT 3.1.1
	v5 = 5 // MQTT 5
)

var pingresp = []byte{0xD0, 0}

// decode runs the library's decoder over a packet's body, and turns a panic, which it
// has for some malformed packets, into an error.
func decode(pk *packets.Packet, body []byte, by func(*packets.Packet, []byte) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("malformed packet: %v", r)
		}
	}()
	pk.FixedHeader.Remaining = len(body)
	return by(pk, body)
}

// encode returns a packet other than PUBLISH and PUBACK in its wire form.
func encode(pk *packets.Packet, by func(*packets.Packet, *bytes.Buffer) error) ([]byte, error) {
	var b bytes.Buffer
	if err := by(pk, &b); err != nil {
		return nil, fmt.Errorf("encode packet type %d: %w", pk.FixedHeader.Type, err)
	}
	return b.Bytes(), nil
}

func appendLength(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) } // the same encoding below 2^28

func lengthSize(n int) int {
	size := 1
	for ; n > 127; n >>= 7 {
		size++
	}
	return size
}

func appendString(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

// delivery is a message on its way to one client.
type delivery struct {
	msg    *Message
	seq    uint64 // 0 for QoS 0
	retain bool
	dup    bool
}

// packetID derives the packet identifier of a queued message from its number, so that
// it is the same when the message is sent again, even by another process [MQTT-4.4.0-1].
func packetID(seq uint64) uint16 { return uint16((seq-1)%65535) + 1 }

// appendPublish appends a PUBLISH for a client of the given version. left is what
// remains of the message's expiry at the moment; it counts only when there is one.
func appendPublish(b []byte, version byte, d delivery, left time.Duration) []byte {
	m := d.msg
	size := 2 + len(m.Topic) + len(m.Payload)
	flags := byte(typePublish << 4)
	if d.seq != 0 {
		size += 2
		flags |= 1 << 1
	}
	if d.retain {
		flags |= 1
	}
	if d.dup {
		flags |= 1 << 3
	}
	props := 0
	if version == v5 {
		props = propertiesSize(&m.Properties)
		size += lengthSize(props) + props
	}
	b = appendLength(append(b, flags), size)
	b = appendString(b, m.Topic)
	if d.seq != 0 {
		b = binary.BigEndian.AppendUint16(b, packetID(d.seq))
	}
	if version == v5 {
		b = appendProperties(appendLength(b, props), &m.Properties, left)
	}
	return append(b, m.Payload...)
}

func propertiesSize(p *Properties) int {
	size := 0
	if p.PayloadFormat != nil {
		size += 2
	}
	if p.MessageExpiry != nil {
		size += 5
	}
	if p.ContentType != "" {
		size += 3 + len(p.ContentType)
	}
	if p.ResponseTopic != "" {
		size += 3 + len(p.ResponseTopic)
	}
	if p.CorrelationData != nil {
		size += 3 + len(p.CorrelationData)
	}
	for _, u := range p.User {
		size += 5 + len(u.Key) + len(u.Value)
	}
	return size
}

func appendProperties(b []byte, p *Properties, left time.Duration) []byte {
	if p.PayloadFormat != nil {
		b = append(b, propPayloadFormat, *p.PayloadFormat)
	}
	if p.MessageExpiry != nil {
		b = binary.BigEndian.AppendUint32(append(b, propMessageExpiry), uint32(left/time.Second)) // [MQTT-3.3.2-6]
	}
	if p.ContentType != "" {
		b = appendString(append(b, propContentType), p.ContentType)
	}
	if p.ResponseTopic != "" {
		b = appendString(append(b, propResponseTopic), p.ResponseTopic)
	}
	if p.CorrelationData != nil {
		b = appendString(append(b, propCorrelationData), string(p.CorrelationData))
	}
	for _, u := range p.User {
		b = appendString(appendString(append(b, propUser), u.Key), u.Value)
	}
	return b
}

// appendPuback appends a PUBACK; code and text reach MQTT 5 clients alone.
func appendPuback(b []byte, version byte, id uint16, code byte, text string) []byte {
	if version != v5 || code == codeSuccess {
		return binary.BigEndian.AppendUint16(append(b, typePuback<<4, 2), id)
	}
	props := 0
	if text = shorten(text); text != "" {
		props = 3 + len(text)
	}
	b = appendLength(append(b, typePuback<<4), 3+lengthSize(props)+props)
	b = append(binary.BigEndian.AppendUint16(b, id), code)
	b = appendLength(b, props)
	if props > 0 {
		b = appendString(append(b, propReasonString), text)
	}
	return b
}

// shorten keeps a Reason String well below the smallest packet a client may ask for.
func shorten(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	cut := most
	for cut > 0 && text[cut]&0xC0 == 0x80 {
		cut--
	}
	return text[:cut]
}
