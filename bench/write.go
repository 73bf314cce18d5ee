package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tidemark/bench/tsbs"
)

const (
	writeConnections = 4
	writeBatch       = 100 // the most that WriteRecords takes
)

// benchWrite measures durable WriteRecords: 10-measure records, 100 a request, 4 connections.
func benchWrite(ctx context.Context, o options, r *report) error {
	rate, note, err := r.rounds(o, func() (rate float64, err error) {
		err = withNode(ctx, o, func(n *node) error {
			rate, err = n.writeAll(ctx, o)
			return err
		})
		return rate, err
	})
	if err != nil {
		return err
	}
	r.add(figure{what: "WriteRecords, durable, 4 connections x 100 records x 10 measures", value: rate, unit: "rows/s", floor: 60000, note: note})
	r.add(figure{what: "the same in metrics", value: rate * 10, unit: "metrics/s", floor: 600000})
	return nil
}

// writeAll writes for o.seconds, checks that all of it is stored and returns the rate.
func (n *node) writeAll(ctx context.Context, o options) (float64, error) {
	if err := n.caller().createTable(ctx, "bench", "cpu"); err != nil {
		return 0, err
	}
	hosts := tsbs.Hosts(o.hosts, 1)
	start := time.Now().Add(-24 * time.Hour)
	var rows atomic.Int64
	began := time.Now()
	err := parallel(writeConnections, func(i int) error {
		c, step := n.caller(), time.Duration(0)
		var body []byte
		for time.Since(began) < o.seconds && ctx.Err() == nil {
			// Each connection writes a share of the hosts, one instant after another.
			for from := i * len(hosts) / writeConnections; from < (i+1)*len(hosts)/writeConnections; from += writeBatch {
				to := min(from+writeBatch, (i+1)*len(hosts)/writeConnections)
				body = appendWrite(body[:0], "bench", "cpu", hosts[from:to], start.Add(step))
				if _, err := c.call(ctx, "WriteRecords", body); err != nil {
					return err
				}
				rows.Add(int64(to - from))
			}
			step += time.Second
		}
		return nil
	})
	rate := float64(rows.Load()) / time.Since(began).Seconds()
	if err != nil {
		return 0, err
	}
	return rate, n.count(ctx, "SELECT count(*) FROM bench.cpu", rows.Load())
}

// count checks that a query counts what was acknowledged.
func (n *node) count(ctx context.Context, text string, want int64) error {
	rows, err := n.caller().query(ctx, text)
	if err != nil {
		return err
	}
	if got := rows[0][0]; got != strconv.FormatInt(want, 10) {
		return fmt.Errorf("%s rows are stored, %d were acknowledged", got, want)
	}
	return nil
}

// parallel runs n copies of f and returns the first error.
func parallel(n int, f func(i int) error) error {
	errs := make(chan error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if err := f(i); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// appendWrite builds a WriteRecords request of one multi-measure record per host.
func appendWrite(b []byte, database, table string, hosts []*tsbs.Host, at time.Time) []byte {
	b = fmt.Appendf(b, `{"DatabaseName":%q,"TableName":%q,"CommonAttributes":{"MeasureName":"cpu","MeasureValueType":"MULTI","Time":"%d"},"Records":[`, database, table, at.UnixMilli())
	for i, h := range hosts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendHost(b, h)
	}
	return append(b, `]}`...)
}

func appendHost(b []byte, h *tsbs.Host) []byte {
	b = appendDimensions(append(b, '{'), h)
	b = append(b, `,"MeasureValues":[`...)
	for m, v := range h.Next() {
		if m > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"Name":"`...)
		b = append(b, tsbs.Metrics[m]...)
		b = append(b, `","Value":"`...)
		b = strconv.AppendInt(b, v, 10)
		b = append(b, `","Type":"BIGINT"}`...)
	}
	return append(b, `]}`...)
}

// appendDimensions builds the member that holds a host's dimensions.
func appendDimensions(b []byte, h *tsbs.Host) []byte {
	b = append(b, `"Dimensions":[`...)
	for i, tag := range h.Tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"Name":"`...)
		b = append(b, tag.Name...)
		b = append(b, `","Value":"`...)
		b = append(b, tag.Value...)
		b = append(b, `"}`...)
	}
	return append(b, ']')
}
