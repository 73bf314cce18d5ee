package broker

import (
	"strings"
	"time"

	"tidemark/fault"
	"tidemark/topic"
)

// problem is why a message is not accepted. Codes that concern the message alone go
// into a PUBACK where there is one; the others end the connection.
type problem struct {
	code byte
	err  error
}

// connectCode is the CONNACK reason code when the message is a will.
// Those of AWS have none for the others.
func (p *problem) connectCode() byte {
	switch p.code {
	case codePacketTooLarge:
		return codeQuota
	case codeMalformed:
		return codeTopic
	}
	return p.code
}

// fatal reports whether the connection ends even where a PUBACK could tell.
func (p *problem) fatal() bool { return p.code == codePacketTooLarge || p.code == codeMalformed }

// check holds a message against the rules for topics and the limits on sizes.
func (s *Server) check(m *Message) *problem {
	if err := topic.ValidName(m.Topic); fault.KindOf(err) == fault.Invalid {
		return &problem{codeMalformed, err}
	} else if err != nil {
		return &problem{codeTopic, err}
	}
	return s.checkBody(m)
}

// checkBody is check for a topic that is known to be valid.
func (s *Server) checkBody(m *Message) *problem {
	l, p := &s.limits, &m.Properties
	switch {
	case m.QoS > 1:
		return &problem{codeQoS, fault.New(fault.Invalid, "QoS 2 is not supported")}
	case len(m.Payload) > l.PayloadBytes:
		return &problem{codePacketTooLarge, fault.New(fault.Exceeded, "the payload has %d bytes, more than %d", len(m.Payload), l.PayloadBytes)}
	case len(p.ContentType) > l.ContentTypeBytes:
		return &problem{codeQuota, fault.New(fault.Exceeded, "the content type has more than %d bytes", l.ContentTypeBytes)}
	case len(p.CorrelationData) > l.CorrelationBytes:
		return &problem{codeQuota, fault.New(fault.Exceeded, "the correlation data have more than %d bytes", l.CorrelationBytes)}
	case userBytes(p.User) > l.UserPropertyBytes:
		return &problem{codeQuota, fault.New(fault.Exceeded, "the user properties have more than %d bytes", l.UserPropertyBytes)}
	}
	if p.ResponseTopic != "" {
		if err := topic.ValidName(p.ResponseTopic); err != nil {
			return &problem{codeTopic, err}
		}
	}
	return checkReserved(m)
}

// checkReserved closes the topics beginning with $ that are not for clients, and all
// of them to retained messages (AWS pages "Reserved topics", "MQTT").
func checkReserved(m *Message) *problem {
	if !strings.HasPrefix(m.Topic, "$") {
		return nil
	}
	if m.Retain {
		return &problem{codeNotAuthorized, fault.New(fault.Denied, "retained messages are not allowed on reserved topics")}
	}
	if reservedTopic(m.Topic) {
		return &problem{codeNotAuthorized, fault.New(fault.Denied, "the topic %q is reserved", m.Topic)}
	}
	return nil
}

func userBytes(user []UserProperty) int {
	n := 0
	for _, u := range user {
		n += len(u.Key) + len(u.Value)
	}
	return n
}

// clampExpiry brings an expiry into the range of AWS: 0 counts as 1 second.
func (s *Server) clampExpiry(m *Message) {
	if e := m.Properties.MessageExpiry; e != nil {
		m.Properties.MessageExpiry = new(min(max(*e, 1), uint32(s.limits.MessageExpiryMax/time.Second)))
	}
}

// ruleOnly reports whether a message goes to a rule and to no subscriber (AWS page
// "Reducing messaging costs with Basic Ingest").
func ruleOnly(name string) bool {
	_, _, ok := topic.BasicIngest(name)
	return ok
}

