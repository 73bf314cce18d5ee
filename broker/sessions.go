package broker

import (
	"hash/maphash"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/mochi-mqtt/server/v2/packets"
)

// sessions are all sessions by client id, connected or not.
type sessions struct {
	mu      sync.RWMutex
	by      map[string]*session
	numbers uint64

	seed    maphash.Seed
	stripes [256]sync.Mutex // one of them is held while a client id's session changes hands
}

func newSessions() *sessions {
	return &sessions{by: map[string]*session{}, seed: maphash.MakeSeed()}
}

// lock keeps everybody else from binding or ending the session of a client id.
func (r *sessions) lock(id string) (unlock func()) {
	m := &r.stripes[maphash.String(r.seed, id)%uint64(len(r.stripes))]
	m.Lock()
	return m.Unlock
}

func (r *sessions) get(id string) *session {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.by[id]
}

func (r *sessions) add(ss *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.numbers++
	ss.number = r.numbers
	r.by[ss.id] = ss
}

// remove takes ss out, unless another session has its client id by now.
func (r *sessions) remove(ss *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by[ss.id] == ss {
		delete(r.by, ss.id)
	}
}

func (r *sessions) count() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.by)
}

// newSession makes an empty session for a connection.
func (s *Server) newSession(c *conn, pk *packets.Packet) *session {
	ss := &session{
		id:      c.id,
		version: c.version,
		subs:    map[string]*subscription{},
		flow:    flow{first: 1, next: 1, end: 1, trimmed: 1},
	}
	if expiry, _ := s.limits.sessionExpiry(pk); expiry > 0 {
		ss.persistent, ss.queue = true, queuePrefix+uuid.NewString()
	}
	s.sessions.add(ss)
	return ss
}

// expiredAt reports whether a session without a connection is over.
func (ss *session) expiredAt(now time.Time) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	return !ss.disconnected.IsZero() && !now.Before(ss.disconnected.Add(ss.expiry))
}

// record returns what is stored of a session.
func (ss *session) record() *sessionRecord {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	rec := &sessionRecord{version: ss.version, queue: ss.queue, expiry: ss.expiry, disconnected: ss.disconnected, will: ss.will}
	for _, sub := range ss.subs {
		rec.subs = append(rec.subs, sub)
	}
	return rec
}

// arm sets the alarm for what comes next in the life of a session without a
// connection. A session has one alarm at most; ss.mu is held.
func (s *Server) arm(ss *session) {
	due := ss.disconnected.Add(ss.expiry)
	if ss.will != nil {
		due = ss.willDue()
	}
	if ss.alarm != nil && !ss.alarm.at.After(due) {
		return
	}
	s.disarm(ss)
	ss.alarm = s.alarms.at(due, func() {
		if s.begin() {
			go s.wake(ss, due)
		}
	})
}

// disarm takes the alarm back; ss.mu is held.
func (s *Server) disarm(ss *session) {
	if ss.alarm != nil {
		s.alarms.cancel(ss.alarm)
		ss.alarm = nil
	}
}

// willDue returns when the will of a disconnected session is published; ss.mu is held.
func (ss *session) willDue() time.Time { return ss.disconnected.Add(min(ss.will.delay, ss.expiry)) }

// wake publishes the will and ends the session where it is time.
func (s *Server) wake(ss *session, due time.Time) {
	defer s.tasks.Done()
	defer s.sessions.lock(ss.id)()
	ss.mu.Lock()
	if ss.alarm != nil && ss.alarm.at.Equal(due) {
		ss.alarm = nil
	}
	if ss.conn.Load() != nil || ss.ended {
		ss.mu.Unlock()
		return
	}
	now := time.Now()
	var w *will
	if ss.will != nil && !now.Before(ss.willDue()) {
		w, ss.will = ss.will, nil
	}
	over := !now.Before(ss.disconnected.Add(ss.expiry))
	if !over {
		s.arm(ss)
	}
	ss.mu.Unlock()
	if w != nil {
		s.publishWill(ss, w)
	}
	if over {
		s.endSession(ss)
	} else if w != nil {
		s.saveLater(ss)
	}
}
