package broker

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tidemark/topic"
)

// session is what the broker remembers of a client: subscriptions, and QoS 1 messages
// on their way to it. A persistent session outlives its connection and the process; its
// messages lie in a durable queue, and memory holds only those that come next.
type session struct {
	id         string
	number     uint64 // tells sessions apart within the process
	version    byte   // an MQTT 3.1.1 session is not resumed by MQTT 5, nor the reverse
	persistent bool
	queue      string // key of the durable queue; empty unless persistent

	conn    atomic.Pointer[conn] // nil while the client is away
	backlog atomic.Int64         // messages in the durable queue, those on their way to it included
	groups  atomic.Pointer[[]*group]

	mu   sync.Mutex
	last *conn // the connection that bound the session last; its done says that it let go
	subs map[string]*subscription
	will *will

	expiry       time.Duration // how long the session outlives a connection
	disconnected time.Time     // zero while connected
	ended        bool
	alarm        *alarm // the one that is set, or nil

	flow flow
}

// subscription binds a filter to a session, or to a shared group and its members.
type subscription struct {
	filter            topic.Filter
	session           *session // nil for a group's entry in the index
	group             *group   // nil for an ordinary subscription
	qos               byte
	noLocal           bool
	retainAsPublished bool
}

// flow is the QoS 1 stream to one client. Numbers are those of the durable queue, or
// count from 1 for a session without one. It is guarded by session.mu.
//
//	first .. next-1   sent and not all acknowledged (slots)
//	next .. end-1     waiting, partly in memory
type flow struct {
	first, next, end uint64
	trimmed          uint64 // the durable queue holds nothing below
	slots            []slot
	unacked          int
	waiting          []delivery // in order, without gaps
	waitingBytes     int
	skip             map[uint64]bool // acknowledged out of order on an earlier connection
	dupBelow         uint64          // may have been sent on an earlier connection
	stored           uint64          // below it, messages were stored while the client was away
}

type slot struct {
	seq   uint64
	acked bool
}

// push adds a message behind the last one. It is kept in memory while it continues what
// is there and the bounds allow; otherwise a durable queue serves it later.
func (f *flow) push(d delivery, maxMessages, maxBytes int) (inMemory bool) {
	f.end = d.seq + 1
	size := len(d.msg.Payload) + len(d.msg.Topic) + 100
	expected := f.next
	if n := len(f.waiting); n > 0 {
		expected = f.waiting[n-1].seq + 1
	}
	if d.seq != expected || len(f.waiting) >= maxMessages || f.waitingBytes+size > maxBytes {
		return false
	}
	f.waiting = append(f.waiting, d)
	f.waitingBytes += size
	return true
}

// pop takes the next message from memory.
func (f *flow) pop() (delivery, bool) {
	if len(f.waiting) == 0 || f.waiting[0].seq != f.next {
		return delivery{}, false
	}
	d := f.waiting[0]
	f.waiting[0] = delivery{}
	f.waiting = f.waiting[1:]
	f.waitingBytes -= len(d.msg.Payload) + len(d.msg.Topic) + 100
	if len(f.waiting) == 0 {
		f.waiting, f.waitingBytes = nil, 0
	}
	f.next++
	return d, true
}

// sent notes a message that now waits for its acknowledgement, or is settled without.
func (f *flow) sent(seq uint64, settled bool) {
	f.slots = append(f.slots, slot{seq, settled})
	if settled {
		f.advance()
	} else {
		f.unacked++
	}
}

// ack settles the message with a packet identifier; an unknown one changes nothing.
func (f *flow) ack(id uint16) bool {
	i := slices.IndexFunc(f.slots, func(s slot) bool { return !s.acked && packetID(s.seq) == id })
	if i < 0 {
		return false
	}
	f.slots[i].acked = true
	f.unacked--
	f.advance()
	return true
}

// advance moves first over what is settled.
func (f *flow) advance() {
	n := 0
	for n < len(f.slots) && f.slots[n].acked {
		n++
	}
	f.slots = f.slots[n:]
	f.first = f.next
	if len(f.slots) > 0 {
		f.first = f.slots[0].seq
	} else {
		f.slots = nil
	}
}

// rewind forgets what the lost connection was sent, to send it again [MQTT-4.4.0-1].
func (f *flow) rewind() {
	f.skip = nil
	for _, s := range f.slots {
		if s.acked {
			if f.skip == nil {
				f.skip = map[uint64]bool{}
			}
			f.skip[s.seq] = true
		}
	}
	f.dupBelow = max(f.dupBelow, f.next)
	f.next, f.unacked = f.first, 0
	f.slots, f.waiting, f.waitingBytes = nil, nil, 0
}

// trimDue returns the number below which the durable queue may be trimmed now, so that
// a steady stream trims many messages at once and an idle one leaves none behind.
func (f *flow) trimDue() (seq uint64, count int64) {
	const batch = 32
	if f.first-f.trimmed < batch && !(f.first == f.end && f.first > f.trimmed) {
		return 0, 0
	}
	count = int64(f.first - f.trimmed)
	f.trimmed = f.first
	return f.first, count
}

// groupList returns the shared groups the session is a member of.
func (s *session) groupList() []*group {
	if p := s.groups.Load(); p != nil {
		return *p
	}
	return nil
}
