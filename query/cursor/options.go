package cursor

import (
	"log/slog"
	"time"

	"tidemark/fault"
)

// Options bounds a Set. The zero value of a field stands for its default.
type Options struct {
	Wait      time.Duration // longest wait for the rows of a page before it is answered empty; 50 s
	TokenLife time.Duration // how long a token is good for; 1 h
	TokenUses int           // how many calls a token is good for; 5
	RunTime   time.Duration // most time that one query may take for producing its rows; 1 h
	ParkAfter time.Duration // how long after its first page a query's rows go to a file instead; 1 s
	CloseWait time.Duration // longest wait of Close for queries that do not notice; 10 s

	MaxQueries  int    // most queries open at once; the one unused for longest gives way; 1000
	MemoryBytes int64  // most bytes of rows kept in memory over all queries, by Want.Size; 256 MB
	ResultBytes int64  // most bytes of one query's result, by Want.Size; 5 GB
	ResultRows  int64  // most rows of one query's result; 0 is no bound
	ParkedBytes int64  // most bytes of parked rows over all queries; 10 GB
	TempDir     string // where rows are parked, created if need be; empty is the system's directory for temporary files

	// Room returns why no more rows should go to TempDir now, as when its disk is nearly
	// full; nil never says so. Rows that are not parked wait with their query, as at ParkedBytes.
	Room func() error

	Logger *slog.Logger // nil discards
}

// withDefaults fills in what was left zero.
func (o Options) withDefaults() Options {
	setDefault(&o.Wait, 50*time.Second)
	setDefault(&o.TokenLife, time.Hour)
	setDefault(&o.TokenUses, 5)
	setDefault(&o.RunTime, time.Hour)
	setDefault(&o.ParkAfter, time.Second)
	setDefault(&o.CloseWait, 10*time.Second)
	setDefault(&o.MaxQueries, 1000)
	setDefault(&o.MemoryBytes, 256<<20)
	setDefault(&o.ResultBytes, 5<<30)
	setDefault(&o.ParkedBytes, 10<<30)
	if o.Room == nil {
		o.Room = func() error { return nil }
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Validate refuses negative bounds.
func (o Options) Validate() error {
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"Wait", int64(o.Wait)}, {"TokenLife", int64(o.TokenLife)}, {"TokenUses", int64(o.TokenUses)},
		{"RunTime", int64(o.RunTime)}, {"ParkAfter", int64(o.ParkAfter)}, {"CloseWait", int64(o.CloseWait)}, {"MaxQueries", int64(o.MaxQueries)},
		{"MemoryBytes", o.MemoryBytes}, {"ResultBytes", o.ResultBytes}, {"ResultRows", o.ResultRows}, {"ParkedBytes", o.ParkedBytes},
	} {
		if f.value < 0 {
			return fault.New(fault.Invalid, "%s must not be negative, but is %d", f.name, f.value)
		}
	}
	return nil
}
