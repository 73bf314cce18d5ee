package broker

import (
	"encoding/hex"
	"math/rand/v2"
	"time"
)

// tracer makes the trace identifiers of one connection's messages: random UUIDs that
// tell messages apart and guard nothing.
type tracer struct{ rng *rand.ChaCha8 }

func newTracer() tracer {
	var seed [32]byte
	for i := range 4 {
		v := rand.Uint64()
		for j := range 8 {
			seed[8*i+j] = byte(v >> (8 * j))
		}
	}
	return tracer{rand.NewChaCha8(seed)}
}

// next returns a version 4 UUID (RFC 9562 section 5.4).
func (t tracer) next() string {
	var id [16]byte
	t.rng.Read(id[:])
	id[6] = id[6]&0x0F | 0x40
	id[8] = id[8]&0x3F | 0x80
	var text [36]byte
	hex.Encode(text[0:8], id[0:4])
	hex.Encode(text[9:13], id[4:6])
	hex.Encode(text[14:18], id[6:8])
	hex.Encode(text[19:23], id[8:10])
	hex.Encode(text[24:], id[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// pacer spaces events to a rate; its zero value, and a rate of 0, do not.
type pacer struct{ next time.Time }

// wait returns how long the next event has to wait, and counts it. Up to a second's
// worth of events may come at once after a pause.
func (p *pacer) wait(now time.Time, rate int) time.Duration {
	if rate <= 0 {
		return 0
	}
	if earliest := now.Add(-time.Second); p.next.Before(earliest) {
		p.next = earliest
	}
	delay := p.next.Add(time.Second / time.Duration(rate)).Sub(now)
	p.next = p.next.Add(time.Second / time.Duration(rate))
	return max(delay, 0)
}
