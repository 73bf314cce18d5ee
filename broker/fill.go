package broker

import (
	"time"

	"tidemark/internal/seqlog"
)

const (
	pageMessages = 64 // read from a durable queue at once
	pageBytes    = 256 << 10
)

// fill appends to b the messages that the client's window admits, from memory first and
// then from the durable queue and the queues of its shared groups. more means that b is
// full and there are others. It runs on the connection's writer.
func (s *Server) fill(c *conn, b []byte) (out []byte, more bool) {
	for {
		var want source
		b, want = s.fillFromMemory(c, b)
		switch want {
		case nothing:
			s.trimSettled(c.session)
			if !s.drainGroups(c) {
				return b, false
			}
		case fullBuffer:
			return b, true
		case durableQueue:
			if !s.loadPage(c) {
				return b, false
			}
		case laterToday:
			return b, false
		}
	}
}

// source says where the next message comes from.
type source uint8

const (
	nothing source = iota // none is waiting, and the window has room
	fullBuffer
	durableQueue
	laterToday // the window is closed, or a rate holds the next one back
)

func (s *Server) fillFromMemory(c *conn, b []byte) ([]byte, source) {
	ss := c.session
	ss.mu.Lock()
	defer ss.mu.Unlock()
	f := &ss.flow
	if ss.conn.Load() != c {
		return b, laterToday
	}
	now := time.Now()
	for f.next < f.end {
		if f.unacked >= c.window || len(f.slots) > 4096 { // slots settled out of order count too
			return b, laterToday
		}
		if len(b) > writeChunk {
			return b, fullBuffer
		}
		if f.next < f.stored && s.heldBack(c, now) {
			return b, laterToday
		}
		d, ok := f.pop()
		if !ok {
			return b, durableQueue
		}
		b = s.put(c, f, b, d, now)
	}
	return b, nothing
}

// put appends one message, unless it was acknowledged before, has expired, or is
// larger than the client takes.
func (s *Server) put(c *conn, f *flow, b []byte, d delivery, now time.Time) []byte {
	left, alive := expiryLeft(d.msg, now)
	switch {
	case f.skip[d.seq]:
		delete(f.skip, d.seq)
	case !alive:
		s.metrics.dropExpired.Inc()
	default:
		d.dup = d.seq < f.dupBelow
		start := len(b)
		b = appendPublish(b, c.version, d, left)
		if len(b)-start <= c.maxPacket {
			f.sent(d.seq, false)
			s.metrics.out1.Inc()
			return b
		}
		b = b[:start]
		s.metrics.dropTooLarge.Inc()
	}
	f.sent(d.seq, true)
	return b
}

// heldBack reports whether the resume rate asks the next stored message to wait, and
// wakes the writer when it may go.
func (s *Server) heldBack(c *conn, now time.Time) bool {
	rate := s.limits.ResumeRate
	if rate <= 0 {
		return false
	}
	if c.resume.IsZero() || now.Sub(c.resume) >= time.Second/time.Duration(rate) {
		c.resume = now
		return false
	}
	s.alarms.at(c.resume.Add(time.Second/time.Duration(rate)), c.out.signal)
	return true
}

// loadPage reads the next messages of the durable queue into memory. It reports false
// when the connection has to end or has lost the session.
func (s *Server) loadPage(c *conn) bool {
	ss := c.session
	ss.mu.Lock()
	from := ss.flow.next
	ss.mu.Unlock()
	entries, err := s.queues.Read(ss.queue, from, pageMessages, pageBytes)
	if err != nil {
		s.log.Error("stored messages cannot be read", "client_id", c.id, "err", err)
		c.stop(endServer)
		return false
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	f := &ss.flow
	if ss.conn.Load() != c || f.next != from {
		return false
	}
	f.waiting, f.waitingBytes = nil, 0
	if len(entries) == 0 { // they were removed; nothing is left to send up to here
		f.next = f.end
		f.advance()
		return true
	}
	f.next = max(f.next, entries[0].Seq)
	f.advance()
	s.keepPage(f, entries)
	return true
}

func (s *Server) keepPage(f *flow, entries []seqlog.Entry) {
	for _, e := range entries {
		d, err := decodeDelivery(e.Value)
		if err != nil {
			s.log.Error("stored message is corrupt", "err", err)
			s.metrics.dropCorrupt.Inc()
			d.msg = &Message{Properties: Properties{MessageExpiry: new(uint32(0))}} // expired: settled without sending
		}
		d.seq = e.Seq
		f.waiting = append(f.waiting, d)
		f.waitingBytes += len(d.msg.Payload) + len(d.msg.Topic) + 100
	}
	f.end = max(f.end, entries[len(entries)-1].Seq+1)
}

// expiryLeft returns what is left of a message's life; alive is false when it is over.
func expiryLeft(m *Message, now time.Time) (left time.Duration, alive bool) {
	if m.Properties.MessageExpiry == nil {
		return 0, true
	}
	left = m.Received.Add(time.Duration(*m.Properties.MessageExpiry) * time.Second).Sub(now)
	return left, left > 0
}

// acknowledge settles a message that the client has received.
func (s *Server) acknowledge(ss *session, id uint16) {
	ss.mu.Lock()
	known := ss.flow.ack(id)
	seq, count := ss.flow.trimDue()
	c := ss.conn.Load()
	ss.mu.Unlock()
	if !known {
		return
	}
	if c != nil {
		c.out.signal()
	}
	s.trim(ss, seq, count)
}

// trimSettled removes what needs no acknowledgement, such as expired messages.
func (s *Server) trimSettled(ss *session) {
	if !ss.persistent {
		return
	}
	ss.mu.Lock()
	seq, count := ss.flow.trimDue()
	ss.mu.Unlock()
	s.trim(ss, seq, count)
}

func (s *Server) trim(ss *session, seq uint64, count int64) {
	if !ss.persistent || count == 0 {
		return
	}
	ss.backlog.Add(-count)
	b := new(seqlog.Batch)
	b.TrimBefore(ss.queue, seq)
	s.queues.Commit(b, nil)
}
