package query

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tidemark/internal/duckdb"
	"tidemark/query/cursor"
)

// governor ends a query that holds more memory than one query may
// (docs/adr/0008-limits-of-queries.md). What operators can spill
// is not its business: DuckDB shares that among the queries and spills it. It looks at
// the rest: arrays, texts, states of aggregates.
//
// DuckDB counts for all queries together. What the sum grows by between two looks is
// put down to the queries that computed then, in equal parts; so the estimate is exact
// for a query that computes alone, and never more than what all hold.
//
// What was spilled is put down in the same way. It is on the disk of the store: before
// that has no room left for writes, the query that is taken to have spilled most is ended.
type governor struct {
	engine *duckdb.Engine
	limit  int64                     // bytes that one query may hold
	room   func(beyond uint64) error // whether the disk has so much beyond what the store needs
	log    *slog.Logger

	mu struct {
		sync.Mutex
		shares  map[*share]struct{} // of the queries that have begun to compute
		begun   int64               // how many have
		held    int64               // at the last look
		idle    int64               // held when no query was there
		spilled int64               // at the last look
		now     duckdb.Memory       // for the metrics
	}
}

// share is the part of the memory, and of the disk, that a query is taken to hold.
type share struct {
	number    int64 // in the order in which queries began
	bytes     int64
	spilled   int64
	computing bool
	over      chan struct{}           // closed at the end of what it computes now
	end       context.CancelCauseFunc // while computing
}

// lookEvery is how often the governor looks while queries compute.
const lookEvery = 25 * time.Millisecond

// spillRoom is what the disk has beyond the reserve of the store while queries spill:
// more than they write between two looks.
const spillRoom = 64 << 20

func newGovernor(engine *duckdb.Engine, limit int64, room func(uint64) error, log *slog.Logger) *governor {
	g := &governor{engine: engine, limit: limit, room: room, log: log}
	g.mu.shares = map[*share]struct{}{}
	return g
}

// begin notes that a query computes until the returned function is called; it may be
// ended through the context.
func (g *governor) begin(ctx context.Context, s *share) (context.Context, func()) {
	ctx, end := context.WithCancelCause(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.number == 0 {
		g.mu.begun++
		s.number = g.mu.begun
	}
	g.mu.shares[s] = struct{}{}
	s.computing, s.end, s.over = true, end, make(chan struct{})
	return ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		s.computing = false
		close(s.over)
		end(nil)
	}
}

// elders returns what ends with what the queries compute that began before one and
// compute now.
func (g *governor) elders(of *share) (over []<-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for s := range g.mu.shares {
		if s.computing && s.number < of.number {
			over = append(over, s.over)
		}
	}
	return over
}

// forget is the end of a query.
func (g *governor) forget(s *share) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.mu.shares, s)
}

// Run looks again and again until ctx is done.
func (g *governor) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var conn *duckdb.Conn
	defer func() {
		if conn != nil {
			conn.Close()
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if conn != nil && !conn.IsOpen() || conn == nil {
			conn, _ = g.engine.Connect(ctx) // a store that is opened anew has none for a while
		}
		if conn != nil && g.wanted() {
			g.look(ctx, conn)
		}
	}
}

// wanted reports whether there is anything to see: queries, or what they left.
func (g *governor) wanted() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.mu.shares) > 0 || g.mu.held != g.mu.idle || g.mu.now.Limit == 0
}

// look reads how much is held and puts it down to the queries.
func (g *governor) look(ctx context.Context, conn *duckdb.Conn) {
	m, err := conn.Memory(ctx)
	if err != nil {
		return // the statement fails when the engine closes, or has no memory for it
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mu.now = m
	g.account(m.Held)
	g.accountSpilled(m.Spilled)
	if m.Spilled > 0 && g.room(spillRoom) != nil {
		g.endSpilling()
	}
	if s := g.largest(); s != nil && s.bytes > g.limit && s.computing {
		g.log.Warn("query ended for its memory", "count", s.bytes)
		s.end(memoryError(g.limit))
	}
}

// account brings the shares to the sum that is held now. g.mu is held.
func (g *governor) account(held int64) {
	m := &g.mu
	growth, computing, sum := held-m.held, int64(0), int64(0)
	m.held = held
	if len(m.shares) == 0 {
		m.idle = held
		return
	}
	for s := range m.shares {
		if s.computing {
			computing++
		}
	}
	for s := range m.shares {
		if s.computing && growth > 0 {
			s.bytes += growth / computing
		}
		sum += s.bytes
	}
	if left := max(held-m.idle, 0); sum > left { // something was given back, nobody knows by whom
		for s := range m.shares {
			s.bytes = int64(float64(s.bytes) * float64(left) / float64(sum))
		}
	}
}

// accountSpilled brings the shares of the disk to the sum that is spilled now. g.mu is held.
func (g *governor) accountSpilled(spilled int64) {
	m := &g.mu
	growth, computing := spilled-m.spilled, int64(0)
	m.spilled = spilled
	for s := range m.shares {
		if s.computing {
			computing++
		}
	}
	for s := range m.shares {
		switch {
		case growth > 0 && s.computing:
			s.spilled += growth / computing
		case growth < 0:
			s.spilled = min(s.spilled, spilled)
		}
	}
}

// endSpilling ends the query that is taken to have spilled most. g.mu is held.
func (g *governor) endSpilling() {
	var most *share
	for s := range g.mu.shares {
		if s.computing && s.spilled > 0 && (most == nil || s.spilled > most.spilled) {
			most = s
		}
	}
	if most != nil {
		g.log.Warn("query ended for the disk", "count", most.spilled)
		most.end(diskError())
	}
}

// largest returns the query that is taken to hold most. g.mu is held.
func (g *governor) largest() (most *share) {
	for s := range g.mu.shares {
		if most == nil || s.bytes > most.bytes {
			most = s
		}
	}
	return most
}

// memory returns what the last look has seen.
func (g *governor) memory() duckdb.Memory {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.mu.now
}

func memoryError(limit int64) error {
	return &cursor.LimitError{Limit: "query.memory", Text: fmt.Sprintf("Query exceeded the maximum memory of one query (limit query.memory, %d bytes)", limit)}
}

func diskError() *cursor.LimitError {
	return &cursor.LimitError{Limit: "store.reserve", Text: "Query ended because the disk has no room left for its intermediate results (limit store.reserve)"}
}
