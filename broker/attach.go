package broker

import (
	"context"
	"fmt"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"tidemark/internal/seqlog"
)

// attach binds a connection to the session it asks for, after whoever held the client
// id before has let go (AWS page "MQTT", duplicate client ids). The CONNACK is queued
// before anything that the session has to send.
func (s *Server) attach(ctx context.Context, c *conn, pk *packets.Packet, assigned string) error {
	defer s.sessions.lock(c.id)()
	old := s.sessions.get(c.id)
	if old != nil {
		s.takeOver(old)
		old = s.sessions.get(c.id) // it may have ended with its connection
	}
	resume := old != nil && !pk.Connect.Clean && old.version == c.version && !old.expiredAt(time.Now())
	if old != nil && !resume {
		s.endSession(old)
	}
	ss := old
	if !resume {
		ss = s.newSession(c, pk)
	}
	ack, err := c.connack(pk, resume, assigned)
	if err == nil {
		err = s.bindSession(ctx, ss, c, pk)
	}
	if err != nil {
		if !resume {
			s.endSession(ss)
		}
		return err
	}
	c.session = ss
	c.send(ack)
	ss.conn.Store(c)
	c.out.signal()
	s.metrics.connections.Inc()
	s.connected(c)
	return nil
}

// takeOver ends the connection that holds a session and waits until it has let go.
func (s *Server) takeOver(ss *session) {
	ss.mu.Lock()
	last := ss.last
	ss.mu.Unlock()
	if last != nil {
		last.stop(endTakenOver)
		<-last.done
	}
}

// bindSession makes c the connection of a session, on disk when it is persistent. The
// will of the previous connection, if it still waits, is replaced [MQTT-3.1.3-9].
func (s *Server) bindSession(ctx context.Context, ss *session, c *conn, pk *packets.Packet) error {
	ss.mu.Lock()
	ss.expiry, _ = s.limits.sessionExpiry(pk)
	ss.disconnected = time.Time{}
	ss.will = c.newWill(pk)
	ss.last = c
	ss.flow.stored = ss.flow.end
	ss.mu.Unlock()
	if err := s.saveSession(ctx, ss); err != nil {
		ss.mu.Lock()
		ss.disconnected = time.Now()
		ss.will = nil
		s.arm(ss)
		ss.mu.Unlock()
		return err
	}
	return nil
}

// detach lets go of the session when a connection has ended: the will is published or
// waits for its delay, and the session ends or waits for its expiry.
func (s *Server) detach(c *conn) {
	end, ss, now := c.end.Load(), c.session, time.Now()
	s.metrics.connections.Dec()
	ss.mu.Lock()
	ss.conn.Store(nil)
	ss.disconnected = now
	ss.flow.rewind()
	if end.noWill {
		ss.will = nil
	}
	w := ss.will
	if w != nil && !now.Before(ss.willDue()) {
		ss.will = nil
	} else {
		w = nil
	}
	over := ss.expiry == 0
	if !over {
		s.arm(ss)
	}
	ss.mu.Unlock()
	s.log.Debug("connection ended", "client_id", c.id, "addr", c.remoteIP, "reason", end.reason, "err", end.text)
	if w != nil {
		s.publishWill(ss, w)
	}
	s.disconnected(c, end)
	if over {
		s.endSession(ss)
		return
	}
	if err := s.saveSession(context.Background(), ss); err != nil {
		s.log.Error("session cannot be stored", "client_id", c.id, "err", err)
	}
}

// endSession forgets a session with its subscriptions and queue, and publishes a will
// that still waits.
func (s *Server) endSession(ss *session) {
	ss.mu.Lock()
	if ss.ended {
		ss.mu.Unlock()
		return
	}
	ss.ended = true
	subs, w := ss.subs, ss.will
	ss.subs, ss.will = map[string]*subscription{}, nil
	s.disarm(ss)
	ss.mu.Unlock()
	for _, sub := range subs {
		s.unlink(sub)
	}
	s.sessions.remove(ss)
	if ss.persistent {
		b := new(seqlog.Batch)
		b.Delete(sessionPrefix + ss.id)
		b.Drop(ss.queue)
		s.queues.Commit(b, s.logFailure("session cannot be removed", ss.id))
	}
	if w != nil {
		s.publishWill(ss, w)
	}
}

// saveSession writes a persistent session down and returns when it is durable.
func (s *Server) saveSession(ctx context.Context, ss *session) error {
	if !ss.persistent {
		return nil
	}
	b := new(seqlog.Batch)
	b.Put(sessionPrefix+ss.id, encodeSession(ss.record()))
	if err := s.queues.CommitWait(ctx, b); err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	return nil
}

// saveLater is saveSession for whoever does not depend on the outcome.
func (s *Server) saveLater(ss *session) {
	if !ss.persistent {
		return
	}
	b := new(seqlog.Batch)
	b.Put(sessionPrefix+ss.id, encodeSession(ss.record()))
	s.queues.Commit(b, s.logFailure("session cannot be stored", ss.id))
}

func (s *Server) logFailure(message, id string) func(error) {
	return func(err error) {
		if err != nil {
			s.log.Error(message, "client_id", id, "err", err)
		}
	}
}

// disconnect acts on a DISCONNECT. Reason code 0 deletes the will, any other keeps it
// [MQTT-3.14.4-3]; the session expiry may be replaced, but not raised from 0.
func (c *conn) disconnect(body []byte) *ending {
	if c.version == v3 || len(body) == 0 {
		return endClient
	}
	pk := packets.Packet{ProtocolVersion: v5, FixedHeader: packets.FixedHeader{Type: typeDisconnect}}
	if err := decode(&pk, body, (*packets.Packet).DisconnectDecode); err != nil {
		c.srv.metrics.malformed.Inc()
		return malformed(err.Error())
	}
	if pk.Properties.SessionExpiryIntervalFlag {
		asked := time.Duration(pk.Properties.SessionExpiryInterval) * time.Second
		ss := c.session
		ss.mu.Lock()
		defer ss.mu.Unlock()
		if ss.expiry == 0 && asked > 0 {
			return clientError(codeProtocol, "the session expiry was 0 and stays 0") // [MQTT-3.14.2-2]
		}
		ss.expiry = min(asked, c.srv.limits.SessionExpiryMax)
	}
	if body[0] != codeSuccess { // the library leaves a lone reason code alone
		return endClientWill
	}
	return endClient
}
