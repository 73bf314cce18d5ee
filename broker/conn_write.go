package broker

import (
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

const (
	writeChunk = 64 << 10        // bytes of queued messages gathered for one write
	keepSpare  = 128 << 10       // larger output buffers are given back
	lastWords  = 2 * time.Second // for the final write of a connection
)

// write is the writer of a connection: it sends what has gathered, until the
// connection ends.
func (c *conn) write() {
	defer close(c.written)
	var spare []byte
	for {
		select {
		case <-c.ended:
			c.farewell()
			return
		case <-c.out.wake:
		}
		buf := c.out.take(spare)
		buf, more := c.srv.fill(c, buf)
		if !c.flush(buf, c.srv.limits.WriteWait) {
			c.stop(endSlow)
		}
		if more {
			c.out.signal()
		}
		if spare = buf; cap(spare) > keepSpare {
			spare = nil
		}
	}
}

// flush writes b, and reports false when the client did not take it in time. A broken
// connection is the reader's to notice.
func (c *conn) flush(b []byte, wait time.Duration) bool {
	if len(b) == 0 {
		return true
	}
	if err := c.nc.SetWriteDeadline(time.Now().Add(wait)); err != nil {
		return false
	}
	if c.end.Load() != nil && wait > lastWords { // stop came before the deadline above
		c.nc.SetWriteDeadline(time.Now().Add(lastWords))
	}
	_, err := c.nc.Write(b)
	if err != nil {
		c.stop(c.readError(err))
	}
	return err == nil
}

// farewell sends what is left, acknowledgements of accepted messages first where the
// ending asks for them, then a DISCONNECT to MQTT 5 clients, and closes.
func (c *conn) farewell() {
	end := c.end.Load()
	if end.flush {
		timeout := time.NewTimer(c.srv.limits.Grace)
		defer timeout.Stop()
		select {
		case <-c.acks.drained():
		case <-timeout.C:
		}
	}
	last := c.out.close()
	if c.version == v5 && end.code != 0 {
		last = append(last, c.disconnectPacket(end)...)
	}
	c.flush(last, lastWords)
	c.nc.Close()
}

func (c *conn) disconnectPacket(end *ending) []byte {
	pk := packets.Packet{ProtocolVersion: v5, ReasonCode: end.code, FixedHeader: packets.FixedHeader{Type: typeDisconnect}}
	pk.Properties.ReasonString = shorten(end.text)
	b, err := encode(&pk, (*packets.Packet).DisconnectEncode)
	if err != nil {
		return nil
	}
	return b
}
