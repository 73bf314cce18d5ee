package broker

import (
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// presence is a lifecycle event (AWS page "Lifecycle events"). Fields are in AWS's order.
type presence struct {
	ClientID  string   `json:"clientId"`
	Timestamp int64    `json:"timestamp"` // ms
	EventType string   `json:"eventType"`
	SessionID string   `json:"sessionIdentifier"`
	Principal string   `json:"principalIdentifier"`
	IPAddress string   `json:"ipAddress,omitempty"`
	Initiated *bool    `json:"clientInitiatedDisconnect,omitempty"`
	Reason    string   `json:"disconnectReason,omitempty"`
	Version   *uint64  `json:"versionNumber,omitempty"`
	Topics    []string `json:"topics,omitempty"`
}

// connected publishes that a client has connected.
func (s *Server) connected(c *conn) {
	c.eventID, c.number = uuid.NewString(), s.versions.connect(c.id, c.connected)
	s.publishEvent(c, "presence/connected/", presence{EventType: "connected", IPAddress: c.remoteIP, Version: &c.number})
}

// disconnected publishes that a client's connection has ended.
func (s *Server) disconnected(c *conn, end *ending) {
	s.versions.disconnect(c.id, time.Now())
	s.publishEvent(c, "presence/disconnected/", presence{EventType: "disconnected", Initiated: new(end.noWill || end == endClientWill),
		Reason: end.reason, Version: &c.number})
}

// publishEvent fills in what all events share. Client ids that would make wildcards
// have no events.
func (s *Server) publishEvent(c *conn, kind string, e presence) {
	if strings.ContainsAny(c.id, "+#") {
		return
	}
	e.ClientID, e.Timestamp, e.SessionID, e.Principal = c.id, time.Now().UnixMilli(), c.eventID, c.principal
	payload, err := json.Marshal(e)
	if err != nil {
		s.log.Error("lifecycle event cannot be written", "client_id", c.id, "err", err)
		return
	}
	s.inject(s.work, &Message{Topic: "$aws/events/" + kind + c.id, Payload: payload}, nil, func(error) {}) // QoS 0: nobody waits
}

// versions numbers the connections of each client id. The number starts again at 0
// when the client was away for an hour.
type versions struct {
	mu sync.Mutex
	by map[string]*connections
}

type connections struct {
	next uint64
	away time.Time // since when; zero while connected
}

const (
	versionsKept = time.Hour
	versionsMany = 4096 // above, those of clients long gone are looked for every so often
)

func (v *versions) connect(id string, now time.Time) uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	c := v.by[id]
	if c == nil || !c.away.IsZero() && now.Sub(c.away) > versionsKept {
		v.forget(now)
		c = new(connections)
		v.by[id] = c
	}
	c.away = time.Time{}
	c.next++
	return c.next - 1
}

// forget removes numbers that would start again anyway, each time their count has
// reached a multiple of versionsMany; mu is held.
func (v *versions) forget(now time.Time) {
	if len(v.by) == 0 || len(v.by)%versionsMany != 0 {
		return
	}
	for id, c := range v.by {
		if !c.away.IsZero() && now.Sub(c.away) > versionsKept {
			delete(v.by, id)
		}
	}
}

func (v *versions) disconnect(id string, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if c := v.by[id]; c != nil {
		c.away = now
	}
}
