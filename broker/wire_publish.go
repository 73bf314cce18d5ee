package broker

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// publishPacket is a decoded PUBLISH. Its slices lie in the packet's body.
type publishPacket struct {
	qos       byte
	retain    bool
	id        uint16
	topic     []byte
	payload   []byte
	props     Properties
	alias     uint16
	hasAlias  bool
	userBytes int
}

// fieldReader takes fields from the front of a packet's body; after the first field
// that is not there, bad is set and all further fields are zero.
type fieldReader struct {
	b   []byte
	bad bool
}

func (r *fieldReader) take(n int) []byte {
	if r.bad || n > len(r.b) {
		r.bad = true
		return nil
	}
	field := r.b[:n:n]
	r.b = r.b[n:]
	return field
}

func (r *fieldReader) byte() byte {
	if f := r.take(1); f != nil {
		return f[0]
	}
	return 0
}

func (r *fieldReader) uint16() uint16 {
	if f := r.take(2); f != nil {
		return binary.BigEndian.Uint16(f)
	}
	return 0
}

func (r *fieldReader) uint32() uint32 {
	if f := r.take(4); f != nil {
		return binary.BigEndian.Uint32(f)
	}
	return 0
}

func (r *fieldReader) bytes() []byte { return r.take(int(r.uint16())) }

// text reads a string, which is UTF-8 without a null [MQTT-1.5.4-1] [MQTT-1.5.4-2].
func (r *fieldReader) text() string {
	s := string(r.bytes())
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		r.bad = true
	}
	return s
}

func (r *fieldReader) length() int {
	n, used := binary.Uvarint(r.b[:min(len(r.b), 4)])
	if r.bad || used <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[used:]
	return int(n)
}

// decodePublish reads a PUBLISH. It is ours and not the library's because it runs for
// every message, and because the library cannot tell an expiry of 0 from none.
func decodePublish(header byte, body []byte, version byte, p *publishPacket) *ending {
	*p = publishPacket{qos: header >> 1 & 3, retain: header&1 != 0}
	if p.qos == 3 || p.qos == 0 && header&8 != 0 {
		return malformed("the flags of PUBLISH are invalid") // [MQTT-3.3.1-4] [MQTT-3.3.1-2]
	}
	r := fieldReader{b: body}
	p.topic = r.bytes()
	if p.qos > 0 {
		if p.id = r.uint16(); p.id == 0 && !r.bad {
			return clientError(codeProtocol, "the packet identifier is 0") // [MQTT-2.2.1-3]
		}
	}
	if version == v5 {
		props := fieldReader{b: r.take(r.length()), bad: r.bad}
		if end := decodePublishProperties(&props, p); end != nil {
			return end
		}
	}
	if r.bad {
		return malformed("PUBLISH is shorter than it says")
	}
	p.payload = r.b
	return nil
}

// publishProperties reads each property that a PUBLISH may have. A property that may
// stand once is in error the second time (MQTT 5 section 3.3.2.3).
var publishProperties = map[byte]func(r *fieldReader, p *publishPacket){
	propPayloadFormat:   func(r *fieldReader, p *publishPacket) { p.props.PayloadFormat = new(r.byte()) },
	propMessageExpiry:   func(r *fieldReader, p *publishPacket) { p.props.MessageExpiry = new(r.uint32()) },
	propContentType:     func(r *fieldReader, p *publishPacket) { p.props.ContentType = r.text() },
	propResponseTopic:   func(r *fieldReader, p *publishPacket) { p.props.ResponseTopic = r.text() },
	propCorrelationData: func(r *fieldReader, p *publishPacket) { p.props.CorrelationData = r.bytes() },
	propTopicAlias: func(r *fieldReader, p *publishPacket) {
		p.alias, p.hasAlias = r.uint16(), true
	},
	propUser: func(r *fieldReader, p *publishPacket) {
		u := UserProperty{Key: r.text(), Value: r.text()}
		p.props.User = append(p.props.User, u)
		p.userBytes += len(u.Key) + len(u.Value)
	},
}

func decodePublishProperties(r *fieldReader, p *publishPacket) *ending {
	var seen uint64
	for len(r.b) > 0 && !r.bad {
		id := r.byte()
		read, ok := publishProperties[id]
		if !ok {
			return clientError(codeProtocol, "PUBLISH has a property it may not have") // [MQTT-3.3.4-6] among them
		}
		if bit := uint64(1) << id; seen&bit != 0 && id != propUser {
			return clientError(codeProtocol, "PUBLISH has a property twice")
		} else {
			seen |= bit
		}
		read(r, p)
	}
	if r.bad {
		return malformed("the properties of PUBLISH are malformed")
	}
	if f := p.props.PayloadFormat; f != nil && *f > 1 {
		return clientError(codeProtocol, "the payload format is neither 0 nor 1")
	}
	return nil
}