// publish acts on a PUBLISH from the client.
func (c *conn) publish(header byte, body []byte) *ending {
	pk := &c.packet
	if end := decodePublish(header, body, c.version, pk); end != nil {
		c.srv.metrics.malformed.Inc()
		return end
	}
	name, end := c.resolveTopic(pk)
	if end != nil {
		return end
	}
	if pk.qos == 2 {
		if c.version == v5 || c.srv.opt.CloseOnQoS2 {
			return clientError(codeQoS, "QoS 2 is not supported")
		}
		c.srv.metrics.dropQoS2.Inc()
		return nil
	}
	c.slowDown()
	p := &publication{srv: c.srv, cost: int64(len(pk.payload)) + messageOverhead, msg: Message{
		Topic: name, Payload: pk.payload, QoS: pk.qos, Retain: pk.retain, Properties: pk.props, Received: time.Now(),
		Source: Source{ClientID: c.id, Principal: c.principal, RemoteIP: c.remoteIP, TraceID: c.trace.next()},
	}}
	no := c.checkPublish(&p.msg)
	if pk.qos == 1 {
		if p.slot, end = c.enterWindow(pk.id); end != nil {
			return end
		}
	}
	if no != nil {
		return c.reject(p, no)
	}
	return c.accept(p)
}

// accept sends a checked message on its way.
func (c *conn) accept(p *publication) *ending {
	c.srv.gate.enter(p.cost)
	c.srv.clampExpiry(&p.msg)
	if p.msg.QoS == 1 {
		p.conn = c
		c.srv.metrics.in1.Inc()
	} else {
		c.srv.metrics.in0.Inc()
	}
	c.matches = c.srv.run(c.srv.work, p, c.session, c.matches)
	return nil
}

// checkPublish is check, except that a topic equal to the connection's last one is not
// looked at again.
func (c *conn) checkPublish(m *Message) *problem {
	if m.Topic == c.lastTopic {
		return c.srv.checkBody(m)
	}
	if no := c.srv.check(m); no != nil {
		return no
	}
	c.lastTopic = m.Topic
	return nil
}

// resolveTopic applies the topic alias. The text is shared with the previous message
// when it is the same, as it is for most devices.
func (c *conn) resolveTopic(pk *publishPacket) (string, *ending) {
	name := c.lastTopic
	if string(pk.topic) != name {
		name = string(pk.topic)
	}
	if !pk.hasAlias {
		if name == "" || len(pk.topic) == 0 {
			return "", clientError(codeProtocol, "PUBLISH has no topic")
		}
		return name, nil
	}
	if pk.alias == 0 || int(pk.alias) >= len(c.aliases) {
		return "", clientError(codeTopicAlias, "the topic alias is out of range") // [MQTT-3.3.2-8] [MQTT-3.3.2-9]
	}
	if len(pk.topic) > 0 {
		c.aliases[pk.alias] = name
	} else if name = c.aliases[pk.alias]; name == "" {
		return "", clientError(codeProtocol, "the topic alias is unknown")
	}
	return name, nil
}

// enterWindow takes a place among the messages that are not acknowledged. An MQTT 5
// client knows how many there are [MQTT-3.3.4-9]; an MQTT 3.1.1 client has to wait.
func (c *conn) enterWindow(id uint16) (uint64, *ending) {
	for {
		slot, full := c.acks.push(id)
		if !full {
			return slot, nil
		}
		if c.version == v5 {
			return 0, clientError(codeReceiveMaximum, "more messages are unacknowledged than the Receive Maximum")
		}
		select {
		case <-c.acks.room:
		case <-c.ended:
			return 0, c.end.Load()
		}
	}
}

// reject answers a message that is not accepted: PUBACK with the code when the client
// can understand it and the code is one of its own, otherwise the connection ends.
func (c *conn) reject(p *publication, no *problem) *ending {
	if c.version == v5 && p.msg.QoS == 1 && !no.fatal() && !reservedTopic(p.msg.Topic) {
		c.settle(p.slot, no.code, no.err.Error())
		return nil
	}
	if no.code == codeNotAuthorized {
		return forbidden(no.err.Error())
	}
	return clientError(no.code, no.err.Error())
}

// slowDown holds the reader back at the publish rate.
func (c *conn) slowDown() {
	wait := c.pace.wait(time.Now(), c.srv.limits.PublishRate)
	if wait == 0 {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.ended:
	}
}
