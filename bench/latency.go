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
	var p50s, rates []float64
	missed := 0
	p99, note, err := r.rounds(o, func() (float64, error) {
		var took []time.Duration
		var rate float64
		err := holdingLoad(ctx, o, &missed, func(n *node) (float64, error) {
			var err error
			took, rate, err = n.latency(ctx)
			return rate, err
		})
		p50s, rates = append(p50s, quantile(took, 0.5)), append(rates, rate)
		return quantile(took, 0.99), err
	})
	if err != nil {
		return err
	}
	slices.Sort(p50s)
	slices.Sort(rates)
	r.add(figure{what: "publish to queryable, p50", value: p50s[len(p50s)/2], unit: "ms", note: fmt.Sprintf("at %s to %s messages/s; %d rounds did not hold the load and do not count", number(rates[0]), number(rates[len(rates)-1]), missed)})
	r.add(figure{what: "publish to queryable, p99", value: p99, unit: "ms", floor: 50, below: true, note: note})
	return nil
}

// holdingLoad repeats a round until the machine kept the load up: latency at a load that
// was not there says nothing. It gives up after ten tries.
func holdingLoad(ctx context.Context, o options, missed *int, round func(*node) (float64, error)) error {
	for range 10 {
		var rate float64
		err := withNode(ctx, o, func(n *node) (err error) {
			rate, err = round(n)
			return err
		})
		if err != nil || rate >= latencyRate*0.95 {
			return err
		}
		*missed++
	}
	return fmt.Errorf("the machine never held %d messages/s", latencyRate)
}

// latency publishes steadily and returns the probes' times and the rate that was reached.
func (n *node) latency(ctx context.Context) ([]time.Duration, float64, error) {
	if err := n.provision(ctx); err != nil {
		return nil, 0, err
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
			return nil, 0, err
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
	rate := float64(acked.Load()) / time.Since(began).Seconds()
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
