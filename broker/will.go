package broker

import (
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// will is the message a client leaves for the time when its connection is gone.
type will struct {
	msg   Message
	delay time.Duration // after the disconnect, unless the session ends earlier [MQTT-3.1.3-9]
}

// newWill returns the will of a checked CONNECT, or nil.
func (c *conn) newWill(pk *packets.Packet) *will {
	if !pk.Connect.WillFlag {
		return nil
	}
	return &will{
		msg:   *c.willMessage(&pk.Connect),
		delay: time.Duration(pk.Connect.WillProperties.WillDelayInterval) * time.Second,
	}
}

// publishWill sends a will. Its expiry counts from now.
func (s *Server) publishWill(ss *session, w *will) {
	m := w.msg
	m.Received = time.Time{}
	s.inject(s.work, &m, ss, func(err error) {
		if err != nil {
			s.log.Warn("will is not stored", "client_id", ss.id, "topic", m.Topic, "err", err)
		}
	})
}
