package demo

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"tidemark/fleet"
)

// probe measures how long a reading takes from being published to being in a query's
// answer: it publishes one with a number that nobody else sends and asks until it is
// there. The time includes the answer's way back.
type probe struct {
	book    book
	took    fleet.Latency
	sent    atomic.Int64
	unfound atomic.Int64
}

const (
	probeTopic = "dt/sensor/probe"
	probeEvery = time.Second
	probeLimit = 30 * time.Second // a reading not found by then counts as unfound
	probePause = 2 * time.Millisecond
)

// run probes until ctx ends. The reading under way then is still looked for until
// work ends.
func (p *probe) run(ctx, work context.Context, b fleet.Broker) error {
	client, err := fleet.Dial(ctx, b, "demo_probe")
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("connect the probe: %w", err)
	}
	defer client.Close()
	if err := p.warmUp(ctx, client); err != nil || ctx.Err() != nil {
		return err
	}
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for number := time.Now().Unix(); ; number++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := p.once(work, client, number); err != nil {
			return err
		}
	}
}

// warmUp stores a first reading, which makes the columns that the probe asks for.
func (p *probe) warmUp(ctx context.Context, client *fleet.Client) error {
	err := client.Publish(ctx, probeTopic, probeReading(0))
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("publish the first probe: %w", err)
	}
	return nil
}

// once publishes and looks for one reading, both at the same time: the reading may be
// found before its acknowledgement arrives.
func (p *probe) once(ctx context.Context, client *fleet.Client, number int64) error {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	begin := time.Now()
	acked := make(chan error, 1)
	go func() { acked <- client.Publish(ctx, probeTopic, probeReading(number)) }()
	err := p.find(ctx, number)
	took := time.Since(begin)
	p.sent.Add(1)
	switch ackErr := <-acked; {
	case ctx.Err() != nil:
		p.unfound.Add(1)
		return nil
	case err != nil:
		return err
	case ackErr != nil:
		return fmt.Errorf("publish the probe: %w", ackErr)
	}
	p.took.Observe(took)
	return nil
}

// probeReading has its number as the pressure's decimals: a value like any other, so
// that charts of the table stay readable, and one that nobody else sends. Numbers
// repeat after a million readings, long after a reading is old.
func probeReading(number int64) []byte {
	return fmt.Appendf(nil, `{"device_id":"probe","building":"probe","room":"probe","temperature":21.5,"humidity":45.5,"pressure":%s}`, probePressure(number))
}

func probePressure(number int64) string { return fmt.Sprintf("1013.%06d", number%1_000_000) }

func (p *probe) find(ctx context.Context, number int64) error {
	text := fmt.Sprintf("SELECT time FROM %s WHERE device_id = 'probe' AND measure_name = 'pressure' AND measure_value::double = %se0 AND time > ago(1m)", p.book.name(sensorsTable), probePressure(number))
	for {
		t, err := p.book.clients.ask(ctx, text)
		if err != nil || len(t.rows) > 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(probePause):
		}
	}
}

// err is nil when every probe was found.
func (p *probe) err() error {
	if n := p.unfound.Load(); n > 0 {
		return fmt.Errorf("%d of %d probes were not in a query's answer within %s", n, p.sent.Load(), probeLimit)
	}
	return nil
}
