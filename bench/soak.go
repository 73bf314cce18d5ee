package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// soakTable has rows of the last days; each worker has hosts of its own in it, so that
// it knows what it must find.
const soakTable = "load"

// benchSoak keeps a server busy for o.soak with everything at once: new rows, late rows
// of the last days, the same rows again, higher versions, deletes, queries, flushes and
// compactions. Every answer is compared with what was acknowledged, and the server's
// memory, goroutines and files with what they were.
func benchSoak(ctx context.Context, o options, r *report) error {
	return withNode(ctx, o, func(n *node) error {
		// Other engines read nothing here: what they might still read need not stay.
		if err := errors.Join(n.stop(), n.start(ctx, o.binary, "--store-keep", "20s", "--store-memory", soakMemory), n.soakTables(ctx)); err != nil {
			return err
		}
		s := &soak{node: n, until: time.Now().Add(o.soak)}
		if err := s.write(n.caller(), batch{"first", time.Now().Add(-time.Minute), 1, 1, 1}); err != nil { // a table has columns once it has rows
			return err
		}
		err := s.run(ctx)
		for _, w := range s.watched.columns() {
			r.add(w)
		}
		r.add(figure{what: fmt.Sprintf("soak of %v: rows acknowledged", o.soak), value: float64(s.acknowledged.Load()), unit: "rows"})
		r.add(figure{what: "queries answered and right", value: float64(s.answered.Load()), unit: "queries"})
		r.add(figure{what: "deletes, flushes and compactions", value: float64(s.changes.Load()), unit: "calls"})
		return err
	})
}

func (n *node) soakTables(ctx context.Context) error {
	c := n.caller()
	if _, err := c.call(ctx, "CreateDatabase", []byte(`{"DatabaseName":"soak"}`)); err != nil {
		return err
	}
	_, err := c.call(ctx, "CreateTable", fmt.Appendf(nil, `{"DatabaseName":"soak","TableName":%q,"RetentionProperties":{"MemoryStoreRetentionPeriodInHours":24,"MagneticStoreRetentionPeriodInDays":30},"MagneticStoreWriteProperties":{"EnableMagneticStoreWrites":true}}`, soakTable))
	return err
}

// soakMemory is the engine's limit during a soak: it keeps what it has read up to that, so
// without one memory grows with the data for longer than a soak lasts.
const soakMemory = "1GB"

// soak is a run under way.
type soak struct {
	node         *node
	until        time.Time
	acknowledged atomic.Int64
	answered     atomic.Int64
	changes      atomic.Int64
	watched      watch
}

// run ends at the first error of a worker, or when the time is over.
func (s *soak) run(ctx context.Context) error {
	ctx, cancel := context.WithDeadline(ctx, s.until)
	defer cancel()
	workers := []func(context.Context) error{
		s.newRows(0), s.newRows(1), s.lateRows, s.rewrites, s.deletes, s.questions, s.every(15*time.Second, "flush"), s.every(40*time.Second, "compact"), s.watch,
	}
	err := parallel(len(workers), func(i int) error {
		err := workers[i](ctx)
		if err != nil {
			cancel()
		}
		return err
	})
	return errors.Join(err, s.watched.grown())
}

// batch is rows of one host, a second apart.
type batch struct {
	host    string
	from    time.Time
	rows    int
	version int64
	value   int64
}

func (b batch) body() []byte {
	body := fmt.Appendf(nil, `{"DatabaseName":"soak","TableName":%q,"CommonAttributes":{"Dimensions":[{"Name":"host","Value":%q}],"MeasureName":"m","MeasureValueType":"MULTI","Version":%d},"Records":[`, soakTable, b.host, b.version)
	for i := range b.rows {
		if i > 0 {
			body = append(body, ',')
		}
		body = fmt.Appendf(body, `{"Time":"%d","MeasureValues":[{"Name":"v","Value":"%d","Type":"BIGINT"},{"Name":"w","Value":"%d.5","Type":"DOUBLE"}]}`,
			b.from.Add(time.Duration(i)*time.Second).UnixMilli(), b.value, i)
	}
	return append(body, `]}`...)
}

// write stores a batch; it is not begun once the time is over, and always ended.
func (s *soak) write(c *caller, b batch) error {
	if _, err := c.call(context.Background(), "WriteRecords", b.body()); err != nil {
		return fmt.Errorf("write %d rows of %s from %v: %w", b.rows, b.host, b.from, err)
	}
	s.acknowledged.Add(int64(b.rows))
	return nil
}

// expect asks for the number and sum of a host's rows.
func (s *soak) expect(c *caller, host string, rows, sum int64) error {
	got, err := c.query(context.Background(), fmt.Sprintf("SELECT count(*), coalesce(sum(v), 0) FROM soak.%s WHERE host = '%s'", soakTable, host))
	if err != nil {
		return fmt.Errorf("ask for %s: %w", host, err)
	}
	if got[0][0] != strconv.FormatInt(rows, 10) || got[0][1] != strconv.FormatInt(sum, 10) {
		return fmt.Errorf("host %s has %s rows of sum %s, acknowledged are %d of sum %d", host, got[0][0], got[0][1], rows, sum)
	}
	s.answered.Add(1)
	return nil
}

