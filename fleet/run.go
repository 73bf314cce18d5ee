package fleet

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"
)

// Run runs a fleet until ctx ends, Options.For has passed or every device has sent
// its Messages, then waits for outstanding acknowledgements and disconnects. The
// summary is complete also when there is an error. Errors are those of Validate, and
// that not one device got a connection.
func Run(ctx context.Context, o Options) (Summary, error) {
	if err := o.Validate(); err != nil {
		return Summary{}, err
	}
	o = o.withDefaults()
	return run(ctx, o, func(i int) dialer { return o.Broker.dialerFor(o.Protocol, i) })
}

// run is Run with the connections left open.
func run(ctx context.Context, o Options, dial func(i int) dialer) (Summary, error) {
	counts := &counters{start: time.Now()}
	devices := make([]*device, o.Devices)
	for i := range devices {
		devices[i] = o.device(i, dial(i), counts)
	}
	return operate(ctx, devices, counts, o.life())
}

// device builds the i-th device.
func (o Options) device(i int, dial dialer, counts *counters) *device {
	id, place := o.deviceID(i), placeOf(i)
	d := &device{
		id: id, place: place, topic: replacePlace(o.Topic, id, place), qos: 1,
		source:  newSensor(o, i, place),
		session: &session{clientID: id, dial: dial, counts: counts, log: o.Logger},
		counts:  counts,
		pace:    o.pace(i),
		faults:  o.Faults,
		rng:     rand.New(rand.NewPCG(^o.Seed, uint64(i)+1)),
		window:  o.InFlight,
		gap:     o.Gap,
	}
	if o.AtMostOnce {
		d.qos = 0
	}
	return d
}

// pace spreads the devices evenly over the time to connect and over the interval.
func (o Options) pace(i int) pace {
	share := float64(i) / float64(o.Devices)
	p := pace{
		phase:    time.Duration(share * float64(max(o.Stagger, 0))),
		offset:   time.Duration(share * float64(o.Interval)),
		interval: o.Interval,
		messages: o.Messages,
	}
	if i >= o.Devices-o.Quiet {
		p.quiet = max(o.QuietAfter, 1)
	}
	return p
}

// life is how long devices live and who watches them.
type life struct {
	length, drain time.Duration
	update        func(Summary)
	every         time.Duration
}

func (o Options) life() life {
	return life{length: o.For, drain: o.Drain, update: o.Update, every: o.Every}
}

// operate runs devices to their end.
func operate(ctx context.Context, devices []*device, counts *counters, l life) (Summary, error) {
	if l.length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, l.length)
		defer cancel()
	}
	work, release := outlive(ctx, l.drain)
	defer release()
	stopWatch := watch(l, func() Summary { return counts.summary(len(devices)) })
	var all errgroup.Group
	for _, d := range devices {
		all.Go(func() error { return d.run(ctx, work) })
	}
	err := all.Wait()
	stopWatch()
	sum := counts.summary(len(devices))
	for _, d := range devices {
		sum.PerDevice = append(sum.PerDevice, d.summary())
	}
	if err == nil && sum.Connects == 0 {
		err = fmt.Errorf("no device got connected: %s", cmp.Or(sum.LastError, "the time was over first"))
	}
	return sum, err
}

// watch calls the update function at every tick until the returned function is
// called, which waits for the last call to return.
func watch(l life, now func() Summary) (stop func()) {
	if l.update == nil {
		return func() {}
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		t := time.NewTicker(l.every)
		defer t.Stop()
		for {
			select {
			case <-quit:
				return
			case <-t.C:
				l.update(now())
			}
		}
	}()
	return func() { close(quit); <-ended }
}

// outlive returns a context that ends grace later than ctx, or when released.
func outlive(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { _ = sleep(work, grace); cancel() })
	return work, func() { stop(); cancel() }
}
