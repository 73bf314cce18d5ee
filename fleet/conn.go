package fleet

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"

	"tidemark/fault"
)

// conn is one MQTT connection. publish may be called by several goroutines at once.
type conn interface {
	// publish returns nil once the broker acknowledged the message (QoS 1) or the
	// network took it (QoS 0). After an error the connection is of no further use.
	publish(ctx context.Context, topic string, payload []byte, qos byte) error
	// close sends DISCONNECT and waits until the connection's goroutines ended.
	close()
	// abort drops the network connection, as a dying device does.
	abort()
}

// dialer opens an MQTT connection for a client id.
type dialer func(ctx context.Context, clientID string) (conn, error)

// address returns host and port of the URL; the error is fault.Invalid.
func (b Broker) address() (string, error) {
	u, err := url.Parse(b.URL)
	if err != nil {
		return "", fault.New(fault.Invalid, "broker URL: %w", err)
	}
	port, ok := map[string]string{"mqtt": "1883", "mqtts": "8883"}[u.Scheme]
	if !ok || u.Hostname() == "" {
		return "", fault.New(fault.Invalid, "broker URL %q is not mqtt://host:port or mqtts://host:port", b.URL)
	}
	if u.Port() != "" {
		port = u.Port()
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// secure reports whether the URL asks for TLS.
func (b Broker) secure() bool {
	u, err := url.Parse(b.URL)
	return err == nil && u.Scheme == "mqtts"
}

// open connects the network part: TCP, and TLS where the URL asks for it.
func (b Broker) open(ctx context.Context) (net.Conn, error) {
	address, err := b.address()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, b.Timeout)
	defer cancel()
	if b.secure() {
		return (&tls.Dialer{Config: b.TLS}).DialContext(ctx, "tcp", address)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", address)
}

// dialerFor returns how the i-th device connects.
func (b Broker) dialerFor(p Protocol, i int) dialer {
	if p == V5 || p == Mixed && i%2 == 1 {
		return b.dialV5
	}
	return b.dialV3
}
