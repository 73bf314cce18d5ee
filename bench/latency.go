package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	latencyRate        = 10000 // messages a second: half of the floor for 100 connections
	latencyConnections = 100
	probes             = 300
)

// benchLatency measures the time from publishing a message to the first query that
// sees its row, while other devices publish at a steady rate.
func benchLatency(ctx context.Context, o options, r *report) error {
	var p50s []float64
	rate := ""
	p99, note, err := r.rounds(o, func() (float64, error) {
		var took []time.Duration
		err := withNode(ctx, o, func(n *node) (err error) {
			took, rate, err = n.latency(ctx)
			return err
		})
		p50s = append(p50s, quantile(took, 0.5))
		return quantile(took, 0.99), err
	})
	if err != nil {
		return err
	}
	slices.Sort(p50s)
	r.add(figure{what: "publish to queryable, p50", value: p50s[len(p50s)/2], unit: "ms", note: "at " + rate + " messages/s"})
	r.add(figure{what: "publish to queryable, p99", value: p99, unit: "ms", floor: 50, below: true, note: note})
	return nil
}

// latency publishes steadily and returns the probes' times and the rate that was reached.
func (n *node) latency(ctx context.Context) ([]time.Duration, string, error) {
	if err := n.provision(ctx); err != nil {
		return nil, "", err
	}
	load, stop := context.WithCancel(ctx)
	defer stop()
	var acked atomic.Int64
	var wg sync.WaitGroup
	failed := make(chan error, latencyConnections)
	began := time.Now()
	for i := range latencyConnections {
		d, err := dial(n.addrs.MQTT, fmt.Sprintf("device%d", i))
		if err != nil {
			return nil, "", err
		}
		defer d.conn.Close()
		wg.Go(func() {
			if err := d.pace(load, latencyRate/latencyConnections, &acked); err != nil {
				failed <- err
			}
		})
	}
	time.Sleep(2 * time.Second)
	took, err := n.probe(ctx)
	rate := number(float64(acked.Load()) / time.Since(began).Seconds())
	stop()
	wg.Wait()
	close(failed)
	if err == nil {
		err = <-failed
	}
	return took, rate, err
}

// pace publishes at a rate until ctx is done.
func (d *device) pace(ctx context.Context, perSecond int, acked *atomic.Int64) error {
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			got, err := d.drain()
			acked.Add(int64(got))
			return err
		case <-tick.C:
		}
		if err := d.publish(21); err != nil {
			return err
		}
		if err := d.out.Flush(); err != nil {
			return err
		}
		if d.inFlight < 2 && d.in.Buffered() == 0 {
			continue // do not wait for the acknowledgement of what just left
		}
		got, err := d.acks(1)
		acked.Add(int64(got))
		if err != nil {
			return err
		}
	}
}

// probe publishes marked messages one after another and polls until each is seen.
func (n *node) probe(ctx context.Context) ([]time.Duration, error) {
	d, err := dial(n.addrs.MQTT, "probe")
	if err != nil {
		return nil, err
	}
	defer d.conn.Close()
	c := n.caller()
	took := make([]time.Duration, 0, probes)
	for i := range probes {
		began := time.Now()
		if err := d.publish(float64(i)); err != nil {
			return nil, err
		}
		if err := d.out.Flush(); err != nil {
			return nil, err
		}
		text := fmt.Sprintf(`SELECT count(*) FROM bench.mqtt WHERE device = 'probe' AND time >= from_nanoseconds(%d)`, d.base+d.seq)
		for {
			rows, err := c.query(ctx, text)
			if err != nil && i > 0 {
				return nil, err
			}
			if err == nil && rows[0][0] == "1" {
				break
			}
			if time.Since(began) > 10*time.Second {
				return nil, fmt.Errorf("probe %d was not seen within 10 s: %v", i, err)
			}
		}
		took = append(took, time.Since(began))
		if _, err := d.acks(d.inFlight); err != nil {
			return nil, err
		}
	}
	return took, nil
}
