package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tidemark/bench/peers"
)

// peerOptions are the sizes of the suites that compare systems.
type peerOptions struct {
	step        time.Duration
	metrics     int
	float       bool
	systems     string
	scale       bool
	connections int
	tools       string
}

// benchPeers loads the same data into every system that is installed, asks the same
// questions and holds every answer against the generator's.
func benchPeers(ctx context.Context, o options, r *report) error {
	systems, err := o.chosen()
	if err != nil {
		return err
	}
	var failed error
	var growth []*matrix // of every system, by data set
	for _, s := range systems {
		growth = append(growth, newMatrix(s.Name+" by size"))
	}
	for _, s := range o.shapes(time.Now()) {
		if err := s.Validate(); err != nil {
			return err
		}
		c := &comparison{o: o, r: r, shape: s, questions: peers.Questions(s), table: newMatrix(s.String())}
		failed = errors.Join(failed, c.run(ctx, systems))
		c.table.print(r.out)
		c.judge()
		for i, system := range systems {
			c.table.column(system.Name, growth[i], s.Short())
		}
	}
	if o.peers.scale {
		for _, x := range growth {
			x.print(r.out)
		}
	}
	return failed
}

// chosen are the systems that -systems names, or all.
func (o options) chosen() ([]peers.System, error) {
	all := append(tidemarks(o), peers.Others()...)
	if o.peers.systems == "" {
		return all, nil
	}
	var some []peers.System
	for name := range strings.SplitSeq(o.peers.systems, ",") {
		i := slices.IndexFunc(all, func(s peers.System) bool { return strings.EqualFold(s.Name, strings.TrimSpace(name)) })
		if i < 0 {
			return nil, fmt.Errorf("no system %q", name)
		}
		some = append(some, all[i])
	}
	return some, nil
}

// shapes are the data sets of a run, which end with the last whole hour: the one that the
// flags describe, and with -scale ten times its time, ten times its hosts, and a million
// series of one metric and ten rows.
func (o options) shapes(now time.Time) []peers.Shape {
	end := now.Truncate(time.Hour)
	make := func(hosts, hours int, step time.Duration, metrics int) peers.Shape {
		span := time.Duration(hours) * time.Hour
		return peers.Shape{Hosts: hosts, Start: end.Add(-span), Step: step, Instants: int(span / step), Metrics: metrics, Float: o.peers.float, Seed: 1}
	}
	base := make(o.hosts, o.hours, o.peers.step, o.peers.metrics)
	if !o.peers.scale {
		return []peers.Shape{base}
	}
	return []peers.Shape{
		base,
		make(o.hosts, 10*o.hours, o.peers.step, o.peers.metrics),
		make(10*o.hosts, o.hours, o.peers.step, o.peers.metrics),
		make(1_000_000, 10, time.Hour, 1),
	}
}

// comparison is one data set in all systems.
type comparison struct {
	o         options
	r         *report
	shape     peers.Shape
	questions []peers.Question
	want      [][]peers.Row
	table     *matrix
}

func (c *comparison) run(ctx context.Context, systems []peers.System) error {
	fmt.Fprintf(c.r.out, "\n%v\n", c.shape)
	c.want = peers.Expect(c.shape, c.questions)
	var failed error
	for range c.o.rounds {
		for _, s := range systems {
			if c.table.absent(s.Name) {
				continue
			}
			err := c.round(ctx, s)
			if missing, ok := errors.AsType[*peers.Missing](err); ok {
				fmt.Fprintf(c.r.out, "%s: not measured: %v\n", s.Name, missing)
				c.table.miss(s.Name, missing.Error())
				continue
			}
			if err != nil {
				err = fmt.Errorf("%s: %w", s.Name, err)
				fmt.Fprintln(c.r.out, err)
				failed = errors.Join(failed, err)
			}
			if ctx.Err() != nil {
				return failed
			}
		}
	}
	return failed
}

// round measures a system once, in a directory that is gone afterwards.
func (c *comparison) round(ctx context.Context, s peers.System) error {
	dir, err := os.MkdirTemp("", "tidemark-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // a server of another account passes through
		return err
	}
	own := filepath.Join(dir, "system")
	if err := os.Mkdir(own, 0o755); err != nil {
		return err
	}
	tools, err := filepath.Abs(c.o.peers.tools)
	if err != nil {
		return err
	}
	n, err := s.Open(ctx, peers.Env{Tools: tools, Dir: own, Connections: c.o.peers.connections})
	if err != nil {
		return err
	}
	return errors.Join(c.measure(ctx, s, n), n.Close())
}

