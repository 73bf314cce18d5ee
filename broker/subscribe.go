package broker

import (
	"context"

	"github.com/mochi-mqtt/server/v2/packets"

	"tidemark/fault"
	"tidemark/topic"
)

// failure is the reason code of a refused filter for an MQTT 3.1.1 client.
const failure = 0x80

// subscribe acts on a SUBSCRIBE. The SUBACK leaves when a persistent session has the
// new subscriptions on disk. Retained messages follow it, but they are those of before:
// what is published once the client has its SUBACK arrives once.
func (c *conn) subscribe(body []byte) *ending {
	pk := packets.Packet{ProtocolVersion: c.version, FixedHeader: packets.FixedHeader{Type: typeSubscribe, Qos: 1}}
	if err := decode(&pk, body, (*packets.Packet).SubscribeDecode); err != nil {
		c.srv.metrics.malformed.Inc()
		return malformed(err.Error())
	}
	if end := c.checkSubscribe(&pk); end != nil {
		return end
	}
	codes := make([]byte, len(pk.Filters))
	var retained []*subscription
	for i, f := range pk.Filters {
		sub, code := c.checkFilter(&f)
		if sub != nil {
			code = c.bind(sub, f.RetainHandling, &retained)
		}
		if c.version == v3 && code > 1 {
			code = failure
		}
		codes[i] = code
	}
	if err := c.srv.saveSession(context.Background(), c.session); err != nil {
		c.srv.log.Error("session cannot be stored", "client_id", c.id, "err", err)
		return endServer
	}
	due, end := c.findRetained(retained)
	if end != nil {
		return end
	}
	ack := packets.Packet{ProtocolVersion: c.version, PacketID: pk.PacketID, ReasonCodes: codes, FixedHeader: packets.FixedHeader{Type: 9}}
	b, err := encode(&ack, (*packets.Packet).SubackEncode)
	if err != nil {
		return endServer
	}
	if end := c.send(b); end != nil {
		return end
	}
	c.subscriptionEvent("subscribed", pk.Filters)
	return c.sendRetained(due)
}

// checkSubscribe refuses a SUBSCRIBE as a whole.
func (c *conn) checkSubscribe(pk *packets.Packet) *ending {
	if pk.PacketID == 0 || len(pk.Filters) == 0 {
		return clientError(codeProtocol, "SUBSCRIBE has no packet identifier or no filter") // [MQTT-2.2.1-3] [MQTT-3.8.3-2]
	}
	if len(pk.Properties.SubscriptionIdentifier) > 0 {
		return clientError(codeSubscriptionIDs, "subscription identifiers are not supported")
	}
	if len(pk.Filters) > c.srv.limits.FiltersPerSubscribe {
		return clientError(codeProtocol, "SUBSCRIBE has too many filters")
	}
	for _, f := range pk.Filters {
		if f.RetainHandling > 2 {
			return clientError(codeProtocol, "retain handling is not 0, 1 or 2")
		}
		if f.NoLocal && len(f.Filter) > 7 && f.Filter[:7] == "$share/" {
			return clientError(codeProtocol, "no local on a shared subscription") // [MQTT-3.8.3-4]
		}
	}
	return nil
}

// checkFilter returns the subscription that a filter asks for, or why there is none.
// QoS 2 is granted as 1.
func (c *conn) checkFilter(f *packets.Subscription) (*subscription, byte) {
	filter, err := topic.Parse(f.Filter)
	if err != nil {
		return nil, codeFilter
	}
	if !topic.MaySubscribe(filter.Pattern) {
		return nil, codeNotAuthorized
	}
	return &subscription{filter: filter, session: c.session, qos: min(f.Qos, 1), noLocal: f.NoLocal, retainAsPublished: f.RetainAsPublished}, 0
}

// bind puts a subscription in place of one with the same filter, or beside the others.
// Those that are due retained messages are appended to retained. It returns the code.
func (c *conn) bind(sub *subscription, retainHandling byte, retained *[]*subscription) byte {
	ss := c.session
	text := sub.filter.String()
	ss.mu.Lock()
	old := ss.subs[text]
	full := old == nil && len(ss.subs) >= c.srv.limits.Subscriptions
	ss.mu.Unlock()
	if full {
		return codeQuota
	}
	if err := c.srv.link(sub); err != nil {
		return ackCode(fault.Wrap(fault.Exceeded, err))
	}
	ss.mu.Lock()
	ss.subs[text] = sub
	ss.mu.Unlock()
	if old != nil {
		c.srv.unlink(old)
	}
	if sub.filter.Exact() && (retainHandling == 0 || retainHandling == 1 && old == nil) {
		*retained = append(*retained, sub)
	}
	return sub.qos
}

// link puts a subscription where messages find it.
func (s *Server) link(sub *subscription) error {
	if sub.filter.Share != "" {
		return s.joinGroup(sub)
	}
	s.index.Add(sub.filter.Pattern, sub)
	return nil
}

// unlink is the inverse of link.
func (s *Server) unlink(sub *subscription) {
	if sub.filter.Share != "" {
		s.leaveGroup(sub)
		return
	}
	s.index.Remove(sub.filter.Pattern, sub)
}

// unsubscribe acts on an UNSUBSCRIBE. An unknown filter is no error (AWS page "MQTT").
func (c *conn) unsubscribe(body []byte) *ending {
	pk := packets.Packet{ProtocolVersion: c.version, FixedHeader: packets.FixedHeader{Type: typeUnsubscribe, Qos: 1}}
	if err := decode(&pk, body, (*packets.Packet).UnsubscribeDecode); err != nil {
		c.srv.metrics.malformed.Inc()
		return malformed(err.Error())
	}
	if pk.PacketID == 0 || len(pk.Filters) == 0 {
		return clientError(codeProtocol, "UNSUBSCRIBE has no packet identifier or no filter") // [MQTT-3.10.3-2]
	}
	codes := make([]byte, len(pk.Filters))
	for i, f := range pk.Filters {
		if _, err := topic.Parse(f.Filter); err != nil {
			codes[i] = codeFilter
			continue
		}
		c.unbind(f.Filter)
	}
	if err := c.srv.saveSession(context.Background(), c.session); err != nil {
		c.srv.log.Error("session cannot be stored", "client_id", c.id, "err", err)
		return endServer
	}
	ack := packets.Packet{ProtocolVersion: c.version, PacketID: pk.PacketID, ReasonCodes: codes, FixedHeader: packets.FixedHeader{Type: 11}}
	b, err := encode(&ack, (*packets.Packet).UnsubackEncode)
	if err != nil {
		return endServer
	}
	c.subscriptionEvent("unsubscribed", pk.Filters)
	return c.send(b)
}

// subscriptionEvent publishes the lifecycle event of a SUBSCRIBE or UNSUBSCRIBE.
func (c *conn) subscriptionEvent(kind string, filters packets.Subscriptions) {
	topics := make([]string, len(filters))
	for i, f := range filters {
		topics[i] = f.Filter
	}
	c.srv.publishEvent(c, "subscriptions/"+kind+"/", presence{EventType: kind, Topics: topics})
}

func (c *conn) unbind(text string) {
	ss := c.session
	ss.mu.Lock()
	sub := ss.subs[text]
	delete(ss.subs, text)
	ss.mu.Unlock()
	if sub != nil {
		c.srv.unlink(sub)
	}
}
