package broker

import (
	"cmp"
	"slices"

	"tidemark/internal/seqlog"
)

// distribute hands a message to every session with a matching subscription, once each
// at the highest granted QoS, and to one member of every matching shared group. scratch
// is reused for the matches and returned. When durable queues are written, p waits.
func (s *Server) distribute(p *publication, from *session, scratch []*subscription) []*subscription {
	matches := s.index.AppendMatches(scratch[:0], p.msg.Topic)
	if len(matches) == 0 {
		return matches
	}
	if len(matches) > 1 {
		slices.SortFunc(matches, bySession)
	}
	fan := fanout{srv: s, p: p}
	for i := 0; i < len(matches); {
		n := 1
		for i+n < len(matches) && matches[i].session != nil && matches[i+n].session == matches[i].session {
			n++
		}
		fan.toOne(matches[i:i+n], from)
		i += n
	}
	fan.commit()
	clear(matches)
	return matches
}

func bySession(a, b *subscription) int { return cmp.Compare(a.order(), b.order()) }

// order groups subscriptions by session; those of shared groups come first.
func (s *subscription) order() uint64 {
	if s.session == nil {
		return 0
	}
	return s.session.number
}

// fanout collects what one message adds to durable queues.
type fanout struct {
	srv     *Server
	p       *publication
	batch   *seqlog.Batch
	targets []target
	encoded [2][]byte // by retain flag
}

// target is who is told once an entry of the batch is durable.
type target struct {
	session *session
	group   *group
	retain  bool
}

// toOne delivers to the holder of some matching subscriptions: a group, or one session
// with possibly several. noLocal keeps a message from its own publisher [MQTT-3.8.3-3].
func (f *fanout) toOne(subs []*subscription, from *session) {
	if g := subs[0].group; g != nil {
		f.toGroup(g)
		return
	}
	ss := subs[0].session
	qos, published, any := byte(0), false, false
	for _, sub := range subs {
		if sub.noLocal && ss == from {
			continue
		}
		any = true
		qos = max(qos, sub.qos)
		published = published || sub.retainAsPublished
	}
	if any {
		f.toSession(ss, min(qos, f.p.msg.QoS), published && f.p.msg.Retain)
	}
}

func (f *fanout) toSession(ss *session, qos byte, retain bool) {
	switch {
	case qos == 0:
		f.srv.sendNow(ss, &f.p.msg, retain)
	case !ss.persistent:
		f.srv.enqueue(ss, delivery{msg: &f.p.msg, retain: retain})
	case ss.backlog.Load() >= int64(f.srv.limits.QueueMessages):
		f.srv.metrics.dropQueueFull.Inc()
	default:
		ss.backlog.Add(1)
		f.add(ss.queue, target{session: ss, retain: retain})
	}
}

func (f *fanout) add(queue string, t target) {
	if f.batch == nil {
		f.batch = new(seqlog.Batch)
	}
	i := 0
	if t.retain {
		i = 1
	}
	if f.encoded[i] == nil {
		f.encoded[i] = encodeDelivery(&f.p.msg, t.retain)
	}
	f.batch.Append(queue, f.encoded[i])
	f.targets = append(f.targets, t)
}

// commit makes the queued copies durable and then lets the clients have them.
func (f *fanout) commit() {
	if f.batch == nil {
		return
	}
	f.p.hold()
	s, p, batch, targets := f.srv, f.p, f.batch, f.targets
	s.queues.Commit(batch, func(err error) {
		for i, t := range targets {
			s.stored(t, &p.msg, batch.Seq(i), err)
		}
		p.finishLater(err)
	})
}

// stored tells a session or group about its new entry. It runs on the committer.
func (s *Server) stored(t target, m *Message, seq uint64, err error) {
	if t.group != nil {
		t.group.stored(err)
		return
	}
	ss := t.session
	if err != nil {
		ss.backlog.Add(-1)
		return
	}
	ss.mu.Lock()
	c := ss.conn.Load()
	if c == nil {
		ss.flow.end = seq + 1
	} else {
		ss.flow.push(delivery{msg: m, seq: seq, retain: t.retain}, s.limits.WaitingMessages, s.limits.OutputBytes)
	}
	ss.mu.Unlock()
	if c != nil {
		c.out.signal()
	}
}

// sendNow delivers at QoS 0: now or never.
func (s *Server) sendNow(ss *session, m *Message, retain bool) {
	c := ss.conn.Load()
	if c == nil {
		return // nothing is stored at QoS 0 for a client that is away
	}
	left, alive := expiryLeft(m, m.Received)
	if !alive {
		return
	}
	tooLarge := false
	sent := c.out.add(s.limits.OutputBytes, func(b []byte) []byte {
		start := len(b)
		b = appendPublish(b, c.version, delivery{msg: m, retain: retain}, left)
		if tooLarge = len(b)-start > c.maxPacket; tooLarge {
			return b[:start]
		}
		return b
	})
	switch {
	case tooLarge:
		s.metrics.dropTooLarge.Inc()
	case !sent:
		s.metrics.dropSlow.Inc()
	default:
		s.metrics.out0.Inc()
	}
}

// enqueue adds a QoS 1 message to a session that is not persistent, in memory. At the
// bound the message is dropped and counted: the session promises nothing.
func (s *Server) enqueue(ss *session, d delivery) {
	ss.mu.Lock()
	c := ss.conn.Load()
	if c == nil {
		ss.mu.Unlock()
		return
	}
	d.seq = ss.flow.end
	kept := ss.flow.push(d, s.limits.WaitingMessages, s.limits.OutputBytes)
	if !kept {
		ss.flow.end = d.seq // the number is free again
	}
	ss.mu.Unlock()
	if !kept {
		s.metrics.dropSlow.Inc()
		return
	}
	c.out.signal()
}
