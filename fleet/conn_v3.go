package fleet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

const keepAlive = 60 * time.Second

// connV3 is an MQTT 3.1.1 connection.
type connV3 struct {
	client  mqtt.Client
	network net.Conn
	timeout time.Duration
}

// dialV3 connects with a clean session: what was not acknowledged is sent again by
// the device itself.
func (b Broker) dialV3(ctx context.Context, clientID string) (conn, error) {
	network, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	client := mqtt.NewClient(b.optionsV3(clientID, network))
	c := &connV3{client: client, network: network, timeout: b.Timeout}
	if err := c.await(ctx, client.Connect()); err != nil {
		return nil, errors.Join(fmt.Errorf("connect: %w", err), network.Close())
	}
	return c, nil
}

func (b Broker) optionsV3(clientID string, network net.Conn) *mqtt.ClientOptions {
	o := mqtt.NewClientOptions().AddBroker(b.URL).SetClientID(clientID)
	if b.Username != "" {
		o.SetUsername(b.Username).SetPassword(b.Password)
	}
	o.SetProtocolVersion(4).SetCleanSession(true).SetKeepAlive(keepAlive)
	o.SetAutoReconnect(false).SetConnectRetry(false).SetConnectTimeout(b.Timeout)
	o.SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) { return network, nil })
	return o
}

func (c *connV3) publish(ctx context.Context, topic string, payload []byte, qos byte) error {
	return c.await(ctx, c.client.Publish(topic, qos, false, payload))
}

// await waits for a token, the context or the time limit, whichever is first.
func (c *connV3) await(ctx context.Context, t mqtt.Token) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	select {
	case <-t.Done():
		return t.Error()
	case <-ctx.Done():
		return ctx.Err()
	}
}

const quiesce = 50 // ms that paho may take to send DISCONNECT

func (c *connV3) close() { c.client.Disconnect(quiesce) }

func (c *connV3) abort() {
	_ = c.network.Close() // the connection is being broken on purpose
	c.client.Disconnect(0)
}
