package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"
)

const mqttWindow = 100 // unacknowledged messages that a connection may have

// benchMQTT measures durable QoS 1: every message passes a rule that stores it before
// the PUBACK leaves.
func benchMQTT(ctx context.Context, o options, r *report) error {
	for _, b := range []struct {
		connections int
		floor       float64
	}{{1, 0}, {100, 20000}, {1000, 0}} {
		rate, note, err := r.rounds(o, func() (rate float64, err error) {
			err = withNode(ctx, o, func(n *node) error {
				var acked int64
				if rate, acked, err = n.flood(ctx, b.connections, o.seconds); err != nil {
					return err
				}
				return n.count(ctx, "SELECT count(*) FROM bench.mqtt", acked)
			})
			return rate, err
		})
		if err != nil {
			return fmt.Errorf("%d connections: %w", b.connections, err)
		}
		r.add(figure{what: fmt.Sprintf("QoS 1 PUBACK, durable, %d connections", b.connections), value: rate, unit: "1/s", floor: b.floor, note: note})
	}
	return nil
}

// provision makes the table and the rule that the MQTT suites write through.
func (n *node) provision(ctx context.Context) error {
	c := n.caller()
	if err := c.createTable(ctx, "bench", "mqtt"); err != nil {
		return err
	}
	return c.createRule(ctx, "bench", "SELECT temperature FROM 'bench/+'", "bench", "mqtt")
}

// flood publishes as fast as acknowledgements allow and returns their rate and number.
func (n *node) flood(ctx context.Context, connections int, length time.Duration) (float64, int64, error) {
	if err := n.provision(ctx); err != nil {
		return 0, 0, err
	}
	devices := make([]*device, connections)
	for i := range devices {
		d, err := dial(n.addrs.MQTT, fmt.Sprintf("device%d", i))
		if err != nil {
			return 0, 0, err
		}
		defer d.conn.Close()
		devices[i] = d
	}
	var acked atomic.Int64
	began := time.Now()
	err := parallel(connections, func(i int) error {
		for time.Since(began) < length && ctx.Err() == nil {
			got, err := devices[i].fill(mqttWindow)
			if err != nil {
				return err
			}
			acked.Add(int64(got))
		}
		got, err := devices[i].drain()
		acked.Add(int64(got))
		return err
	})
	return float64(acked.Load()) / time.Since(began).Seconds(), acked.Load(), err
}

// device is one MQTT 3.1.1 connection that publishes at QoS 1. It is not safe to use
// at once. Its packets are written by hand: a library's cost would be measured too.
type device struct {
	name     string
	conn     net.Conn
	out      *bufio.Writer
	in       *bufio.Reader
	packet   []byte
	seq      int64
	base     int64 // nanoseconds; the instants are base + seq
	inFlight int
}

// dial connects and waits for the CONNACK.
func dial(addr, name string) (*device, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	d := &device{
		name: name, conn: conn, out: bufio.NewWriterSize(conn, 32<<10), in: bufio.NewReaderSize(conn, 4<<10),
		base: time.Now().Add(-time.Minute).UnixNano(),
	}
	body := append([]byte{0, 4, 'M', 'Q', 'T', 'T', 4, 2, 4, 176, 0, byte(len(name))}, name...) // clean session, 1200 s
	if _, err := conn.Write(append([]byte{0x10, byte(len(body))}, body...)); err != nil {
		return nil, err
	}
	var connack [4]byte
	if _, err := io.ReadFull(d.in, connack[:]); err != nil {
		return nil, err
	}
	if connack[0] != 0x20 || connack[3] != 0 {
		return nil, fmt.Errorf("CONNACK % x", connack)
	}
	return d, nil
}

// publish buffers one message.
func (d *device) publish(temperature float64) error {
	d.seq++
	d.inFlight++
	topic := "bench/" + d.name
	b := append(d.packet[:0], 0, byte(len(topic)))
	b = append(b, topic...)
	b = binary.BigEndian.AppendUint16(b, uint16(d.seq%65535)+1)
	b = fmt.Appendf(b, `{"dataFormat":5,"rssi":-88,"temperature":%.2f,"humidity":43.605,"pressure":101082,"battery":3007,"device":%q,"ts":%d}`, temperature, d.name, d.base+d.seq)
	d.packet = b
	head := binary.AppendUvarint([]byte{0x32}, uint64(len(b)))
	if _, err := d.out.Write(head); err != nil {
		return err
	}
	_, err := d.out.Write(b)
	return err
}

// fill brings the window to its size and reads the acknowledgements that are there, at least one.
func (d *device) fill(window int) (int, error) {
	for d.inFlight < window {
		if err := d.publish(20 + float64(d.seq%500)/100); err != nil {
			return 0, err
		}
	}
	if err := d.out.Flush(); err != nil {
		return 0, err
	}
	return d.acks(1)
}

// drain reads every acknowledgement that is due.
func (d *device) drain() (int, error) {
	if err := d.out.Flush(); err != nil {
		return 0, err
	}
	return d.acks(d.inFlight)
}

// acks reads at least atLeast acknowledgements and what else has arrived.
func (d *device) acks(atLeast int) (int, error) {
	n := 0
	for n < atLeast || d.in.Buffered() >= 4 {
		var ack [4]byte
		if _, err := io.ReadFull(d.in, ack[:]); err != nil {
			return n, err
		}
		if ack[0] != 0x40 {
			return n, errors.New("a packet that is no PUBACK")
		}
		n++
		d.inFlight--
	}
	return n, nil
}
