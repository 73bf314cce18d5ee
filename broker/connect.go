package broker

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/mochi-mqtt/server/v2/packets"

	"tidemark/fault"
	"tidemark/topic"
)

// refusal is why a CONNECT is not accepted. An MQTT 5 client gets a CONNACK with code,
// an MQTT 3.1.1 client one with old, or none when that is 0.
type refusal struct {
	code, old byte
	text      string
	denied    bool
}

// Return codes of an MQTT 3.1.1 CONNACK. A denial closes the connection without one,
// as on AWS.
const (
	oldVersion     = 1
	oldClientID    = 2
	oldUnavailable = 3
)

// handshake reads CONNECT, finds out who it is and binds the session. The client has
// its CONNACK queued when nil is returned.
func (c *conn) handshake(ctx context.Context) *ending {
	ctx, cancel := context.WithTimeout(ctx, c.srv.limits.ConnectWait)
	defer cancel()
	if err := c.secure(ctx); err != nil {
		return endLost
	}
	pk, end := c.readConnect()
	if end != nil {
		return end
	}
	assigned := ""
	no := c.checkConnect(pk)
	if no == nil && pk.Connect.ClientIdentifier == "" {
		assigned = uuid.NewString()
		pk.Connect.ClientIdentifier = assigned
	}
	if no == nil {
		no = c.authenticate(ctx, pk)
	}
	if no != nil {
		return c.refuse(no)
	}
	c.configure(pk)
	if err := c.srv.attach(ctx, c, pk, assigned); err != nil {
		c.srv.log.Error("session cannot be opened", "client_id", c.id, "err", err)
		return c.refuse(&refusal{code: codeUnavailable, old: oldUnavailable, text: "the session cannot be opened"})
	}
	return nil
}

// secure finishes the handshake of a TLS connection.
func (c *conn) secure(ctx context.Context) error {
	t, ok := c.nc.(*tls.Conn)
	if !ok {
		return nil
	}
	if err := t.HandshakeContext(ctx); err != nil {
		return err
	}
	state := t.ConnectionState()
	c.info.TLS = &state
	return nil
}

func (c *conn) readConnect() (*packets.Packet, *ending) {
	first, err := c.r.Peek(1)
	if err != nil {
		return nil, c.readError(err)
	}
	if first[0] != typeConnect<<4 {
		return nil, clientError(codeProtocol, "the first packet is not CONNECT") // [MQTT-3.1.0-1]
	}
	_, body, end := c.readPacket(c.srv.limits.ConnectBytes)
	if end != nil {
		return nil, end
	}
	pk := &packets.Packet{FixedHeader: packets.FixedHeader{Type: typeConnect}}
	if err := decode(pk, body, (*packets.Packet).ConnectDecode); err != nil {
		c.srv.metrics.malformed.Inc()
		c.version = pk.ProtocolVersion
		return nil, c.refuse(&refusal{code: codeMalformed, text: err.Error()})
	}
	c.version = pk.ProtocolVersion
	return pk, nil
}

// checkConnect holds CONNECT against the protocol and the limits, in the order in which
// AWS reports them.
func (c *conn) checkConnect(pk *packets.Packet) *refusal {
	p := &pk.Connect
	id := p.ClientIdentifier
	switch {
	case string(p.ProtocolName) != "MQTT" || pk.ProtocolVersion != v3 && pk.ProtocolVersion != v5:
		return &refusal{code: codeVersion, old: oldVersion, text: "protocol versions 3.1.1 and 5 are supported"} // [MQTT-3.1.2-2]
	case pk.ReservedBit != 0 || p.PasswordFlag && !p.UsernameFlag && pk.ProtocolVersion == v3:
		return &refusal{code: codeMalformed, text: "the flags of CONNECT are invalid"} // [MQTT-3.1.2-3] [MQTT-3.1.2-22]
	case pk.Properties.AuthenticationMethod != "":
		return &refusal{code: codeAuthMethod, text: "enhanced authentication is not supported"}
	case len(id) > c.srv.limits.ClientIDBytes || strings.HasPrefix(id, "$"):
		return &refusal{code: codeClientID, old: oldClientID, text: "the client id is too long or begins with $"}
	case id == "" && pk.ProtocolVersion == v3 && !p.Clean:
		return &refusal{code: codeClientID, old: oldClientID, text: "an empty client id needs a clean session"} // [MQTT-3.1.3-8]
	case pk.Properties.MaximumPacketSize != 0 && pk.Properties.MaximumPacketSize < 512:
		return &refusal{code: codeUnspecified, text: "a maximum packet size below 512 is not supported"}
	}
	return c.checkWill(p)
}

