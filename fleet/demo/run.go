package demo

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tidemark/fleet"
)

// show is one demo under way.
type show struct {
	options Options
	screen  *screen
	book    book
	ledgers []*ledger
	began   time.Time

	probe    probe
	refusals refusals
	fleets   [3]fleetState // in the order of the ledgers
	asked    bool          // the questions, and all were answered
}

// fleetState is the newest summary of one fleet.
type fleetState struct {
	mu  sync.Mutex
	sum fleet.Summary
}

func (f *fleetState) set(s fleet.Summary) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sum = s
}

func (f *fleetState) get() fleet.Summary {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sum
}

// afterwards bounds the work after the end: draining, counting, asking.
const afterwards = time.Minute

// Run shows the demo until ctx ends or Options.For has passed, then verifies. It
// returns nil when every acknowledged message's rows are in their table, nothing was
// rejected and every probe was found.
func Run(ctx context.Context, o Options) error {
	if err := o.Validate(); err != nil {
		return err
	}
	o = o.withDefaults()
	s := &show{options: o, screen: newScreen(o.Out), ledgers: ledgers()}
	if err := s.prepare(ctx); err != nil {
		return errors.Join(err, s.screen.err)
	}
	return errors.Join(s.play(ctx), s.screen.err)
}

// prepare creates tables and rules and takes stock of what the tables hold already.
func (s *show) prepare(ctx context.Context) error {
	c := newClients(s.options)
	if err := c.setUp(ctx, s.options.Database); err != nil {
		return err
	}
	b, err := c.openBook(ctx, s.options.Database)
	if err != nil {
		return err
	}
	for _, l := range s.ledgers {
		if l.before, err = b.count(ctx, l.table, l.by); err != nil {
			return err
		}
	}
	s.book, s.probe.book = b, b
	s.introduce()
	return nil
}

// play runs everything until ctx or the demo's time ends, or something fails, and
// then takes stock. What watches ends after what is watched.
func (s *show) play(ctx context.Context) error {
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWatching()
	watchers, watched := errgroup.WithContext(watching)
	if err := s.refusals.listen(watched, watchers, s.options.Broker); err != nil {
		return err
	}
	err := s.publish(ctx)
	if err != nil {
		stopWatching()
		return errors.Join(err, watchers.Wait())
	}
	after, cancel := context.WithTimeout(watched, afterwards)
	defer cancel()
	if !s.asked && ctx.Err() == nil { // the time was over before: the machine is slow
		err = s.askAll(after)
	}
	err = errors.Join(err, s.conclude(after))
	stopWatching()
	return errors.Join(err, watchers.Wait())
}

// publish runs the fleets, the probe and the live line until the time is over.
func (s *show) publish(ctx context.Context) error {
	if s.options.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.options.For)
		defer cancel()
	}
	work, done := context.WithCancel(context.WithoutCancel(ctx))
	defer done()
	s.began = time.Now()
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return s.fleet(ctx, 0, s.options.sensors()) })
	all.Go(func() error { return s.fleet(ctx, 1, s.options.measures()) })
	all.Go(func() error { return s.host(ctx) })
	all.Go(func() error { return s.probe.run(ctx, work, s.options.Broker) })
	all.Go(func() error { return s.live(ctx) })
	return all.Wait()
}

// fleet runs the i-th fleet and keeps its summary.
func (s *show) fleet(ctx context.Context, i int, o fleet.Options) error {
	o.Update = s.fleets[i].set
	sum, err := fleet.Run(ctx, o)
	s.fleets[i].set(sum)
	return err
}

// host publishes this host's metrics.
func (s *show) host(ctx context.Context) error {
	sum, err := fleet.RunHost(ctx, fleet.HostOptions{
		Broker: s.options.Broker, Interval: hostEvery, Update: s.fleets[2].set, Logger: s.options.Logger,
	})
	s.fleets[2].set(sum)
	return err
}

const hostEvery = 2 * time.Second
