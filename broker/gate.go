package broker

import (
	"sync"
	"sync/atomic"
)

// gate bounds the bytes of messages that were accepted and are not done. Passing costs
// one atomic addition while there is room.
type gate struct {
	limit   int64
	used    atomic.Int64
	waiting atomic.Int32
	mu      sync.Mutex
	room    sync.Cond
	open    bool // guarded by mu: nobody waits any more
}

func newGate(limit int64) *gate {
	g := &gate{limit: limit}
	g.room.L = &g.mu
	return g
}

// enter takes n bytes, and waits while the gate is full. A message larger than the
// limit passes an empty gate.
func (g *gate) enter(n int64) {
	if g.used.Add(n) <= g.limit {
		return
	}
	g.used.Add(-n)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting.Add(1)
	defer g.waiting.Add(-1)
	for !g.open {
		if used := g.used.Add(n); used <= g.limit || used == n {
			return
		}
		g.leaveLocked(n)
		g.room.Wait()
	}
	g.used.Add(n)
}

// force takes n bytes without waiting, for whoever the gate may itself be waiting for.
func (g *gate) force(n int64) { g.used.Add(n) }

// leave gives n bytes back.
func (g *gate) leave(n int64) {
	g.used.Add(-n)
	if g.waiting.Load() > 0 {
		g.mu.Lock()
		g.room.Broadcast()
		g.mu.Unlock()
	}
}

func (g *gate) leaveLocked(n int64) { g.used.Add(-n) }

// release lets everybody pass from now on.
func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = true
	g.room.Broadcast()
}
