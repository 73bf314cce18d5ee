package broker

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"time"

	"tidemark/topic"
)

// Stored values (docs/formats.md, "Broker"): a version byte, fields, and the CRC-32C of
// all before it. Integers are big-endian; strings and bytes have a length of four bytes.
const (
	deliveryVersion = 1
	sessionVersion  = 1
)

// Flags of a stored message.
const (
	flagRetain = 1 << iota
	flagQoS1
	flagPayloadFormat
	flagPayloadFormatText
	flagExpiry
	flagCorrelation
)

const (
	queuePrefix   = "s/"
	groupPrefix   = "g/"
	sessionPrefix = "s/" // of values, which have a name space of their own
)

func groupQueue(f topic.Filter) string { return groupPrefix + f.Share + "/" + f.Pattern }

func cmpFilters(a, b topic.Filter) int { return strings.Compare(a.String(), b.String()) }

func appendField[T string | []byte](b []byte, field T) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(field))), field...)
}

func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return binary.BigEndian.AppendUint64(b, 0)
	}
	return binary.BigEndian.AppendUint64(b, uint64(t.UnixNano()))
}

func appendChecksum(b []byte) []byte {
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// storedFields reads what the functions above have written.
type storedFields struct{ fieldReader }

// openStored checks version and checksum of a stored value.
func openStored(b []byte, version byte) (*storedFields, error) {
	n := len(b) - 4
	if n < 1 || binary.BigEndian.Uint32(b[n:]) != crc32.Checksum(b[:n], crc32.MakeTable(crc32.Castagnoli)) {
		return nil, fmt.Errorf("stored value of %d bytes is corrupt", len(b))
	}
	if b[0] != version {
		return nil, fmt.Errorf("stored value has version %d, not %d", b[0], version)
	}
	return &storedFields{fieldReader{b: b[1:n]}}, nil
}

func (r *storedFields) field() []byte {
	n := r.uint32()
	if int64(n) > int64(len(r.b)) {
		r.bad = true
		return nil
	}
	return r.take(int(n))
}

func (r *storedFields) uint64() uint64 {
	if f := r.take(8); f != nil {
		return binary.BigEndian.Uint64(f)
	}
	return 0
}

func (r *storedFields) time() time.Time {
	if n := int64(r.uint64()); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}

func (r *storedFields) close() error {
	if r.bad || len(r.b) != 0 {
		return fmt.Errorf("stored value does not have the fields of its version")
	}
	return nil
}

// encodeDelivery returns a message as a queue holds it. The source is not kept: it
// concerns the sink alone.
func encodeDelivery(m *Message, retain bool) []byte {
	p := &m.Properties
	b := make([]byte, 0, 64+len(m.Topic)+len(m.Payload)+propertiesSize(p)+8*len(p.User))
	b = append(b, deliveryVersion, deliveryFlags(m, retain))
	b = appendTime(b, m.Received)
	if p.MessageExpiry != nil {
		b = binary.BigEndian.AppendUint32(b, *p.MessageExpiry)
	}
	b = appendField(b, m.Topic)
	b = appendField(b, p.ContentType)
	b = appendField(b, p.ResponseTopic)
	b = appendField(b, p.CorrelationData)
	b = binary.BigEndian.AppendUint32(b, uint32(len(p.User)))
	for _, u := range p.User {
		b = appendField(appendField(b, u.Key), u.Value)
	}
	return appendChecksum(appendField(b, m.Payload))
}

func deliveryFlags(m *Message, retain bool) (flags byte) {
	p := &m.Properties
	set := func(on bool, flag byte) {
		if on {
			flags |= flag
		}
	}
	set(retain, flagRetain)
	set(m.QoS > 0, flagQoS1)
	set(p.PayloadFormat != nil, flagPayloadFormat)
	set(p.PayloadFormat != nil && *p.PayloadFormat == 1, flagPayloadFormatText)
	set(p.MessageExpiry != nil, flagExpiry)
	set(p.CorrelationData != nil, flagCorrelation)
	return flags
}

// decodeDelivery is the inverse of encodeDelivery. The message keeps b.
func decodeDelivery(b []byte) (delivery, error) {
	r, err := openStored(b, deliveryVersion)
	if err != nil {
		return delivery{}, err
	}
	flags := r.byte()
	m := &Message{Received: r.time()}
	if flags&flagRetain != 0 {
		m.Retain = true
	}
	if flags&flagQoS1 != 0 {
		m.QoS = 1
	}
	if flags&flagPayloadFormat != 0 {
		m.Properties.PayloadFormat = new(flags & flagPayloadFormatText / flagPayloadFormatText)
	}
	if flags&flagExpiry != 0 {
		m.Properties.MessageExpiry = new(r.uint32())
	}
	m.Topic = string(r.field())
	m.Properties.ContentType = string(r.field())
	m.Properties.ResponseTopic = string(r.field())
	if data := r.field(); flags&flagCorrelation != 0 {
		m.Properties.CorrelationData = data
	}
	for n := r.uint32(); n > 0 && !r.bad; n-- {
		m.Properties.User = append(m.Properties.User, UserProperty{string(r.field()), string(r.field())})
	}
	m.Payload = r.field()
	return delivery{msg: m, retain: m.Retain}, r.close()
}

// sessionRecord is a persistent session as it is stored.
type sessionRecord struct {
	version      byte
	queue        string
	expiry       time.Duration
	disconnected time.Time
	subs         []*subscription // filter and options
	will         *will
}

// Options of a stored subscription.
const (
	optionQoS1 = 1 << iota
	optionNoLocal
	optionRetainAsPublished
)

func (s *subscription) options() (o byte) {
	if s.qos > 0 {
		o |= optionQoS1
	}
	if s.noLocal {
		o |= optionNoLocal
	}
	if s.retainAsPublished {
		o |= optionRetainAsPublished
	}
	return o
}

func encodeSession(r *sessionRecord) []byte {
	b := []byte{sessionVersion, r.version}
	b = appendField(b, r.queue)
	b = binary.BigEndian.AppendUint64(b, uint64(r.expiry))
	b = appendTime(b, r.disconnected)
	b = binary.BigEndian.AppendUint32(b, uint32(len(r.subs)))
	for _, s := range r.subs {
		b = append(appendField(b, s.filter.String()), s.options())
	}
	if r.will == nil {
		return appendChecksum(append(b, 0))
	}
	b = binary.BigEndian.AppendUint64(append(b, 1), uint64(r.will.delay))
	b = appendField(b, r.will.msg.Source.Principal)
	b = appendField(b, r.will.msg.Source.RemoteIP)
	return appendChecksum(appendField(b, encodeDelivery(&r.will.msg, r.will.msg.Retain)))
}

// decodeSession is the inverse of encodeSession for the session of a client.
func decodeSession(id string, b []byte) (*sessionRecord, error) {
	r, err := openStored(b, sessionVersion)
	if err != nil {
		return nil, err
	}
	rec := &sessionRecord{version: r.byte(), queue: string(r.field())}
	rec.expiry = time.Duration(r.uint64())
	rec.disconnected = r.time()
	for n := r.uint32(); n > 0 && !r.bad; n-- {
		filter, err := topic.Parse(string(r.field()))
		if err != nil {
			return nil, fmt.Errorf("stored session of %q: %w", id, err)
		}
		o := r.byte()
		rec.subs = append(rec.subs, &subscription{filter: filter, qos: o & optionQoS1,
			noLocal: o&optionNoLocal != 0, retainAsPublished: o&optionRetainAsPublished != 0})
	}
	if r.byte() == 1 {
		if rec.will, err = decodeWill(id, r); err != nil {
			return nil, err
		}
	}
	return rec, r.close()
}

func decodeWill(id string, r *storedFields) (*will, error) {
	w := &will{delay: time.Duration(r.uint64())}
	source := Source{ClientID: id, Principal: string(r.field()), RemoteIP: string(r.field())}
	d, err := decodeDelivery(r.field())
	if err != nil {
		return nil, fmt.Errorf("will of %q: %w", id, err)
	}
	w.msg = *d.msg
	w.msg.Source = source
	return w, nil
}
