package fleet

import (
	"context"
	"math/rand/v2"
	"time"
)

// read makes the next reading and what befalls it: the messages to send now, and how
// long the device stays silent after them.
func (d *device) read(ctx context.Context) ([]message, time.Duration, error) {
	kind := d.faults.draw(d.rng)
	if kind == silent {
		d.counts.faults[silent].Add(1)
		return nil, d.faults.SilentFor, nil
	}
	var shift time.Duration
	if kind == late {
		shift = d.faults.LateBy
	}
	payload, err := d.source.next(ctx, time.Now(), shift)
	if err != nil {
		return nil, 0, err
	}
	return d.arrange(message{payload, kind}), 0, nil
}

// arrange puts a message in its place among those sent now: a duplicate behind its
// original, one out of order behind the next.
func (d *device) arrange(m message) []message {
	if m.kind == outOfOrder && d.held == nil {
		d.held = &m
		return nil
	}
	batch := []message{m}
	if m.kind == duplicate {
		batch = []message{{payload: m.payload}, m}
	}
	if d.held != nil {
		batch = append(batch, *d.held)
		d.held = nil
	}
	return batch
}

// deliver sends a message until it is acknowledged or work ends. It holds its place
// in the window for the gap after the acknowledgement.
func (d *device) deliver(work context.Context, m message) {
	if m.kind != noFault {
		d.counts.faults[m.kind].Add(1)
	}
	if m.kind == disconnect {
		d.session.cut()
	}
	var begin time.Time
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		c, err := d.session.current(work)
		if err != nil {
			break
		}
		begin = d.sending(begin, m)
		err = c.publish(work, d.topic, m.payload, d.qos)
		if err == nil {
			d.delivered(m, time.Since(begin))
			_ = sleep(work, d.gap) // its end is noticed by the next step
			return
		}
		d.session.drop(c)
		d.session.log.Debug("message not acknowledged", "client_id", d.id, "topic", d.topic, "err", err)
		if sleep(work, pause/2+rand.N(pause/2)) != nil {
			break
		}
	}
	d.counts.failed.Add(1)
	d.failed.Add(1)
}

// sending counts an attempt and returns when the first one began.
func (d *device) sending(begin time.Time, m message) time.Time {
	if !begin.IsZero() {
		d.counts.resent.Add(1)
		return begin
	}
	d.counts.published.Add(1)
	d.counts.bytes.Add(int64(len(m.payload)))
	return time.Now()
}

// delivered counts an acknowledgement; at QoS 0 there is none.
func (d *device) delivered(m message, took time.Duration) {
	if d.qos == 0 {
		return
	}
	d.counts.ack.Observe(took)
	d.counts.acked.Add(1)
	d.acked.Add(1)
	switch m.kind {
	case duplicate:
		d.ackedDups.Add(1)
	case late:
		d.ackedLate.Add(1)
	}
}

// summary is what the device has done.
func (d *device) summary() DeviceSummary {
	return DeviceSummary{
		ID: d.id, Building: d.place.building, Room: d.place.room,
		Acknowledged: d.acked.Load(), Duplicates: d.ackedDups.Load(), Late: d.ackedLate.Load(), Failed: d.failed.Load(),
	}
}
