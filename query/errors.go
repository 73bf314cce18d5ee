package query

import (
	"context"
	"errors"
	"fmt"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/query/cursor"
)

// ExecutionError is a failure while a statement ran, as opposed to one found by
// compiling it: division by zero, a cast, an overflow, memory or time. Its text
// is for the client; the engine's own error is underneath (AWS page "Query",
// QueryExecutionException). It is a fault of the kind Invalid when the statement is
// to blame, and Exceeded when it reached a limit.
type ExecutionError struct {
	Text string
	err  error // a fault
}

// Error returns the text for the client.
func (e *ExecutionError) Error() string { return e.Text }

// Unwrap returns the cause under its fault.
func (e *ExecutionError) Unwrap() error { return e.err }

// executionError makes an error of a running statement one for its client. What is
// nobody's statement's fault stays as it is.
func executionError(err error) error {
	if limit, ok := errors.AsType[*cursor.LimitError](err); ok {
		return &ExecutionError{Text: limit.Text, err: err}
	}
	failed, ok := errors.AsType[*duckdb.Error](err)
	if !ok || errors.Is(err, context.Canceled) {
		return err
	}
	if failed.Class == duckdb.OutOfMemory {
		return &ExecutionError{
			Text: "Query exceeded the memory limit of the engine (limit MemoryLimit)",
			err:  fault.Wrap(fault.Exceeded, err),
		}
	}
	if !statementFailures[failed.Class] {
		return fmt.Errorf("run query: %w", err)
	}
	text, _ := clientText(failed)
	return &ExecutionError{Text: text, err: fault.Wrap(fault.Invalid, err)}
}

// statementFailures are the classes of errors that values cause. Any other, such as
// Binder, means that the compiler wrote a bad program.
var statementFailures = map[duckdb.Class]bool{
	duckdb.Conversion: true, duckdb.OutOfRange: true, duckdb.DivideByZero: true,
	duckdb.InvalidInput: true, duckdb.Mismatch: true,
}
