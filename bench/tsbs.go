package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"tidemark/bench/tsbs"
)

const interval = 10 * time.Second

// question is one query of the TSBS part.
type question struct {
	what  string
	floor float64 // milliseconds
	rows  int     // that the answer must have; 0: at least one
	text  string
}

// benchTSBS loads a day of the cpu shape through WriteRecords and asks four questions.
func benchTSBS(ctx context.Context, o options, r *report) error {
	return withNode(ctx, o, func(n *node) error {
		end := time.Now().Truncate(time.Hour)
		start := end.Add(-time.Duration(o.hours) * time.Hour)
		rows, took, err := n.loadTSBS(ctx, o.hosts, start, end)
		if err != nil {
			return err
		}
		r.add(figure{what: fmt.Sprintf("load of %d rows x 10 metrics", rows), value: float64(rows) / took.Seconds(), unit: "rows/s"})
		if err := n.count(ctx, "SELECT count(*) FROM tsbs.cpu", rows); err != nil {
			return err
		}
		for _, q := range questions(o, end) {
			if err := n.ask(ctx, o, r, q); err != nil {
				return fmt.Errorf("%s: %w", q.what, err)
			}
		}
		mb, err := n.memory()
		r.add(figure{what: "resident memory after the queries", value: mb, unit: "MB"})
		return err
	})
}

// loadTSBS writes every host's rows in order of time.
func (n *node) loadTSBS(ctx context.Context, count int, start, end time.Time) (int64, time.Duration, error) {
	if err := n.caller().createTable(ctx, "tsbs", "cpu"); err != nil {
		return 0, 0, err
	}
	hosts := tsbs.Hosts(count, 1)
	var rows atomic.Int64
	began := time.Now()
	err := parallel(writeConnections, func(i int) error {
		mine := hosts[i*len(hosts)/writeConnections : (i+1)*len(hosts)/writeConnections]
		c := n.caller()
		var body []byte
		for at := start; at.Before(end) && ctx.Err() == nil; at = at.Add(interval) {
			for from := 0; from < len(mine); from += writeBatch {
				part := mine[from:min(from+writeBatch, len(mine))]
				body = appendWrite(body[:0], "tsbs", "cpu", part, at)
				if _, err := c.call(ctx, "WriteRecords", body); err != nil {
					return err
				}
				rows.Add(int64(len(part)))
			}
		}
		return ctx.Err()
	})
	return rows.Load(), time.Since(began), err
}

func questions(o options, end time.Time) []question {
	at := func(back time.Duration) string { return end.Add(-back).UTC().Format("2006-01-02 15:04:05") }
	twelve := min(12, o.hours)
	hourly := o.hosts * twelve
	all := ""
	for _, m := range tsbs.Metrics {
		all += ", avg(" + m + ") AS " + m
	}
	window := fmt.Sprintf("time >= '%s' AND time < '%s'", at(time.Duration(twelve)*time.Hour), at(0))
	return []question{
		{"one host, one metric, 1 h in 1-min bins", 10, 60, fmt.Sprintf("SELECT bin(time, 1m) AS minute, max(usage_user) FROM tsbs.cpu WHERE hostname = 'host_%d' AND time >= '%s' AND time < '%s' GROUP BY bin(time, 1m) ORDER BY 1", o.hosts/2, at(2*time.Hour), at(time.Hour))},
		{"mean of one metric per host and hour over 12 h", 75, hourly, "SELECT hostname, bin(time, 1h) AS hour, avg(usage_user) FROM tsbs.cpu WHERE " + window + " GROUP BY hostname, bin(time, 1h)"},
		{"mean of ten metrics per host and hour over 12 h", 350, hourly, "SELECT hostname, bin(time, 1h) AS hour" + all + " FROM tsbs.cpu WHERE " + window + " GROUP BY hostname, bin(time, 1h)"},
		{"latest row per host", 50, o.hosts, "SELECT hostname, max(time) AS time, max_by(usage_user, time) AS usage_user FROM tsbs.cpu GROUP BY hostname"},
	}
}

// ask runs a question until it is warm and then o.repeat times.
func (n *node) ask(ctx context.Context, o options, r *report, q question) error {
	m, err := awaitCalm(&r.best, o.calm)
	if err != nil {
		return err
	}
	c := n.caller()
	took := make([]time.Duration, 0, o.repeat)
	for i := range o.repeat + 2 {
		began := time.Now()
		rows, err := c.query(ctx, q.text)
		if err != nil {
			return err
		}
		if len(rows) == 0 || q.rows > 0 && len(rows) != q.rows {
			return fmt.Errorf("%d rows, want %d", len(rows), q.rows)
		}
		if i >= 2 {
			took = append(took, time.Since(began))
		}
	}
	r.add(figure{what: q.what + " (median)", value: quantile(took, 0.5), unit: "ms", floor: q.floor, below: true, note: fmt.Sprintf("p95 %s; %v", number(quantile(took, 0.95)), m)})
	return nil
}