func (c *conn) checkWill(p *packets.ConnectParams) *refusal {
	if !p.WillFlag {
		if p.WillQos != 0 || p.WillRetain {
			return &refusal{code: codeMalformed, text: "will flags without a will"} // [MQTT-3.1.2-11] [MQTT-3.1.2-13]
		}
		return nil
	}
	if p.WillQos > 1 {
		return &refusal{code: codeQoS, text: "QoS 2 is not supported"}
	}
	m := c.willMessage(p)
	if no := c.srv.check(m); no != nil {
		return &refusal{code: no.connectCode(), text: no.err.Error(), denied: no.code == codeNotAuthorized}
	}
	return nil
}

func (c *conn) authenticate(ctx context.Context, pk *packets.Packet) *refusal {
	principal, err := c.srv.opt.Auth.Authenticate(ctx, Login{
		ClientID:   pk.Connect.ClientIdentifier,
		Username:   string(pk.Connect.Username),
		Password:   pk.Connect.Password,
		TLS:        c.info.TLS,
		RemoteAddr: c.nc.RemoteAddr(),
		HTTP:       c.info.HTTP,
	})
	if err == nil {
		c.principal = principal
		return nil
	}
	c.srv.metrics.authFailures.Inc()
	switch fault.KindOf(err) {
	case fault.Unavailable, fault.Throttled:
		return &refusal{code: codeUnavailable, old: oldUnavailable, text: err.Error()}
	case fault.Invalid:
		return &refusal{code: codeCredentials, text: err.Error(), denied: true}
	}
	return &refusal{code: codeNotAuthorized, text: "not authorized", denied: true}
}

// refuse answers a CONNECT that is not accepted and ends the connection.
func (c *conn) refuse(no *refusal) *ending {
	pk := packets.Packet{ProtocolVersion: c.version, ReasonCode: no.code, FixedHeader: packets.FixedHeader{Type: 2}}
	if c.version == v5 {
		pk.Properties.ReasonString = shorten(no.text)
	} else {
		pk.ReasonCode = no.old
	}
	if c.version == v5 || no.old != 0 {
		if b, err := encode(&pk, (*packets.Packet).ConnackEncode); err == nil {
			c.flush(b, lastWords)
		}
	}
	if no.denied {
		return &ending{reason: "AUTH_ERROR", text: no.text}
	}
	return clientError(0, no.text)
}

// configure sets what CONNECT decides about the connection.
func (c *conn) configure(pk *packets.Packet) {
	l := &c.srv.limits
	c.id = pk.Connect.ClientIdentifier
	c.connected = time.Now()
	if host, _, err := net.SplitHostPort(c.nc.RemoteAddr().String()); err == nil {
		c.remoteIP = host
	}
	c.greetBy, c.keepAlive = time.Time{}, l.keepAlive(pk.Connect.Keepalive)*3/2
	c.window = l.InFlight
	if n := int(pk.Properties.ReceiveMaximum); n > 0 {
		c.window = min(n, l.InFlight)
	}
	c.maxPacket = 5 + 1<<28
	if n := int(pk.Properties.MaximumPacketSize); n > 0 {
		c.maxPacket = n
	}
	c.problem = !pk.Properties.RequestProblemInfoFlag || pk.Properties.RequestProblemInfo != 0
	c.aliases = make([]string, l.TopicAliases+1)
	c.acks = newAckQueue(l.InFlight)
}

