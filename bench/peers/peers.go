// Package peers drives other stores of time series through the same load and the same
// questions as Tidemark, and checks every answer against one that is computed from the
// generator alone. A driver starts its system on a directory of its own, with the
// settings its makers recommend for bulk loads, and speaks the system's own wire.
package peers

import (
	"context"
	"fmt"
	"time"
)

// Loader takes the data in and answers questions about them.
type Loader interface {
	// Load writes all rows of a shape and returns the time from the first byte sent to the
	// last one acknowledged; files that the load reads are made before.
	Load(ctx context.Context, s Shape) (time.Duration, error)
	// Settle waits until the system has done to its files all that it does by itself or on
	// demand: merged, compacted, dropped what is superseded.
	Settle(ctx context.Context) error
	// Ask returns when the last byte of the answer is there.
	Ask(ctx context.Context, q Question) (Answer, error)
}

// Answer reads what came over the wire as rows in no particular order. It is apart from
// Ask because a client's own decoder is not what is measured.
type Answer func() ([]Row, error)

// Process is the running program behind a system.
type Process interface {
	// Restart ends the program gently and starts it on the same directory.
	Restart(ctx context.Context) error
	// Usage says what the system holds now.
	Usage(ctx context.Context) (Usage, error)
	// Close ends the program; it may be called twice.
	Close() error
}

// Usage is what a system holds.
type Usage struct {
	Disk      int64         // bytes that its files occupy
	Rows      int64         // of them, bytes of the files that hold nothing but rows; 0 where that is not kept apart
	Peak      int64         // bytes of the largest resident set since the start; 0 where it is unknown
	Resident  int64         // bytes resident now; 0 where it is unknown
	Processor time.Duration // processor time since the start; 0 where it is unknown
}

// Instance is one running system.
type Instance interface {
	Loader
	Process
}

// System is a product under measurement.
type System struct {
	Name   string
	Sync   string // what an acknowledgement of its load promises
	Wire   string // how it is loaded and asked
	Before bool   // ask also before it has settled
	Open   func(ctx context.Context, e Env) (Instance, error)
}

// Env is where a driver finds its program and puts its files.
type Env struct {
	Tools       string // directory that install.sh filled
	Dir         string // an empty directory for data
	Connections int    // parallel writers
}

// Missing says that a program is not installed: the system is not measured.
type Missing struct{ Program, Reason string }

// Error names the program (interface error).
func (e *Missing) Error() string { return fmt.Sprintf("%s is not installed: %s", e.Program, e.Reason) }

// Others are the systems besides Tidemark, in the order of the report.
func Others() []System {
	return []System{victoria, influx, chdb, postgres}
}
