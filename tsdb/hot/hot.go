// Package hot keeps recent rows in DuckDB: a dictionary of series and a chain of
// segments for each table, written by a single committer.
//
// Callers resolve and submit rows at once from any number of goroutines. The
// committer takes what has gathered, decides about every row (new, replaced, the same
// again, refused), appends it by column, commits once for all of them and answers
// after the commit is on disk. Readers take a Snapshot and turn a Scan into the text
// of a relation that DuckDB runs.
//
//	store, err := hot.Open(ctx, hot.Options{Engine: engine})
//	go store.Run(ctx)
//	err = store.Table(7).Submit(ctx, rows, func(refused []hot.Refusal, err error) { … })
//
// docs/formats.md, "Hot store", describes the tables inside the DuckDB file.
package hot

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/internal/duckdb"
)

// Options says how the store works. Zero values take the defaults.
type Options struct {
	Engine     *duckdb.Engine        // where the rows are; required
	Logger     *slog.Logger          // nil discards
	Registerer prometheus.Registerer // nil leaves the metrics unregistered
	Now        func() time.Time      // nil is the clock

	QueueRows   int           // rows accepted and not yet answered; Submit waits at this bound. 65536
	QueueBytes  int64         // their size; Submit waits at this bound too. 64 MiB
	BatchRows   int           // rows of one commit. 16384
	SegmentRows int           // rows after which a segment freezes. 4 million
	SegmentAge  time.Duration // age after which a segment freezes. 24 hours
	LogBytes    int64         // DuckDB's log is folded into its file above this size. 32 MiB
	IdleLog     int64         // the same when no row came for IdleAfter. 1 MiB
	IdleAfter   time.Duration // 2 seconds
	FreeBytes   uint64        // writes are refused while the disk has less free than this. 256 MiB
	MaxSeries   int           // series of one table. 20 million
	SumsBytes   int64         // memory for columns of files that are summed up. An eighth of the engine's limit, at least 32 MiB
	SeriesBytes int64         // memory for the series of all tables. A quarter of the machine's, at least 512 MiB
	Limits      Limits

	// Fetch makes files readable until release, where they may be elsewhere; nil when they
	// are always there. What readers of a View need is the business of who runs its Relation.
	Fetch func(ctx context.Context, files []File) (release func(), err error)
	far   bool // there is one

	Free func() (uint64, error) // free bytes of the disk; nil asks that of the engine's file
}

// Limits bound the schema of one table (developer guide, "Quotas").
type Limits struct {
	Dimensions   int // 128
	MeasureNames int // 8192
	Attributes   int // of multi-measure records: 1024
}

// withDefaults fills in what is zero.
func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Registerer == nil {
		o.Registerer = prometheus.NewRegistry()
	}
	o.QueueRows = or(o.QueueRows, 65536)
	o.QueueBytes = or(o.QueueBytes, 64<<20)
	o.BatchRows = or(o.BatchRows, 16384)
	o.SegmentRows = or(o.SegmentRows, 4_000_000)
	o.SegmentAge = or(o.SegmentAge, 24*time.Hour)
	o.LogBytes = or(o.LogBytes, 32<<20)
	o.IdleLog = or(o.IdleLog, 1<<20)
	o.IdleAfter = or(o.IdleAfter, 2*time.Second)
	o.FreeBytes = or(o.FreeBytes, 256<<20)
	if o.far = o.Fetch != nil; !o.far {
		o.Fetch = func(context.Context, []File) (func(), error) { return func() {}, nil }
	}
	if o.Free == nil {
		path := o.Engine.Path()
		o.Free = func() (uint64, error) { return freeOf(path) }
	}
	o.MaxSeries = or(o.MaxSeries, 20_000_000)
	if o.SumsBytes == 0 {
		memory, _ := o.Engine.Limits()
		o.SumsBytes = max(memory/readingShare, leastReading)
	}
	if o.SeriesBytes == 0 {
		o.SeriesBytes = defaultSeriesBytes()
	}
	o.Limits.Dimensions = or(o.Limits.Dimensions, 128)
	o.Limits.MeasureNames = or(o.Limits.MeasureNames, 8192)
	o.Limits.Attributes = or(o.Limits.Attributes, 1024)
	return o
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Validate reports the first value that cannot be used.
func (o Options) Validate() error {
	switch {
	case o.Engine == nil:
		return fmt.Errorf("the hot store needs an engine")
	case o.QueueRows < 0 || o.BatchRows < 0 || o.SegmentRows < 0 || o.MaxSeries < 0:
		return fmt.Errorf("row limits of the hot store must not be negative")
	case o.SumsBytes < 0 || o.SeriesBytes < 0 || o.QueueBytes < 0 || o.LogBytes < 0 || o.IdleLog < 0 || o.SegmentAge < 0 || o.IdleAfter < 0:
		return fmt.Errorf("sizes and times of the hot store must not be negative")
	}
	return nil
}
