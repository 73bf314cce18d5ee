package broker

import (
	"context"
	"time"
)

// Message is an application message on its way through the broker. Whoever
// receives one must not change it, and may keep it.
type Message struct {
	Topic      string
	Payload    []byte
	QoS        byte // 0 or 1
	Retain     bool
	Properties Properties
	Source     Source
	Received   time.Time // when the broker accepted it
	Hops       int       // how many republish actions it has passed
}

// Properties are the MQTT 5 properties that travel with a message [MQTT-3.3.2-17].
type Properties struct {
	ContentType     string
	ResponseTopic   string
	CorrelationData []byte
	PayloadFormat   *byte
	MessageExpiry   *uint32 // seconds
	User            []UserProperty
}

// UserProperty is one user property; order and duplicates count.
type UserProperty struct{ Key, Value string }

// Source says where a message came from.
type Source struct {
	ClientID  string // empty unless it came over MQTT
	Principal string // user name, access key id or certificate id; empty when unknown
	RemoteIP  string // empty when unknown
	TraceID   string // a UUID for MQTT messages, else empty
}

// Sink takes every accepted message once, before it is acknowledged.
//
// Accept must not block for long: it calls done exactly once, from any goroutine,
// when everything it stores from the message is durable. An error withholds the
// acknowledgement, so that the sender sends again.
type Sink interface {
	Accept(ctx context.Context, m *Message, done func(error))
}
