package deadletter

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"tidemark/broker"
	"tidemark/query"
	"tidemark/tsdb"
)

// Fallback is the database of letters whose own database does not exist. The name of a
// database may come from a device, which must not make databases.
const Fallback = "tidemark"

// store is what letters need of *tsdb.DB.
type store interface {
	tables
	// WriteOwn writes rows of the server's own tables; Submit those of replayed records.
	WriteOwn(ctx context.Context, ref tsdb.TableRef, recs []tsdb.Record) error
	Submit(ctx context.Context, ref tsdb.TableRef, recs []tsdb.Record, done func(tsdb.Ingested, error))
}

// tables are the definitions in the store.
type tables interface {
	Database(ctx context.Context, name string) (tsdb.Database, error)
	Table(ctx context.Context, ref tsdb.TableRef) (tsdb.Table, error)
	Tables(ctx context.Context, database string, after tsdb.TableRef, limit int) ([]tsdb.Table, error)
	Schema(ctx context.Context, ref tsdb.TableRef) (tsdb.Schema, error)
	CreateTable(ctx context.Context, ref tsdb.TableRef, o tsdb.TableOptions) (tsdb.Table, error)
	CreateDatabase(ctx context.Context, name, kmsKey string, tags map[string]string) (tsdb.Database, error)
}

// queries read the letters; *query.Engine does.
type queries interface {
	Query(ctx context.Context, req query.Request) (*query.Page, error)
}

// Runner runs a topic rule over a message as if it had just come; *rules.Engine does.
// done gets the first error of an action that writes records, and nil when all of
// them succeeded. A failure makes no letter.
type Runner interface {
	Replay(ctx context.Context, rule string, m *broker.Message, done func(error))
}

// Options say where letters go and how many may. Zero values take the defaults.
type Options struct {
	Store   store   // required
	Queries queries // required

	Rate     int   // letters a second of one database; more are refused. 1000
	Burst    int   // letters that may come at once. 10 times Rate
	MaxBytes int64 // size of the letters of one database; more are refused. 1 GiB
	MaxQueue int   // letters that wait to be written; Post fails at this bound. 100000

	Retention tsdb.Retention // of a table made with its first letter. 1 day in memory, 365 days

	Now        func() time.Time      // nil is the clock
	NewID      func() string         // nil makes random ones that sort by time
	Logger     *slog.Logger          // nil discards
	Registerer prometheus.Registerer // nil leaves the metrics unregistered
}

// Validate reports the first value that cannot be used.
func (o Options) Validate() error {
	switch {
	case o.Store == nil || o.Queries == nil:
		return errors.New("dead letters need a store and queries")
	case o.Rate < 0 || o.Burst < 0 || o.MaxBytes < 0 || o.MaxQueue < 0:
		return errors.New("limits of dead letters must not be negative")
	}
	return nil
}

func (o Options) withDefaults() Options {
	fill(&o.Rate, 1000)
	fill(&o.Burst, 10*o.Rate)
	fill(&o.MaxBytes, 1<<30)
	fill(&o.MaxQueue, 100_000)
	fill(&o.Retention, tsdb.Retention{MemoryHours: 24, MagneticDays: 365})
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Logger = o.Logger.With("component", "deadletter")
	if o.Registerer == nil {
		o.Registerer = prometheus.NewRegistry()
	}
	return o
}

func fill[T comparable](field *T, value T) {
	if *field == *new(T) {
		*field = value
	}
}
