package broker

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"tidemark/internal/seqlog"
)

// instant is a sink with nothing to store.
type instant struct{}

func (instant) Accept(_ context.Context, _ *Message, done func(error)) { done(nil) }

// durable is a sink that appends every message to a queue on disk, as a store would.
type durable struct{ to *seqlog.Log }

func (d durable) Accept(_ context.Context, m *Message, done func(error)) {
	b := new(seqlog.Batch)
	b.Append("sink", m.Payload)
	d.to.Commit(b, done)
}

// BenchmarkPuback has 100 connections publish at QoS 1 over TCP, each with 100 messages
// of 300 bytes unacknowledged. The clients run on the same machine.
func BenchmarkPuback(b *testing.B) {
	cases := []struct {
		sink        string
		connections int
	}{{"instant", 1}, {"instant", 100}, {"durable", 1}, {"durable", 100}}
	for _, bc := range cases {
		connections := bc.connections
		b.Run(fmt.Sprintf("sink=%s/connections=%d", bc.sink, connections), func(b *testing.B) {
			addr := serveBench(b, bc.sink == "durable")
			each := b.N/connections + 1
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for i := range connections {
				wg.Go(func() {
					if err := publishWindowed(addr, fmt.Sprint("device-", i), each, 100); err != nil {
						b.Error(err)
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(each*connections)/b.Elapsed().Seconds(), "puback/s")
		})
	}
}

func serveBench(b *testing.B, onDisk bool) (addr string) {
	queues, err := seqlog.Open(seqlog.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	var sink Sink = instant{}
	if onDisk {
		sink = durable{queues}
	}
	s, err := Open(b.Context(), Options{Queues: queues, Sink: sink, Auth: Anyone{}})
	if err != nil {
		b.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go s.ServeListener(context.Background(), ln)
	b.Cleanup(func() { s.Close(); queues.Close() })
	return ln.Addr().String()
}

// publishWindowed publishes n messages, keeping up to window of them unacknowledged.
func publishWindowed(addr, id string, n, window int) error {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer nc.Close()
	r := bufio.NewReaderSize(nc, 16<<10)
	if _, err := nc.Write(connectPacket(v3, id, nil)); err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, r, 4); err != nil { // CONNACK
		return err
	}
	topic := "dt/sensor/" + id
	room := make(chan struct{}, window)
	sent := make(chan error, 1)
	go func() { sent <- sendAll(nc, topic, n, room) }()
	var ack [4]byte
	for range n {
		if _, err := io.ReadFull(r, ack[:]); err != nil {
			return err
		}
		if ack[0] != typePuback<<4 {
			return fmt.Errorf("packet type %#x in place of PUBACK", ack[0])
		}
		<-room
	}
	return <-sent
}

func sendAll(nc net.Conn, topic string, n int, room chan struct{}) error {
	m := &Message{Topic: topic, Payload: make([]byte, 300), QoS: 1}
	w := bufio.NewWriterSize(nc, 16<<10)
	var packet []byte
	for i := range n {
		select {
		case room <- struct{}{}:
		default:
			if err := w.Flush(); err != nil {
				return err
			}
			room <- struct{}{}
		}
		packet = appendPublish(packet[:0], v3, delivery{msg: m, seq: uint64(i) + 1}, 0)
		if _, err := w.Write(packet); err != nil {
			return err
		}
	}
	return w.Flush()
}

// BenchmarkFanout publishes at QoS 0 to 100 subscribers in memory.
func BenchmarkFanout(b *testing.B) {
	var out []byte
	m := &Message{Topic: "dt/sensor/1", Payload: make([]byte, 300), QoS: 1}
	b.ReportAllocs()
	for range b.N {
		out = out[:0]
		for i := range 100 {
			out = appendPublish(out, v5, delivery{msg: m, seq: uint64(i) + 1}, 0)
		}
	}
}
