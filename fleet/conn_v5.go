package fleet

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho"
)

// connV5 is an MQTT 5 connection.
type connV5 struct {
	client  *paho.Client
	network net.Conn
}

// dialV5 connects with a clean start.
func (b Broker) dialV5(ctx context.Context, clientID string) (conn, error) {
	network, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	network = packets.NewThreadSafeConn(network) // a tls.Conn alone may not be written by two at once
	client := paho.NewClient(paho.ClientConfig{ClientID: clientID, Conn: network, PacketTimeout: b.Timeout})
	if _, err := client.Connect(ctx, b.connectV5(clientID)); err != nil {
		return nil, errors.Join(fmt.Errorf("connect: %w", err), network.Close())
	}
	return &connV5{client: client, network: network}, nil
}

// receiveMaximum is how many messages a broker may have in flight to a client. paho
// makes room for all of them at once, half a megabyte without this.
const receiveMaximum = 16

func (b Broker) connectV5(clientID string) *paho.Connect {
	most := uint16(receiveMaximum)
	c := &paho.Connect{
		ClientID: clientID, KeepAlive: uint16(keepAlive.Seconds()), CleanStart: true,
		Properties: &paho.ConnectProperties{ReceiveMaximum: &most},
	}
	if b.Username != "" {
		c.UsernameFlag, c.Username = true, b.Username
		c.PasswordFlag, c.Password = true, []byte(b.Password)
	}
	return c
}

func (c *connV5) publish(ctx context.Context, topic string, payload []byte, qos byte) error {
	_, err := c.client.Publish(ctx, &paho.Publish{Topic: topic, Payload: payload, QoS: qos})
	return err
}

func (c *connV5) close() {
	_ = c.client.Disconnect(&paho.Disconnect{}) // the connection is gone afterwards either way
	<-c.client.Done()
}

func (c *connV5) abort() {
	_ = c.network.Close() // the connection is being broken on purpose
	<-c.client.Done()
}
