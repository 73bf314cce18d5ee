package query

import "tidemark/fault"

// ExecutionError is a failure while a statement ran, as opposed to one found by
// compiling it: division by zero, a cast, an overflow, memory or time. Its text
// is for the client; the engine's own error is underneath (AWS page "Query",
// QueryExecutionException).
type ExecutionError struct {
	Text string
	Kind fault.Kind // Invalid when the statement is to blame, Exceeded for a limit
	err  error
}

// Error returns the text for the client.
func (e *ExecutionError) Error() string { return e.Text }

// Unwrap returns the cause under a fault of the error's kind.
func (e *ExecutionError) Unwrap() error { return fault.Wrap(e.Kind, e.err) }
