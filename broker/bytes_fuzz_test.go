package broker

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// FuzzConnection throws bytes at a live connection, before and after CONNECT. Nothing
// may crash the process, and the broker must go on serving others.
func FuzzConnection(f *testing.F) {
	b := start(f)
	c := &client{t: f, version: v5}
	f.Add(byte(v5), []byte("\x82\x06\x00\x01\x00\x00\x01a"))
	f.Add(byte(v3), c.encodePublish(message{topic: "t", payload: "x", qos: 1, id: 1}))
	f.Add(byte(v5), c.encodePublish(message{topic: "t", qos: 1, id: 1, props: packets.Properties{ContentType: "c", TopicAlias: 1, TopicAliasFlag: true}}))
	f.Add(byte(v5), c.encodeSubscribe(nil, packets.Subscription{Filter: "$share/g/a/#", Qos: 1}))
	f.Add(byte(v5), []byte("\xe0\x07\x00\x05\x11\x00\x00\x00\x01"))
	f.Add(byte(0), connectPacket(v5, "x", withWill(nil, persistent(5))))
	f.Add(byte(0), connectPacket(v3, "x", withWill(nil)))
	f.Fuzz(func(t *testing.T, version byte, raw []byte) {
		near, far := net.Pipe()
		go b.s.ServeConn(context.Background(), far, ConnInfo{})
		c := &client{t: t, nc: near, version: version}
		drained := make(chan struct{})
		go func() {
			defer close(drained)
			buf := make([]byte, 4096)
			for {
				if _, err := c.nc.Read(buf); err != nil {
					return
				}
			}
		}()
		c.nc.SetWriteDeadline(time.Now().Add(5 * time.Second))
		if version == v3 || version == v5 {
			c.nc.Write(connectPacket(version, "fuzz", nil))
		}
		c.nc.Write(raw)
		c.nc.Close()
		<-drained
	})
}

// FuzzDecodePublish holds our decoder of PUBLISH against the library's: what the
// library refuses is refused, and what both accept is the same.
func FuzzDecodePublish(f *testing.F) {
	c := &client{t: f, version: v5}
	f.Add(byte(0x32), byte(v5), []byte("\x00\x01t\x00\x01\x00x"))
	f.Add(byte(0x30), byte(v3), []byte("\x00\x01tx"))
	raw := c.encodePublish(message{topic: "t", props: packets.Properties{ContentType: "c", ResponseTopic: "r", CorrelationData: []byte("d"),
		User: []packets.UserProperty{{Key: "k", Val: "v"}}, MessageExpiryInterval: 5, PayloadFormatFlag: true}})
	f.Add(raw[0], byte(v5), raw[2:])
	f.Fuzz(func(t *testing.T, header, version byte, body []byte) {
		header, version = typePublish<<4|header&0x0F, v3+version&1
		var ours publishPacket
		end := decodePublish(header, body, version, &ours)
		theirs := packets.Packet{ProtocolVersion: version}
		err := theirs.FixedHeader.Decode(header)
		if err == nil {
			err = decode(&theirs, body, (*packets.Packet).PublishDecode)
		}
		if end != nil {
			return // we are stricter in places
		}
		if err != nil {
			if string(ours.topic) == theirs.TopicName { // a topic that is not UTF-8 is refused later
				t.Fatalf("we accept what the library refuses: %v", err)
			}
			return
		}
		if string(ours.topic) != theirs.TopicName || string(ours.payload) != string(theirs.Payload) || ours.id != theirs.PacketID ||
			ours.qos != theirs.FixedHeader.Qos || ours.alias != theirs.Properties.TopicAlias || ours.props.ContentType != theirs.Properties.ContentType ||
			len(ours.props.User) != len(theirs.Properties.User) {
			t.Fatalf("ours %+v, theirs %+v", ours, theirs)
		}
	})
}
