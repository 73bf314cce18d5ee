package broker

import (
	"fmt"
	"strings"
	"time"

	"tidemark/internal/seqlog"
)

const recoverPage = 1000

// recover brings back what the queue store holds: sessions with their subscriptions,
// queues and wills, shared groups, and the number of retained messages. What belongs to
// nobody any more is removed.
func (s *Server) recover() error {
	now := time.Now()
	queues := map[string]bool{}
	for after, more := "", true; more; {
		values, err := s.queues.Scan(sessionPrefix, after, recoverPage)
		if err != nil {
			return err
		}
		for _, v := range values {
			ss, err := s.recoverSession(strings.TrimPrefix(v.Key, sessionPrefix), v.Value, now)
			if err != nil {
				return err
			}
			queues[ss.queue] = true
			after = v.Key
		}
		more = len(values) == recoverPage
	}
	for f, g := range s.groups.by {
		first, next, err := s.queues.Bounds(g.queue)
		if err != nil {
			return fmt.Errorf("recover shared group %q: %w", f.String(), err)
		}
		g.backlog.Store(int64(next - first))
		queues[g.queue] = true
	}
	if err := s.dropOrphans(queues); err != nil {
		return err
	}
	return s.loadRetained()
}

// recoverSession brings back one session. A client that was connected when the process
// died counts as disconnected now.
func (s *Server) recoverSession(id string, value []byte, now time.Time) (*session, error) {
	rec, err := decodeSession(id, value)
	if err != nil {
		return nil, err
	}
	first, next, err := s.queues.Bounds(rec.queue)
	if err != nil {
		return nil, fmt.Errorf("recover session %q: %w", id, err)
	}
	ss := &session{id: id, version: rec.version, persistent: true, queue: rec.queue, will: rec.will,
		expiry: rec.expiry, disconnected: rec.disconnected, subs: map[string]*subscription{}}
	ss.backlog.Store(int64(next - first))
	ss.flow = flow{first: first, next: first, end: next, trimmed: first, dupBelow: first + uint64(s.limits.InFlight)}
	crashed := ss.disconnected.IsZero()
	if crashed {
		ss.disconnected = now
	}
	s.sessions.add(ss)
	for _, sub := range rec.subs {
		sub.session = ss
		if err := s.link(sub); err != nil {
			return nil, fmt.Errorf("recover session %q: %w", id, err)
		}
		ss.subs[sub.filter.String()] = sub
	}
	if crashed {
		s.saveLater(ss)
	}
	s.arm(ss)
	return ss, nil
}

// dropOrphans removes queues whose session or group is gone: a message may have been on
// its way while the session ended.
func (s *Server) dropOrphans(known map[string]bool) error {
	for _, prefix := range []string{queuePrefix, groupPrefix} {
		for after, more := "", true; more; {
			keys, err := s.queues.Queues(prefix, after, recoverPage)
			if err != nil {
				return err
			}
			b := new(seqlog.Batch)
			for _, key := range keys {
				if after = key; !known[key] {
					b.Drop(key)
				}
			}
			s.queues.Commit(b, nil)
			more = len(keys) == recoverPage
		}
	}
	return nil
}
