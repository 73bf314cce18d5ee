package broker

import (
	"time"

	"tidemark/fault"
)

// Limits are the quotas of the broker. The values of DefaultLimits are those of the
// AWS page "AWS IoT Core endpoints and quotas" where it has one.
type Limits struct {
	ClientIDBytes       int           // 128
	ConnectBytes        int           // remaining length of a CONNECT; 128 KiB
	PacketBytes         int           // remaining length of any other packet; 149,504
	PayloadBytes        int           // 128 KiB
	ContentTypeBytes    int           // 256
	CorrelationBytes    int           // 8 KiB
	UserPropertyBytes   int           // all of one message; 8 KiB
	ConnectWait         time.Duration // from accept to a complete CONNECT; 10 s
	KeepAliveMin        time.Duration // 30 s
	KeepAliveMax        time.Duration // 1,200 s
	SessionExpiry       time.Duration // of persistent MQTT 3.1.1 sessions; 1 h
	SessionExpiryMax    time.Duration // 7 days
	MessageExpiryMax    time.Duration // 7 days
	FiltersPerSubscribe int           // 8
	Subscriptions       int           // of one session; 50
	TopicAliases        int           // 8
	InFlight            int           // unacknowledged QoS 1 messages each way; 100
	Connections         int           // 500,000
	RetainedMessages    int           // 500,000; above them a retained publish is refused
	SharedGroups        int           // 100
	GroupMembers        int           // sessions in one shared group; 100
	GroupMessages       int           // queued for a shared group; 500,000, then the newest are dropped
	QueueMessages       int           // queued for one persistent session; 100,000, then the newest are dropped
	WaitingMessages     int           // QoS 1 in memory for one connection; 1,000, then dropped unless durable
	OutputBytes         int           // unsent bytes of one connection, above which QoS 0 is dropped; 1 MiB
	PendingBytes        int64         // messages that the sink has not finished; 64 MiB, then readers wait
	WriteWait           time.Duration // a write that takes longer ends the connection; 30 s
	Grace               time.Duration // for acknowledgements at shutdown; 10 s

	// Rates per second; 0 is off.
	ResumeRate  int // messages sent to one connection from what was stored while it was away
	PublishRate int // messages taken from one connection; the excess waits in the network
}

// DefaultLimits returns the limits of AWS IoT Core with its rates off.
func DefaultLimits() Limits {
	return Limits{
		ClientIDBytes:       128,
		ConnectBytes:        128 << 10,
		PacketBytes:         149504,
		PayloadBytes:        128 << 10,
		ContentTypeBytes:    256,
		CorrelationBytes:    8 << 10,
		UserPropertyBytes:   8 << 10,
		ConnectWait:         10 * time.Second,
		KeepAliveMin:        30 * time.Second,
		KeepAliveMax:        1200 * time.Second,
		SessionExpiry:       time.Hour,
		SessionExpiryMax:    7 * 24 * time.Hour,
		MessageExpiryMax:    7 * 24 * time.Hour,
		FiltersPerSubscribe: 8,
		Subscriptions:       50,
		TopicAliases:        8,
		InFlight:            100,
		Connections:         500_000,
		RetainedMessages:    500_000,
		SharedGroups:        100,
		GroupMembers:        100,
		GroupMessages:       500_000,
		QueueMessages:       100_000,
		WaitingMessages:     1000,
		OutputBytes:         1 << 20,
		PendingBytes:        64 << 20,
		WriteWait:           30 * time.Second,
		Grace:               10 * time.Second,
	}
}

// StrictLimits returns the limits of AWS IoT Core with its rates per connection.
func StrictLimits() Limits {
	l := DefaultLimits()
	l.ResumeRate = 10
	l.PublishRate = 100
	return l
}

// Validate reports limits that cannot work.
func (l Limits) Validate() error {
	for _, n := range []int{l.ClientIDBytes, l.ConnectBytes, l.PacketBytes, l.PayloadBytes, l.FiltersPerSubscribe,
		l.Subscriptions, l.InFlight, l.Connections, l.QueueMessages, l.GroupMessages, l.WaitingMessages, l.OutputBytes,
		int(l.PendingBytes), int(l.ConnectWait), int(l.KeepAliveMin), int(l.KeepAliveMax), int(l.SessionExpiryMax),
		int(l.MessageExpiryMax), int(l.WriteWait), int(l.Grace)} {
		if n <= 0 {
			return fault.New(fault.Invalid, "every limit of the broker is positive: start from DefaultLimits")
		}
	}
	if l.InFlight > 4096 || l.TopicAliases > 65535 || l.KeepAliveMax > 65535*time.Second || l.KeepAliveMin > l.KeepAliveMax {
		return fault.New(fault.Invalid, "limits of the broker: at most 4096 in flight, 65535 aliases, keep-alive 65535 s")
	}
	return nil
}