// measure loads, settles, restarts and asks.
func (c *comparison) measure(ctx context.Context, s peers.System, n peers.Instance) error {
	m, u, err := c.load(ctx, s, n)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if s.Before {
		if err := c.askAll(ctx, s.Name+" (before)", n); err != nil {
			return err
		}
	}
	began := time.Now()
	switch err := n.Settle(ctx); err.(type) {
	case nil:
		c.record(s.Name, measure{"settling after the load", "s"}, time.Since(began).Seconds(), m)
	case *peers.Missing:
		fmt.Fprintf(c.r.out, "%s: does not settle: %v\n", s.Name, err)
	default:
		return fmt.Errorf("settle: %w", err)
	}
	if u, err = n.Usage(ctx); err != nil {
		return err
	}
	c.record(s.Name, diskMeasure, float64(u.Disk)/float64(c.shape.Values()), m)
	if u.Rows > 0 {
		c.record(s.Name, rowsMeasure, float64(u.Rows)/float64(c.shape.Values()), m)
	}
	if err := n.Restart(ctx); err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	return c.askAll(ctx, s.Name, n)
}

// load loads, and says what the machine was like before and meanwhile.
func (c *comparison) load(ctx context.Context, s peers.System, n peers.Instance) (m machine, u peers.Usage, err error) {
	if m, err = awaitCalm(&c.r.best, c.o.calm); err != nil {
		return m, u, err
	}
	before, err := n.Usage(ctx)
	if err != nil {
		return m, u, err
	}
	end, err := lookAround()
	if err != nil {
		return m, u, err
	}
	took, failed := n.Load(ctx, c.shape)
	a, err := end()
	if err = errors.Join(failed, err); err != nil {
		return m, u, err
	}
	if u, err = n.Usage(ctx); err != nil {
		return m, u, err
	}
	calm, used := m, u.Processor-before.Processor
	if u.Processor > 0 {
		m.meanwhile = a.note(used)
	}
	c.record(s.Name, loadMeasure, float64(c.shape.Values())/took.Seconds(), m)
	if u.Processor > 0 {
		c.record(s.Name, measure{"processor time of the server, load", "s per million metrics"}, used.Seconds()*1e6/float64(c.shape.Values()), m)
	}
	if u.Peak > 0 {
		c.record(s.Name, measure{"resident memory, peak of the load", "MB"}, float64(u.Peak)/1e6, m)
	}
	return calm, u, nil
}

// judge adds the figures of Tidemark that have a floor: fixed ones for loads and for the
// disk space of whole numbers, else what chDB has in the same run.
func (c *comparison) judge() {
	for _, name := range []string{"Tidemark", "Tidemark (before)", "Tidemark import"} {
		for _, what := range c.table.measures {
			value, ok := c.table.median(name, what)
			if !ok {
				continue
			}
			f := figure{what: name + ": " + what.what + ", " + c.shape.Short(), value: value, unit: what.unit, below: true, note: c.table.meanwhile(name, what)}
			switch what {
			case loadMeasure:
				f.below, f.floor = false, map[string]float64{"Tidemark": 1e6, "Tidemark import": 3e6}[name]
			case diskMeasure, rowsMeasure:
				if f.floor = 0.66; c.shape.Float {
					f.floor, _ = c.table.median("chDB", diskMeasure)
				}
			default:
				if slices.ContainsFunc(c.questions, func(q peers.Question) bool { return q.Name == what.what }) {
					f.floor, _ = c.table.median("chDB", what)
				}
			}
			if f.floor != 0 {
				c.r.rows = append(c.r.rows, f)
			}
		}
	}
}

// The measures that have a fixed floor.
var (
	loadMeasure = measure{"load", "metrics/s"}
	diskMeasure = measure{"disk, settled", "bytes/metric"}
	rowsMeasure = measure{"disk, files of rows alone", "bytes/metric"}
)

func (c *comparison) askAll(ctx context.Context, name string, n peers.Loader) error {
	for i, q := range c.questions {
		if err := c.ask(ctx, name, n, q, c.want[i]); err != nil {
			return fmt.Errorf("%s: %w", q.Name, err)
		}
	}
	return nil
}

// ask asks twice to warm up and then as often as the flags say. The first and the last
// answer must be what the generator says.
func (c *comparison) ask(ctx context.Context, name string, n peers.Loader, q peers.Question, want []peers.Row) error {
	m, err := awaitCalm(&c.r.best, c.o.calm)
	if err != nil {
		return err
	}
	took := make([]time.Duration, c.o.repeat+2)
	for i := range took {
		began := time.Now()
		answer, err := n.Ask(ctx, q)
		took[i] = time.Since(began)
		if err != nil {
			return err
		}
		if i > 0 && i < len(took)-1 {
			continue
		}
		rows, err := answer()
		if err != nil {
			return err
		}
		if err := peers.Differ(rows, want); err != nil {
			return fmt.Errorf("the answer is wrong: %w", err)
		}
	}
	c.table.add(name, measure{q.Name + ", first time", "ms"}, float64(took[0])/1e6, m)
	c.record(name, measure{q.Name, "ms"}, quantile(took[2:], 0.5), m)
	return nil
}

// record adds a sample and prints it at once, so that a long run shows its progress.
func (c *comparison) record(system string, what measure, value float64, m machine) {
	c.table.add(system, what, value, m)
	fmt.Fprintf(c.r.out, "%-24s %-52s %12s %-12s %v\n", system, what.what, number(value), what.unit, m)
}
