package broker

import (
	"sync"
	"time"

	"tidemark/fault"
	"tidemark/internal/seqlog"
	"tidemark/topic"
)

// Retained is the retained message of a topic.
type Retained struct {
	Message  *Message
	Modified time.Time
}

const retainedPrefix = "r/"

// retained keeps the retained messages in the queue store. Those on their way to disk
// are in memory too, so that whoever subscribes next gets them.
type retained struct {
	mu      sync.Mutex
	count   int // of stored topics, those on their way included
	pending map[string]*pendingRetained
}

// pendingRetained is the newest change of a topic that is not on disk.
type pendingRetained struct {
	msg     *Message // nil when the topic is cleared
	changes int      // on their way
}

// retain stores p's message as its topic's retained one, or clears the topic when the
// payload is empty; p waits until that is durable.
func (s *Server) retain(p *publication) {
	m := &p.msg
	p.hold()
	r := &s.retained
	r.mu.Lock()
	known, err := s.retainedKnown(m.Topic)
	if err == nil && !known && len(m.Payload) > 0 && r.count >= s.limits.RetainedMessages {
		err = fault.New(fault.Exceeded, "there are %d retained messages already", r.count)
	}
	if err != nil {
		r.mu.Unlock()
		p.finish(err)
		return
	}
	before := r.count
	b := r.note(m, known)
	counted := r.count - before
	r.mu.Unlock()
	s.queues.Commit(b, func(err error) {
		if err == nil {
			counted = 0 // it stands
		}
		r.settle(m.Topic, counted)
		p.finishLater(err)
	})
}

// retainedKnown reports whether a topic has a retained message; retained.mu is held.
func (s *Server) retainedKnown(name string) (bool, error) {
	if p := s.retained.pending[name]; p != nil {
		return p.msg != nil, nil
	}
	_, ok, err := s.queues.Get(retainedPrefix + name)
	return ok, err
}

// note makes m the newest state of its topic and returns the change to commit; mu is
// held. Two changes of one topic by two connections at the same moment may reach the
// disk in either order.
func (r *retained) note(m *Message, known bool) *seqlog.Batch {
	p := r.pending[m.Topic]
	if p == nil {
		p = new(pendingRetained)
		r.pending[m.Topic] = p
	}
	p.changes++
	b := new(seqlog.Batch)
	if len(m.Payload) == 0 {
		p.msg = nil
		b.Delete(retainedPrefix + m.Topic)
		if known {
			r.count--
		}
		return b
	}
	p.msg = m
	b.Put(retainedPrefix+m.Topic, encodeDelivery(m, true))
	if !known {
		r.count++
	}
	return b
}

// settle forgets a change that is on disk, or that failed: then what it had counted is
// taken back.
func (r *retained) settle(name string, counted int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count -= counted
	if p := r.pending[name]; p != nil {
		if p.changes--; p.changes == 0 {
			delete(r.pending, name)
		}
	}
}

// Retained returns the retained message of a topic; none, or one whose expiry is over,
// is fault.NotFound.
func (s *Server) Retained(name string) (Retained, error) {
	none := fault.New(fault.NotFound, "no retained message on topic %q", name)
	if err := topic.ValidName(name); err != nil {
		return Retained{}, err
	}
	m, err := s.retainedMessage(name)
	if err != nil {
		return Retained{}, err
	}
	if m == nil {
		return Retained{}, none
	}
	if _, alive := expiryLeft(m, time.Now()); !alive {
		return Retained{}, none
	}
	return Retained{Message: m, Modified: m.Received}, nil
}

func (s *Server) retainedMessage(name string) (*Message, error) {
	s.retained.mu.Lock()
	if p := s.retained.pending[name]; p != nil {
		defer s.retained.mu.Unlock()
		return p.msg, nil
	}
	s.retained.mu.Unlock()
	value, ok, err := s.queues.Get(retainedPrefix + name)
	if err != nil || !ok {
		return nil, err
	}
	d, err := decodeDelivery(value)
	return d.msg, err
}

// ListRetained returns up to limit retained messages in the order of their topics,
// starting behind the topic after. Changes that are not durable yet may be missing.
func (s *Server) ListRetained(after string, limit int) ([]Retained, error) {
	if after != "" {
		after = retainedPrefix + after
	}
	var list []Retained
	now := time.Now()
	for len(list) < limit {
		values, err := s.queues.Scan(retainedPrefix, after, limit)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			d, err := decodeDelivery(v.Value)
			if err != nil {
				return nil, err
			}
			if _, alive := expiryLeft(d.msg, now); alive && len(list) < limit {
				list = append(list, Retained{Message: d.msg, Modified: d.msg.Received})
			}
			after = v.Key
		}
		if len(values) < limit {
			break
		}
	}
	return list, nil
}

// dueRetained is a retained message that a new subscription is due.
type dueRetained struct {
	sub *subscription
	msg *Message
}

// findRetained returns the retained messages of new subscriptions. Only exact filters
// are due any (AWS page "MQTT", retained messages).
func (c *conn) findRetained(subs []*subscription) ([]dueRetained, *ending) {
	var due []dueRetained
	for _, sub := range subs {
		r, err := c.srv.Retained(sub.filter.Pattern)
		switch {
		case err == nil:
			due = append(due, dueRetained{sub, r.Message})
		case fault.KindOf(err) != fault.NotFound:
			c.srv.log.Error("retained message cannot be read", "topic", sub.filter.Pattern, "err", err)
			return nil, endServer
		}
	}
	return due, nil
}

func (c *conn) sendRetained(due []dueRetained) *ending {
	for _, d := range due {
		if end := c.sendOneRetained(d.sub, d.msg); end != nil {
			return end
		}
	}
	return nil
}

func (c *conn) sendOneRetained(sub *subscription, m *Message) *ending {
	switch ss := c.session; {
	case min(sub.qos, m.QoS) == 0:
		left, alive := expiryLeft(m, time.Now())
		packet := appendPublish(nil, c.version, delivery{msg: m, retain: true}, left)
		if alive && len(packet) <= c.maxPacket {
			return c.send(packet)
		}
	case ss.persistent:
		ss.backlog.Add(1)
		b := new(seqlog.Batch)
		b.Append(ss.queue, encodeDelivery(m, true))
		c.srv.queues.Commit(b, func(err error) {
			c.srv.stored(target{session: ss, retain: true}, m, b.Seq(0), err)
		})
	default:
		c.srv.enqueue(ss, delivery{msg: m, retain: true})
	}
	return nil
}

// loadRetained counts the retained messages and removes those whose expiry is over.
func (s *Server) loadRetained() error {
	const page = 1000
	now := time.Now()
	for after, more := "", true; more; {
		values, err := s.queues.Scan(retainedPrefix, after, page)
		if err != nil {
			return err
		}
		b := new(seqlog.Batch)
		for _, v := range values {
			d, err := decodeDelivery(v.Value)
			if err != nil {
				return err
			}
			if _, alive := expiryLeft(d.msg, now); alive {
				s.retained.count++
			} else {
				b.Delete(v.Key)
			}
			after = v.Key
		}
		s.queues.Commit(b, nil)
		more = len(values) == page
	}
	return nil
}
