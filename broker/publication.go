package broker

import (
	"context"
	"sync/atomic"
	"time"
)

// publication is a message on its way through the broker. It is done when the sink and
// all durable queues are, each of which is one hold.
type publication struct {
	msg   Message
	srv   *Server
	holds atomic.Int32
	err   atomic.Pointer[error] // the first
	cost  int64

	conn *conn // of a QoS 1 message over MQTT
	slot uint64
	done func(error) // of an injected message
}

// messageOverhead is what a message costs in memory beside its payload.
const messageOverhead = 512

func (p *publication) hold() { p.holds.Add(1) }

// finish lets go of one hold; the last one acknowledges.
func (p *publication) finish(err error) {
	if p.release(err) {
		p.complete()
	}
}

// finishLater is finish for the committer, which must not run what may commit again.
func (p *publication) finishLater(err error) {
	if !p.release(err) {
		return
	}
	if p.done != nil {
		p.srv.tasks.Go(p.complete)
		return
	}
	p.complete()
}

func (p *publication) release(err error) (last bool) {
	if err != nil {
		p.err.CompareAndSwap(nil, &err)
	}
	return p.holds.Add(-1) == 0
}

func (p *publication) complete() {
	var err error
	if e := p.err.Load(); e != nil {
		err = *e
		p.srv.metrics.failed.Inc()
	}
	p.srv.gate.leave(p.cost)
	if p.conn != nil {
		p.conn.acknowledge(p, err)
	}
	if p.done != nil {
		p.done(err)
		p.srv.tasks.Done() // taken by inject
	}
}

// acknowledge settles an inbound QoS 1 message. An MQTT 3.1.1 client has no negative
// acknowledgement: its connection ends, and it sends the message again on the next.
func (c *conn) acknowledge(p *publication, err error) {
	if err != nil && c.version != v5 {
		c.stop(endServer)
		return
	}
	c.srv.metrics.puback.Observe(time.Since(p.msg.Received).Seconds())
	c.settle(p.slot, ackCode(err), "")
}

// settle notes the reason code of a message and queues the acknowledgements that are due.
func (c *conn) settle(slot uint64, code byte, text string) {
	if !c.problem {
		text = ""
	}
	c.acks.complete(slot, code, text, func(ready []ackSlot) {
		c.out.add(4*c.srv.limits.OutputBytes, func(b []byte) []byte {
			for _, s := range ready {
				b = appendPuback(b, c.version, s.id, s.code, s.text)
			}
			return b
		})
	})
}

// run takes a checked message through the retained store, distribution and the sink, in
// this order: what a rule republishes because of a message comes after it. from is its
// session, nil when it did not come over MQTT. The caller's own hold is the first, so
// that nothing is acknowledged before everything has been started.
func (s *Server) run(ctx context.Context, p *publication, from *session, scratch []*subscription) []*subscription {
	p.holds.Store(2)
	if !ruleOnly(p.msg.Topic) {
		if p.msg.Retain {
			s.retain(p)
		}
		scratch = s.distribute(p, from, scratch)
	}
	s.opt.Sink.Accept(ctx, &p.msg, p.finish)
	p.finish(nil)
	return scratch
}

// Publish takes a message that did not come over MQTT through the same checks and the
// same path as one that did. It fills in Received where it is zero. done is called once,
// from any goroutine: with a fault when the message is not accepted, with nil when it is
// durable. Publish blocks while the sink has too much to do, unless the message was
// republished by a rule.
func (s *Server) Publish(ctx context.Context, m *Message, done func(error)) {
	if no := s.check(m); no != nil {
		done(no.err)
		return
	}
	s.inject(ctx, m, nil, done)
}

// inject is Publish without checks, for messages that the broker itself writes or has
// checked before. from is the session of a will.
func (s *Server) inject(ctx context.Context, m *Message, from *session, done func(error)) {
	if !s.begin() {
		done(errStopped)
		return
	}
	p := &publication{msg: *m, srv: s, done: done, cost: int64(len(m.Payload)) + messageOverhead}
	if p.msg.Received.IsZero() {
		p.msg.Received = time.Now()
	}
	s.clampExpiry(&p.msg)
	if m.Hops > 0 {
		s.gate.force(p.cost)
	} else {
		s.gate.enter(p.cost)
	}
	s.metrics.injected.Inc()
	s.run(ctx, p, from, nil)
}
