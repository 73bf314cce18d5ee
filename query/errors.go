package query

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/query/cursor"
	"tidemark/query/export"
	"tidemark/sql/sqlerr"
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
func (e *Engine) executionError(err error) error {
	if limit, ok := errors.AsType[*cursor.LimitError](err); ok {
		e.metrics.limits.WithLabelValues(limit.Limit).Inc()
		return &ExecutionError{Text: limit.Text, err: err}
	}
	if written, ok := errors.AsType[*export.Error](err); ok {
		return &ExecutionError{Text: sqlerr.Clip(written.Error()), err: err}
	}
	failed, ok := errors.AsType[*duckdb.Error](err)
	if !ok || errors.Is(err, context.Canceled) {
		return err
	}
	if limit := e.engineLimit(failed); limit != nil {
		e.metrics.limits.WithLabelValues(limit.Limit).Inc()
		return &ExecutionError{Text: limit.Text, err: fault.Wrap(fault.Exceeded, err)}
	}
	if !statementFailures[failed.Class] || strings.HasPrefix(failed.Message, duckdb.SourceFailed) {
		return fmt.Errorf("run query: %w", err)
	}
	text, known := clientText(failed)
	if !known {
		e.opt.Logger.Warn("error of the engine has no text for clients", "err", err)
	}
	return &ExecutionError{Text: sqlerr.Clip(text), err: fault.Wrap(fault.Invalid, err)}
}

// engineLimit returns the limit of the engine that an error of DuckDB's is about, or nil.
func (e *Engine) engineLimit(failed *duckdb.Error) *cursor.LimitError {
	memory, spill := e.opt.DuckDB.Limits()
	switch {
	case failed.Class == duckdb.OutOfMemory && strings.Contains(failed.Message, "max_temp_directory_size"):
		return &cursor.LimitError{Limit: "query.spill", Text: fmt.Sprintf(
			"Query exceeded the disk space for intermediate results (limit query.spill, %d bytes for all queries)", spill)}
	case failed.Class == duckdb.IO && strings.Contains(failed.Message, "No space left on device"):
		return diskError()
	case (failed.Class == duckdb.Parser || failed.Class == duckdb.Binder) && strings.HasPrefix(failed.Message, "Max expression depth"):
		return &cursor.LimitError{Limit: "depth", Text: "The query is too complex: what it means is nested too deeply for the engine (more than 1000 levels)"}
	case failed.Class == duckdb.OutOfMemory:
		return &cursor.LimitError{Limit: "store.memory", Text: fmt.Sprintf(
			"Query exceeded the memory limit of the engine (limit store.memory, %d bytes for all queries)", memory)}
	}
	return nil
}

// statementFailures are the classes of errors that values cause. Any other, such as
// Binder, means that the compiler wrote a bad program.
var statementFailures = map[duckdb.Class]bool{
	duckdb.Conversion: true, duckdb.OutOfRange: true, duckdb.DivideByZero: true,
	duckdb.InvalidInput: true, duckdb.Mismatch: true,
}

func metadataError(size, limit int) error {
	return &cursor.LimitError{Limit: "Metadata", Text: fmt.Sprintf("The names and types of the result's columns have %d bytes, more than the maximum of %d", size, limit)}
}