// keepAlive clamps the keep-alive in seconds that a client asks for; 0 is the longest.
func (l *Limits) keepAlive(asked uint16) time.Duration {
	d := time.Duration(asked) * time.Second
	if d == 0 {
		return l.KeepAliveMax
	}
	return min(max(d, l.KeepAliveMin), l.KeepAliveMax)
}

// sessionExpiry returns how long the session outlives its connection, and whether that
// is less than an MQTT 5 client asked for.
func (l *Limits) sessionExpiry(pk *packets.Packet) (d time.Duration, lowered bool) {
	if pk.ProtocolVersion == v3 {
		if pk.Connect.Clean {
			return 0, false
		}
		return l.SessionExpiry, false
	}
	d = time.Duration(pk.Properties.SessionExpiryInterval) * time.Second
	return min(d, l.SessionExpiryMax), d > l.SessionExpiryMax
}

// connack returns the acceptance with the properties of AWS (page "MQTT", CONNACK).
func (c *conn) connack(pk *packets.Packet, present bool, assigned string) ([]byte, error) {
	l := &c.srv.limits
	ack := packets.Packet{ProtocolVersion: c.version, SessionPresent: present, FixedHeader: packets.FixedHeader{Type: 2}}
	ack.Properties = packets.Properties{
		ReceiveMaximum:           uint16(l.InFlight),
		MaximumQos:               1,
		MaximumQosFlag:           true,
		RetainAvailable:          1,
		RetainAvailableFlag:      true,
		MaximumPacketSize:        uint32(l.PacketBytes),
		AssignedClientID:         assigned,
		TopicAliasMaximum:        uint16(l.TopicAliases),
		WildcardSubAvailable:     1,
		WildcardSubAvailableFlag: true,
		SubIDAvailableFlag:       true,
		SharedSubAvailable:       1,
		SharedSubAvailableFlag:   true,
	}
	if d, lowered := l.sessionExpiry(pk); lowered {
		ack.Properties.SessionExpiryInterval, ack.Properties.SessionExpiryIntervalFlag = uint32(d/time.Second), true
	}
	if ka := uint16(l.keepAlive(pk.Connect.Keepalive) / time.Second); ka != pk.Connect.Keepalive {
		ack.Properties.ServerKeepAlive, ack.Properties.ServerKeepAliveFlag = ka, true
	}
	return encode(&ack, (*packets.Packet).ConnackEncode)
}

// willMessage builds the will of a CONNECT. It returns a message that nobody else holds.
func (c *conn) willMessage(p *packets.ConnectParams) *Message {
	m := &Message{
		Topic:   p.WillTopic,
		Payload: p.WillPayload,
		QoS:     p.WillQos,
		Retain:  p.WillRetain,
		Source:  Source{ClientID: p.ClientIdentifier, Principal: c.principal, RemoteIP: c.remoteIP},
	}
	w := &p.WillProperties
	m.Properties = Properties{ContentType: w.ContentType, ResponseTopic: w.ResponseTopic, CorrelationData: w.CorrelationData}
	if w.PayloadFormatFlag {
		m.Properties.PayloadFormat = new(w.PayloadFormat)
	}
	if w.MessageExpiryInterval > 0 {
		m.Properties.MessageExpiry = new(w.MessageExpiryInterval)
	}
	for _, u := range w.User {
		m.Properties.User = append(m.Properties.User, UserProperty{u.Key, u.Val})
	}
	c.srv.clampExpiry(m)
	return m
}

// reservedTopic reports whether clients may not publish to a topic.
func reservedTopic(name string) bool { return !topic.MayPublish(name) }
