package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tidemark/fleet"
)

// introduce says what is about to happen and what to open.
func (s *show) introduce() {
	s.screen.print("%d sensors publish to dt/sensor/…, %d to dt/…/measures, this host to dt/host/…\n", s.options.Devices, s.options.measures().Devices)
	for _, r := range demoRules() {
		s.screen.print("  rule %-13s  %s  ->  %s\n", r.name, r.sql, s.book.name(r.table))
	}
	if s.options.Open != "" {
		s.screen.print("Open %s in a browser to ask more.\n", s.options.Open)
	}
	s.screen.print("\n")
}

// live shows the counts once a second, and the questions once there is something to
// answer them with, until ctx ends.
func (s *show) live(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		stored, err := s.book.total(ctx)
		if err == nil {
			s.screen.status(s.line(stored - s.before()))
		}
		if err == nil && !s.asked && time.Since(s.began) >= s.options.look() {
			err = s.askAll(ctx)
			s.asked = err == nil
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// before is the number of rows that were there when the demo began.
func (s *show) before() (n int64) {
	for _, l := range s.ledgers {
		n += l.before.sum()
	}
	return n
}

// line is the state of the demo in one line.
func (s *show) line(stored int64) string {
	messages := int64(0)
	for i := range s.fleets {
		messages += s.fleets[i].get().Acknowledged
	}
	return fmt.Sprintf("%4.0fs  %d messages in  %d rows stored  %d rejected  queryable %s  acknowledged %s",
		time.Since(s.began).Seconds(), messages, stored, s.refusals.count(), quantiles(&s.probe.took), milliseconds(s.fleets[0].get().Ack50))
}

func quantiles(l *fleet.Latency) string {
	if l.Count() == 0 {
		return "-"
	}
	return pair(l.Quantile(0.5), l.Quantile(0.99))
}

// pair renders a median and a 99th percentile.
func pair(p50, p99 time.Duration) string {
	return fmt.Sprintf("p50 %s p99 %s", milliseconds(p50), milliseconds(p99))
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1fms", float64(d.Microseconds())/1000)
}

// conclude prints the final summary and returns what was not as promised.
func (s *show) conclude(ctx context.Context) error {
	s.screen.print("\n")
	for i, l := range s.ledgers {
		s.screen.print("%s\n%s", l.table, indent(s.fleets[i].get().String()))
	}
	s.screen.print("%d probes, published to queryable %s, max %s, %d not found in %s\n", s.probe.sent.Load(), quantiles(&s.probe.took), milliseconds(s.probe.took.Max()), s.probe.unfound.Load(), probeLimit)
	var wrong []error
	for i, l := range s.ledgers {
		v, err := l.check(ctx, s.book, s.fleets[i].get().PerDevice)
		if err != nil {
			return err
		}
		s.screen.print("%s", v.String())
		wrong = append(wrong, v.err())
	}
	wrong = append(wrong, s.refusals.err(), s.probe.err())
	if err := errors.Join(wrong...); err != nil {
		return fmt.Errorf("the demo found losses: %w", err)
	}
	s.screen.print("Every acknowledged message is in its table.\n")
	return nil
}