// newRows writes what devices write: the present, a host after another.
func (s *soak) newRows(worker int) func(context.Context) error {
	return func(ctx context.Context) error {
		c, rows := s.node.caller(), int64(0)
		host := fmt.Sprintf("new%d", worker)
		at := time.Now().Add(-20 * time.Hour).Truncate(time.Second)
		for ctx.Err() == nil {
			if err := s.write(c, batch{host, at, 100, 1, 3}); err != nil {
				return err
			}
			at, rows = at.Add(100*time.Second), rows+100
			if at.After(time.Now()) {
				host, at, rows = fmt.Sprintf("new%d-%d", worker, s.acknowledged.Load()), time.Now().Add(-20*time.Hour).Truncate(time.Second), 0
			}
			if rows%2000 == 0 {
				if err := s.expect(c, host, rows, 3*rows); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// lateRows writes rows of the last ten days, from the newest to the oldest.
func (s *soak) lateRows(ctx context.Context) error {
	c, rows := s.node.caller(), int64(0)
	at := time.Now().Add(-25 * time.Hour).Truncate(time.Second)
	oldest := at.Add(-9 * 24 * time.Hour)
	host := "late"
	for ctx.Err() == nil {
		at = at.Add(-2 * time.Hour)
		if err := s.write(c, batch{host, at, 60, 1, 5}); err != nil {
			return err
		}
		if rows += 60; at.Before(oldest) {
			host, rows, at = fmt.Sprintf("late-%d", s.acknowledged.Load()), 0, oldest.Add(9*24*time.Hour)
		}
		if err := errors.Join(s.expect(c, host, rows, 5*rows), sleep(ctx, 50*time.Millisecond)); err != nil {
			return err
		}
	}
	return nil
}

// rewrites writes the same rows of six days again and again: as they are, and with
// higher versions.
func (s *soak) rewrites(ctx context.Context) error {
	c := s.node.caller()
	start := time.Now().Add(-6 * 24 * time.Hour).Truncate(time.Second)
	for version := int64(1); ctx.Err() == nil; version++ {
		for day := range 7 {
			b := batch{"again", start.Add(time.Duration(day) * 24 * time.Hour).Add(-time.Hour), 50, version, version}
			if err := errors.Join(s.write(c, b), s.write(c, b)); err != nil {
				return err
			}
		}
		if err := errors.Join(s.expect(c, "again", 7*50, 7*50*version), sleep(ctx, 300*time.Millisecond)); err != nil {
			return err
		}
	}
	return nil
}

// deletes writes rows of three days and deletes some of them, then all.
func (s *soak) deletes(ctx context.Context) error {
	c := s.node.caller()
	for round := 0; ctx.Err() == nil; round++ {
		host := fmt.Sprintf("gone%d", round%5)
		start := time.Now().Add(-3 * 24 * time.Hour).Truncate(time.Hour)
		for day := range 3 {
			if err := s.write(c, batch{host, start.Add(time.Duration(day) * 24 * time.Hour), 100, 1, 2}); err != nil {
				return err
			}
		}
		if err := errors.Join(s.expect(c, host, 300, 600), sleep(ctx, time.Second)); err != nil {
			return err
		}
		from := start.Add(24 * time.Hour)
		part := fmt.Sprintf(`"from":%q,"to":%q,`, from.UTC().Format(time.RFC3339), from.Add(49*time.Second).UTC().Format(time.RFC3339))
		if err := errors.Join(s.remove(c, host, part), s.expect(c, host, 250, 500), sleep(ctx, time.Second)); err != nil {
			return err
		}
		if err := errors.Join(s.remove(c, host, ""), s.expect(c, host, 0, 0)); err != nil {
			return err
		}
	}
	return nil
}

func (s *soak) remove(c *caller, host, bounds string) error {
	s.changes.Add(1)
	return c.post("/tidemark/v1/tables/soak/"+soakTable+"/delete", fmt.Appendf(nil, `{"dimensions":{"host":[%q]},%s"apply":true}`, host, bounds))
}

// post calls an operation of Tidemark's own.
func (c *caller) post(path string, body []byte) error {
	ctx := context.Background()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.n.addrs.HTTP+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if _, err = c.send(ctx, req, body, "tidemark"); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// every does something to the files again and again.
func (s *soak) every(pause time.Duration, operation string) func(context.Context) error {
	return func(ctx context.Context) error {
		c := s.node.caller()
		for ctx.Err() == nil {
			if sleep(ctx, pause) != nil || ctx.Err() != nil {
				return nil
			}
			s.changes.Add(1)
			if err := c.post("/tidemark/v1/tables/soak/"+soakTable+"/"+operation, nil); err != nil {
				return err
			}
		}
		return nil
	}
}

// questions asks what dashboards ask.
func (s *soak) questions(ctx context.Context) error {
	c := s.node.caller()
	for i := 0; ctx.Err() == nil; i++ {
		text := []string{
			"SELECT host, bin(time, 1h) AS h, avg(v), max(w) FROM soak.%s WHERE time > ago(3d) GROUP BY 1, 2 ORDER BY 2 DESC, 1 LIMIT 100",
			"SELECT host, max_by(v, time), max(time) FROM soak.%s GROUP BY host ORDER BY 1 LIMIT 50",
			"SELECT count(*) FROM (SELECT host, time, count(*) FROM soak.%s GROUP BY 1, 2 HAVING count(*) > 1)", // no identity twice
		}[i%3]
		rows, err := c.query(context.Background(), fmt.Sprintf(text, soakTable))
		if err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
		if i%3 == 2 && rows[0][0] != "0" {
			return fmt.Errorf("%s rows have the identity of another", rows[0][0])
		}
		s.answered.Add(1)
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// sleep waits; that the time is over is no error.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
	return nil
}
