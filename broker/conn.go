package broker

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// conn is one MQTT connection. Its reader runs in serve, its writer beside it.
type conn struct {
	srv  *Server
	nc   net.Conn
	info ConnInfo
	r    *bufio.Reader

	// Set by CONNECT, before the writer starts and anybody else sees the connection.
	id        string
	version   byte
	principal string
	remoteIP  string
	session   *session
	keepAlive time.Duration // 1.5 times the keep-alive; the longest silence
	maxPacket int           // the largest packet the client takes, whole
	window    int           // QoS 1 messages the client takes unacknowledged
	problem   bool          // the client wants Reason Strings
	connected time.Time
	eventID   string // sessionIdentifier of lifecycle events
	number    uint64 // versionNumber of lifecycle events

	// The reader's own.
	aliases   []string
	lastTopic string // the last one found valid
	packet    publishPacket
	matches   []*subscription
	trace     tracer
	pace      pacer // of messages in

	resume time.Time // when the writer last sent a stored message; the writer's own

	greetBy time.Time // when CONNECT has to be complete; zero once it is. The reader's own

	out     *output
	acks    *ackQueue
	end     atomic.Pointer[ending]
	bound   atomic.Bool   // the session is attached and the writer runs
	ended   chan struct{} // closed by the first stop
	written chan struct{} // closed when the writer is done and nc is closed
	done    chan struct{} // closed when the session is let go
}

func (s *Server) newConn(nc net.Conn, info ConnInfo) *conn {
	c := &conn{
		srv:     s,
		nc:      nc,
		info:    info,
		out:     newOutput(),
		ended:   make(chan struct{}),
		written: make(chan struct{}),
		done:    make(chan struct{}),
		trace:   newTracer(),
		greetBy: time.Now().Add(s.limits.ConnectWait),
	}
	c.r = bufio.NewReaderSize(deadlineReader{c}, 4096)
	return c
}

// deadlineReader sets the read deadline when bytes are really waited for, which for
// pipelined packets is far less often than a packet is read. Bytes of an incomplete
// packet do not count as a sign of life on a slow line only by the length of one read.
// Before CONNECT is complete nothing counts: a stranger has ConnectWait for all of it.
type deadlineReader struct{ c *conn }

func (d deadlineReader) Read(b []byte) (int, error) {
	until := d.c.greetBy
	if until.IsZero() {
		until = time.Now().Add(d.c.keepAlive)
	}
	if err := d.c.nc.SetReadDeadline(until); err != nil {
		return 0, err
	}
	return d.c.nc.Read(b)
}

// serve runs a connection from its CONNECT to its end.
func (c *conn) serve(ctx context.Context) {
	defer close(c.done)
	if end := c.handshake(ctx); end != nil {
		c.stop(end)
		c.out.close()
		c.nc.Close()
		close(c.written)
		return
	}
	c.bound.Store(true)
	go c.write()
	for {
		header, body, end := c.readPacket(c.srv.limits.PacketBytes)
		if end == nil && c.end.Load() == nil {
			end = c.handle(header, body)
		}
		if end != nil {
			c.stop(end)
		}
		if c.end.Load() != nil {
			break
		}
	}
	<-c.written
	c.srv.detach(c)
}

// stop ends the connection for a reason; only the first counts. It does not wait, and
// gives a write that hangs little time.
func (c *conn) stop(end *ending) {
	if c.end.CompareAndSwap(nil, end) {
		close(c.ended)
		c.nc.SetWriteDeadline(time.Now().Add(lastWords)) // an error means that it is closed
	}
}

// shut is stop from outside. A connection that has not said who it is yet has no writer
// that would close it.
func (c *conn) shut(end *ending) {
	c.stop(end)
	if !c.bound.Load() {
		c.nc.Close()
	}
}

// readPacket reads one packet. The body is the caller's to keep.
func (c *conn) readPacket(limit int) (header byte, body []byte, end *ending) {
	header, err := c.r.ReadByte()
	if err != nil {
		return 0, nil, c.readError(err)
	}
	n, end := c.readLength()
	if end != nil {
		return 0, nil, end
	}
	if n > limit {
		return 0, nil, clientError(codePacketTooLarge, "the packet is larger than the server takes")
	}
	body = make([]byte, n)
	if _, err := io.ReadFull(c.r, body); err != nil {
		return 0, nil, c.readError(err)
	}
	return header, body, nil
}

// readLength reads a remaining length of at most four bytes [MQTT-1.5.5-1].
func (c *conn) readLength() (int, *ending) {
	n := 0
	for shift := 0; shift < 28; shift += 7 {
		b, err := c.r.ReadByte()
		if err != nil {
			return 0, c.readError(err)
		}
		n |= int(b&0x7F) << shift
		if b < 0x80 {
			return n, nil
		}
	}
	return 0, malformed("the remaining length has more than four bytes")
}

func (c *conn) readError(err error) *ending {
	switch {
	case errors.Is(err, errCloseFrame):
		return endClient
	case errors.Is(err, os.ErrDeadlineExceeded):
		return endKeepAlive
	}
	return endLost
}

// handle acts on one packet from the client.
func (c *conn) handle(header byte, body []byte) *ending {
	kind := header >> 4
	if kind == typePublish {
		return c.publish(header, body)
	}
	h := handlers[kind]
	if h.run == nil {
		return clientError(codeProtocol, "a client does not send this packet")
	}
	if header&0x0F != h.flags {
		return malformed("the flags of the packet are invalid") // [MQTT-2.1.3-1]
	}
	return h.run(c, body)
}

// handlers are the packets a client may send after CONNECT, other than PUBLISH. QoS 2
// and enhanced authentication have none (AWS page "MQTT").
var handlers = [16]struct {
	flags byte
	run   func(c *conn, body []byte) *ending
}{
	typePuback:      {0, (*conn).puback},
	typeSubscribe:   {2, (*conn).subscribe},
	typeUnsubscribe: {2, (*conn).unsubscribe},
	typePingreq:     {0, (*conn).ping},
	typeDisconnect:  {0, (*conn).disconnect},
}

func (c *conn) ping([]byte) *ending {
	return c.send(pingresp)
}

// send queues a packet that may not be dropped. A client that lets far more gather
// than it is allowed to leave unread is disconnected.
func (c *conn) send(packet []byte) *ending {
	if !c.out.add(4*c.srv.limits.OutputBytes, func(b []byte) []byte { return append(b, packet...) }) {
		return endSlow
	}
	return nil
}

// puback takes the client's acknowledgement. Whatever its reason code, the message has
// been handled and is not sent again.
func (c *conn) puback(body []byte) *ending {
	r := fieldReader{b: body}
	id := r.uint16()
	if r.bad || id == 0 {
		return malformed("PUBACK has no packet identifier")
	}
	c.srv.acknowledge(c.session, id)
	return nil
}
