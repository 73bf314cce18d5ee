package broker

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"tidemark/fault"
	"tidemark/internal/seqlog"
	"tidemark/topic"
)

// group is a shared subscription: every message goes to one member (AWS page "MQTT",
// shared subscriptions). What arrives at QoS 1 while no member is connected lies in the
// group's durable queue, as long as one of them has a persistent session.
type group struct {
	srv     *Server
	filter  topic.Filter
	entry   *subscription // in the index
	queue   string
	backlog atomic.Int64

	mu      sync.Mutex
	members []*subscription

	drain sync.Mutex // held while entries move to a member; never with another lock
}

// groups are the shared subscriptions by name and filter. No commit calls back into mu,
// so that the queue of a group is dropped before another group can have its name.
type groups struct {
	mu sync.Mutex
	by map[topic.Filter]*group
}

// joinGroup adds a member, in place of an earlier subscription of the same session.
func (s *Server) joinGroup(sub *subscription) error {
	s.groups.mu.Lock()
	defer s.groups.mu.Unlock()
	g := s.groups.by[sub.filter]
	if g == nil {
		if len(s.groups.by) >= s.limits.SharedGroups {
			return fault.New(fault.Exceeded, "there are %d shared groups already", s.limits.SharedGroups)
		}
		g = &group{srv: s, filter: sub.filter, queue: groupQueue(sub.filter)}
		g.entry = &subscription{filter: sub.filter, group: g}
		s.groups.by[sub.filter] = g
		s.index.Add(sub.filter.Pattern, g.entry)
	}
	if !g.add(sub, s.limits.GroupMembers) {
		return fault.New(fault.Exceeded, "the shared group has %d members already", s.limits.GroupMembers)
	}
	sub.group = g
	sub.session.setGroups(func(list []*group) []*group { return append(list, g) })
	return nil
}

func (g *group) add(sub *subscription, limit int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.IndexFunc(g.members, func(m *subscription) bool { return m.session == sub.session }); i >= 0 {
		g.members[i] = sub
		return true
	}
	if len(g.members) >= limit {
		return false
	}
	g.members = append(g.members, sub)
	return true
}

// leaveGroup removes a member. The last one takes the group and its queue along.
func (s *Server) leaveGroup(sub *subscription) {
	g := sub.group
	s.groups.mu.Lock()
	defer s.groups.mu.Unlock()
	g.mu.Lock()
	i := slices.Index(g.members, sub)
	if i >= 0 {
		g.members = slices.Delete(g.members, i, i+1)
	}
	empty := len(g.members) == 0
	g.mu.Unlock()
	if i < 0 {
		return // it was replaced
	}
	sub.session.setGroups(func(list []*group) []*group {
		return slices.DeleteFunc(slices.Clone(list), func(o *group) bool { return o == g })
	})
	if empty {
		delete(s.groups.by, g.filter)
		s.index.Remove(g.filter.Pattern, g.entry)
		b := new(seqlog.Batch)
		b.Drop(g.queue)
		s.queues.Commit(b, nil)
	}
}

// setGroups replaces the session's list of groups; Server.groups.mu is held.
func (s *session) setGroups(change func([]*group) []*group) {
	list := change(slices.Clone(s.groupList()))
	slices.SortFunc(list, func(a, b *group) int { return cmpFilters(a.filter, b.filter) })
	list = slices.Compact(list)
	s.groups.Store(&list)
}

// pick returns a random connected member, or nil, and whether any has a persistent session.
func (g *group) pick() (member *subscription, persistent bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := len(g.members)
	if n == 0 {
		return nil, false
	}
	start := rand.IntN(n)
	for i := range n {
		m := g.members[(start+i)%n]
		if c := m.session.conn.Load(); c != nil && c.end.Load() == nil { // one that is about to end would lose it
			return m, true
		}
		persistent = persistent || m.session.persistent && m.qos > 0
	}
	return nil, persistent
}

func (f *fanout) toGroup(g *group) {
	member, persistent := g.pick()
	switch {
	case member != nil:
		f.toSession(member.session, min(member.qos, f.p.msg.QoS), member.retainAsPublished && f.p.msg.Retain)
	case !persistent || f.p.msg.QoS == 0:
		f.srv.metrics.dropNoMember.Inc()
	case g.backlog.Load() >= int64(f.srv.limits.GroupMessages):
		f.srv.metrics.dropQueueFull.Inc()
	default:
		g.backlog.Add(1)
		f.add(g.queue, target{group: g})
	}
}

// stored notes the outcome of an entry for the group's queue. A member may have
// connected in the meantime: it is woken to fetch the entry.
func (g *group) stored(err error) {
	if err != nil {
		g.backlog.Add(-1)
		return
	}
	if member, _ := g.pick(); member != nil {
		if c := member.session.conn.Load(); c != nil {
			c.out.signal()
		}
	}
}

// drainGroups moves messages from the queues of the client's shared groups to its
// session, and reports whether there were any. It runs on the connection's writer.
func (s *Server) drainGroups(c *conn) bool {
	for _, g := range c.session.groupList() {
		if g.backlog.Load() > 0 && g.qosOf(c.session) > 0 && s.drainGroup(g, c) {
			return true
		}
	}
	return false
}

// qosOf returns the QoS that a member was granted.
func (g *group) qosOf(ss *session) byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.members {
		if m.session == ss {
			return m.qos
		}
	}
	return 0
}

func (s *Server) drainGroup(g *group, c *conn) bool {
	g.drain.Lock()
	defer g.drain.Unlock()
	entries, err := s.queues.Read(g.queue, 0, s.limits.InFlight, pageBytes)
	if err != nil || len(entries) == 0 {
		return false
	}
	if err := s.moveEntries(g, c.session, entries); err != nil {
		s.log.Error("stored messages cannot be moved to a member", "client_id", c.id, "err", err)
		return false
	}
	g.backlog.Add(-int64(len(entries)))
	return true
}

// moveEntries hands entries of a group over: in one durable step to a persistent
// session, into memory for any other.
func (s *Server) moveEntries(g *group, ss *session, entries []seqlog.Entry) error {
	b := new(seqlog.Batch)
	if ss.persistent {
		for _, e := range entries {
			b.Append(ss.queue, e.Value)
		}
	}
	b.TrimBefore(g.queue, entries[len(entries)-1].Seq+1)
	result := make(chan error, 1)
	s.queues.Commit(b, func(err error) {
		for i, e := range entries {
			if d, bad := decodeDelivery(e.Value); bad == nil && ss.persistent && err == nil {
				ss.backlog.Add(1)
				s.stored(target{session: ss}, d.msg, b.Seq(i), nil)
			}
		}
		result <- err
	})
	if err := <-result; err != nil || ss.persistent {
		return err
	}
	for _, e := range entries {
		d, err := decodeDelivery(e.Value)
		if err != nil {
			return err
		}
		s.enqueue(ss, delivery{msg: d.msg})
	}
	return nil
}
