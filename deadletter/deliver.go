package deadletter

import (
	"context"
	"errors"
	"time"

	"tidemark/fault"
	"tidemark/tsdb"
)

// batchBytes is about the size of the letters that are written together.
const batchBytes = 8 << 20

// deliver writes letters and answers them, those of each table together.
func (s *Letters) deliver(list []posted) {
	ctx := context.Background() // what was accepted is finished
	homes := map[string]tsdb.TableRef{}
	byHome := map[tsdb.TableRef][]posted{}
	for _, p := range list {
		home, known := homes[p.Target.Database]
		if !known {
			var err error
			if home, err = s.home(ctx, p.Target.Database); err != nil {
				s.fail([]posted{p}, err)
				continue
			}
			homes[p.Target.Database] = home
		}
		byHome[home] = append(byHome[home], p)
	}
	for home, list := range byHome {
		s.deliverTo(ctx, home, list)
	}
}

// deliverTo writes the letters of one table in batches.
func (s *Letters) deliverTo(ctx context.Context, home tsdb.TableRef, list []posted) {
	var batch []posted
	var entries []Entry
	bytes := int64(0)
	for i, p := range list {
		e := p.entry(s.opt.NewID(), s.stamp())
		if limit := s.accounts.admit(home.Database, e.Bytes, s.opt.Now()); limit != "" {
			s.refuse(p, home.Database, limit)
		} else {
			batch, entries, bytes = append(batch, p), append(entries, e), bytes+e.Bytes
		}
		if len(batch) > 0 && (bytes >= batchBytes || i == len(list)-1) {
			s.write(ctx, home, batch, entries)
			batch, entries, bytes = nil, nil, 0
		}
	}
}

// stamp is the time of the next letter: no two letters share one, so that each is a
// row of its own.
func (s *Letters) stamp() int64 {
	s.stamped = max(s.stamped+1, s.opt.Now().UnixNano())
	return s.stamped
}

// refuse gives up a letter for which there is no room. It is answered as kept, because
// sending its message again would not help.
func (s *Letters) refuse(p posted, database, limit string) {
	s.metrics.refused.WithLabelValues(limit).Inc()
	if count, ok := s.refusing.allow(s.opt.Now()); ok {
		s.opt.Logger.Error("dead letters lost to a limit", "reason", limit, "count", count, "database", database, "rule", p.Rule, "err", p.Reason)
	}
	p.done(nil)
}

// fail answers letters that could not be written.
func (s *Letters) fail(list []posted, err error) {
	s.metrics.failures.Add(float64(len(list)))
	s.opt.Logger.Error("dead letters not written", "count", len(list), "database", list[0].Target.Database, "err", err)
	err = fault.New(fault.Unavailable, "The dead letter could not be stored: %w", err)
	for _, p := range list {
		p.done(err)
	}
}

// skips is how much later the times of a batch become with each time that it is written
// anew, because others have its times, or into a new table. Letters of one instant have
// times one nanosecond apart, and so the last one passes a billion of them.
var skips = []time.Duration{0, time.Millisecond, time.Second}

// write writes one batch and answers it.
func (s *Letters) write(ctx context.Context, home tsdb.TableRef, list []posted, entries []Entry) {
	began := time.Now()
	err := s.opt.Store.WriteOwn(ctx, home, records(entries))
	for _, skip := range skips {
		if err == nil || !s.repair(ctx, home, entries, err, skip) {
			break
		}
		err = s.opt.Store.WriteOwn(ctx, home, records(entries))
	}
	s.metrics.writes.Observe(time.Since(began).Seconds())
	if err != nil {
		for i := range entries {
			s.accounts.giveBack(home.Database, entries[i].Bytes)
		}
		s.fail(list, err)
		return
	}
	for i := range list {
		s.metrics.stored.WithLabelValues(entries[i].Kind).Inc()
		list[i].done(nil)
	}
}

// repair removes the reason of a failure, if it can. After a restart with a clock that
// went back, the time of a letter may be that of another one: it takes one later than all
// that this process gave, and by skip. A table that was deleted meanwhile is made again.
func (s *Letters) repair(ctx context.Context, home tsdb.TableRef, entries []Entry, err error, skip time.Duration) bool {
	if rejected, ok := errors.AsType[*tsdb.RejectedRecords](err); ok {
		s.stamped += skip.Nanoseconds()
		for _, r := range rejected.Rejections {
			entries[r.Index].Time = s.stamp()
		}
		return true
	}
	return fault.KindOf(err) == fault.NotFound && s.ensure(ctx, home) == nil
}

func records(entries []Entry) []tsdb.Record {
	recs := make([]tsdb.Record, len(entries))
	for i := range entries {
		recs[i] = entries[i].record()
	}
	return recs
}
