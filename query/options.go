package query

import (
	"log/slog"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/query/cursor"
	"tidemark/query/export"
	"tidemark/tsdb"
)

// Options says what an Engine works with. The zero value of a bound stands for its
// default. The memory of all queries together is bounded by the DuckDB engine's own limits.
type Options struct {
	Store  *tsdb.DB       // what is queried
	DuckDB *duckdb.Engine // runs the queries; the store's own

	MaxRunning int // queries that compute at once, and statements compiled at once; twice the processors
	MaxWaiting int // queries that wait for that; more are Throttled; 1000
	MaxUnloads int // UNLOADs that write at once, of at most 100 files each; more wait; 4

	Objects export.Store // where UNLOAD writes; nil refuses it

	// Memory is the most bytes of arrays, texts and states of aggregates, which cannot
	// be spilled, that one query may hold; half of the engine's limit.
	Memory   int64
	Metadata int // most bytes of the names and types of a result's columns; 100,000

	Paging      cursor.Options // bounds on pages and on queries whose pages are not all taken
	RepeatFor   time.Duration  // how long a ClientToken is remembered; 5 min
	RepeatBytes int            // most bytes of answers remembered for ClientTokens; 64 MB

	Off map[string]bool // optional rewrites to leave out, by name

	Now        func() time.Time // the clock of now(); nil is time.Now
	Logger     *slog.Logger     // nil discards
	Registerer prometheus.Registerer
}

// pageBytes is the size of a page when the request names none: Timestream's 1 MB.
const pageBytes = 1_000_000

// withDefaults fills in what was left zero.
func (o Options) withDefaults() Options {
	setDefault(&o.MaxRunning, 2*runtime.NumCPU())
	setDefault(&o.MaxWaiting, 1000)
	setDefault(&o.MaxUnloads, 4)
	setDefault(&o.Metadata, 100_000)
	if o.Memory == 0 {
		memory, _ := o.DuckDB.Limits()
		o.Memory = memory / 2
	}
	setDefault(&o.RepeatFor, 5*time.Minute)
	setDefault(&o.RepeatBytes, 64<<20)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Registerer == nil {
		o.Registerer = prometheus.NewRegistry()
	}
	o.Paging.Logger = o.Logger
	if o.Paging.Room == nil {
		o.Paging.Room = func() error { return o.Store.Room(spillRoom) }
	}
	return o
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Validate refuses what an engine cannot work with.
func (o Options) Validate() error {
	switch {
	case o.Store == nil || o.DuckDB == nil:
		return fault.New(fault.Invalid, "a query engine needs a store and a DuckDB engine")
	case o.MaxRunning < 0 || o.MaxWaiting < 0 || o.MaxUnloads < 0 || o.RepeatFor < 0 || o.RepeatBytes < 0 || o.Memory < 0 || o.Metadata < 0:
		return fault.New(fault.Invalid, "the bounds of a query engine must not be negative")
	}
	return o.Paging.Validate()
}
