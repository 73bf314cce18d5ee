package query

import (
	"context"
	"errors"
	"fmt"
	"regexp"

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
	return &ExecutionError{Text: clientText(failed.Message), err: fault.Wrap(fault.Invalid, err)}
}

// statementFailures are the classes of errors that values cause. Any other, such as
// Binder, means that the compiler wrote a bad program.
var statementFailures = map[duckdb.Class]bool{
	duckdb.Conversion: true, duckdb.OutOfRange: true, duckdb.DivideByZero: true,
	duckdb.InvalidInput: true, duckdb.Mismatch: true,
}

// texts turns DuckDB's texts into the language's own, which are Trino's (query
// language reference: error texts). The first that matches counts; a text that
// none matches was raised by a function of ours and stays.
var texts = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`(?s)^Overflow in (addition|subtraction|multiplication) of (INT32|INT64) \((.*)\)!.*`), "%[2]s %[1]s overflow: %[3]s"},
	{regexp.MustCompile(`(?s)^Overflow in negation of (INT32|INT64|integer|numeric value).*`), "bigint negation overflow"},
	{regexp.MustCompile(`(?s)^Overflow on abs\((.*)\).*`), "Value %[1]s is out of range for abs"},
	{regexp.MustCompile(`(?s)^Could not convert string '(.*)' to (\w+).*`), "Cannot cast '%[1]s' to %[2]s"},
	{regexp.MustCompile(`(?s)^Type HUGEINT with value (.*) can't be cast because the value is out of range for the destination type INT64.*`), "bigint addition overflow: %[1]s"},
	{regexp.MustCompile(`(?s)^Type (\w+) with value (.*) can't be cast .* the destination type (\w+).*`), "Cannot cast %[2]s to %[3]s"},
	{regexp.MustCompile(`(?s)^More than one row returned by a subquery.*`), "Scalar sub-query has returned multiple rows"},
	{regexp.MustCompile(`(?s)^Could not convert .*[tT]imestamp.*`), "Timestamp is out of range"},
	{regexp.MustCompile(`(?s)^Date and time not in timestamp range.*|^Timestamp .*out of range.*|^Overflow in timestamp.*`), "Timestamp is out of range"},
}

// typeNames are the language's names of DuckDB's types, in capitals as in error texts.
var typeNames = map[string]string{
	"INT32": "INTEGER", "INT64": "BIGINT", "INTEGER": "INTEGER", "BIGINT": "BIGINT", "DOUBLE": "DOUBLE",
	"BOOL": "BOOLEAN", "BOOLEAN": "BOOLEAN", "VARCHAR": "VARCHAR", "DATE": "DATE",
}

// overflowNames are the names in overflow texts.
var overflowNames = map[string]string{"INT32": "integer", "INT64": "bigint"}

// clientText returns the text that a client of Timestream expects for DuckDB's.
func clientText(message string) string {
	for _, t := range texts {
		found := t.pattern.FindStringSubmatch(message)
		if found == nil {
			continue
		}
		args := make([]any, len(found)-1)
		for i, part := range found[1:] {
			args[i] = part
		}
		return fmt.Sprintf(t.text, args...)
	}
	return message
}
