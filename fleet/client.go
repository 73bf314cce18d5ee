package fleet

import (
	"context"
	"errors"
	"fmt"

	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho"
)

// Client is one MQTT 5 connection for those who watch a fleet from outside. Publish
// may be called by several goroutines at once.
type Client struct{ conn conn }

// Dial connects a client with a clean start.
func Dial(ctx context.Context, b Broker, clientID string) (*Client, error) {
	b.Timeout = orDefault(b.Timeout, defaultTimeout)
	c, err := b.dialV5(ctx, clientID)
	if err != nil {
		return nil, err
	}
	return &Client{c}, nil
}

// Publish returns when the broker acknowledged the message, at QoS 1.
func (c *Client) Publish(ctx context.Context, topic string, payload []byte) error {
	return c.conn.publish(ctx, topic, payload, 1)
}

// Close says goodbye and waits until the connection's goroutines ended. It may be
// called twice.
func (c *Client) Close() error {
	c.conn.close()
	return nil
}

// Listen subscribes to a topic filter at QoS 1, calls ready once the broker granted
// it and take for every message, until ctx ends; then it returns nil. It does not
// connect again: a broken connection is its error.
func Listen(ctx context.Context, b Broker, clientID, filter string, ready func(), take func(topic string, payload []byte)) error {
	b.Timeout = orDefault(b.Timeout, defaultTimeout)
	network, err := b.open(ctx)
	if err != nil {
		return err
	}
	client := paho.NewClient(paho.ClientConfig{
		ClientID: clientID, Conn: packets.NewThreadSafeConn(network), PacketTimeout: b.Timeout,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
			take(p.Packet.Topic, p.Packet.Payload)
			return true, nil
		}},
	})
	if _, err := client.Connect(ctx, b.connectV5(clientID)); err != nil {
		return errors.Join(fmt.Errorf("connect: %w", err), network.Close())
	}
	c := &connV5{client: client, network: network}
	defer c.close()
	if _, err := client.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: filter, QoS: 1}}}); err != nil {
		return fmt.Errorf("subscribe to %s: %w", filter, err)
	}
	ready()
	select {
	case <-ctx.Done():
		return nil
	case <-client.Done():
		return fmt.Errorf("connection of the subscription to %s broke", filter)
	}
}
