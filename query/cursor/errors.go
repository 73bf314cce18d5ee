package cursor

import (
	"fmt"
	"time"

	"tidemark/fault"
)

// LimitError says which bound of Options ended a query.
type LimitError struct {
	Limit string // the field of Options
	Text  string
}

// Error returns the text, which is for the client.
func (e *LimitError) Error() string { return e.Text }

// Unwrap makes it a fault of the kind Exceeded.
func (e *LimitError) Unwrap() error { return fault.New(fault.Exceeded, "limit %s reached", e.Limit) }

func runTimeError(limit time.Duration) error {
	return &LimitError{"RunTime", fmt.Sprintf("Query exceeded the maximum run time of %s", limit)}
}

func resultSizeError(limit int64) error {
	return &LimitError{"ResultBytes", fmt.Sprintf("Query result exceeds the maximum size of %d bytes", limit)}
}

func resultRowsError(limit int64) error {
	return &LimitError{"ResultRows", fmt.Sprintf("Query result exceeds the maximum of %d rows", limit)}
}

var (
	// errCancelled answers a request for rows of a cancelled query.
	errCancelled = fault.New(fault.Conflict, "The query has been cancelled")

	// errClosed ends what runs when the set closes.
	errClosed = fault.New(fault.Unavailable, "the query engine is stopping")
)
