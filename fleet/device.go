package fleet

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// device is one publisher: a source of readings and the session that carries them.
type device struct {
	id      string
	place   place
	topic   string
	qos     byte
	source  source
	session *session
	counts  *counters

	pace   pace
	faults Faults
	rng    *rand.Rand // of the faults, used by run alone

	window    int
	gap       time.Duration
	held      *message // a reading that waits for the next one to overtake it
	acked     atomic.Int64
	ackedDups atomic.Int64
	ackedLate atomic.Int64
	failed    atomic.Int64
}

// pace says when a device makes readings.
type pace struct {
	phase    time.Duration // before the first connection
	offset   time.Duration // from the connection to the first reading
	interval time.Duration // between readings
	messages int           // 0 means no limit
	quiet    time.Duration // it stops for good after that time, 0 means never
}

// run makes readings until ctx ends and sends them; what was made before is delivered
// until work ends. It returns when nothing is in flight and the connection is closed.
// The only error it returns is the source's.
func (d *device) run(ctx, work context.Context) error {
	defer d.session.end()
	if sleep(ctx, d.pace.phase) != nil {
		return nil
	}
	if _, err := d.session.current(ctx); err != nil {
		return nil // the context ended before the broker let the device in
	}
	var flight errgroup.Group
	flight.SetLimit(d.window)
	err := d.measure(ctx, work, &flight)
	_ = flight.Wait() // its functions count what went wrong
	return err
}

// measure is the loop of readings. Ticks that pass while the window is full are skipped.
func (d *device) measure(ctx, work context.Context, flight *errgroup.Group) error {
	start := time.Now()
	next := start.Add(d.pace.offset)
	for n := 0; d.pace.messages == 0 || n < d.pace.messages; n++ {
		if sleep(ctx, time.Until(next)) != nil {
			break
		}
		if d.pace.quiet > 0 && time.Since(start) >= d.pace.quiet {
			<-ctx.Done()
			break
		}
		batch, pause, err := d.read(ctx)
		if ctx.Err() != nil {
			break // the reading may be cut short
		}
		if err != nil {
			return err
		}
		d.launch(work, flight, batch...)
		next = d.skipMissed(next.Add(d.pace.interval + pause))
	}
	if d.held != nil {
		d.launch(work, flight, *d.held)
	}
	return nil
}

// launch sends messages, waiting for room in the window first.
func (d *device) launch(work context.Context, flight *errgroup.Group, batch ...message) {
	for _, m := range batch {
		flight.Go(func() error { d.deliver(work, m); return nil })
	}
}

// skipMissed moves a tick that lies in the past to the next one that does not.
func (d *device) skipMissed(next time.Time) time.Time {
	behind := time.Since(next)
	if behind <= d.pace.interval {
		return next
	}
	missed := behind / d.pace.interval
	d.counts.skipped.Add(int64(missed))
	return next.Add(missed * d.pace.interval)
}
