package duckdb

import (
	"errors"
	"strings"

	bindings "github.com/duckdb/duckdb-go-bindings"

	"tidemark/fault"
)

// Class is the part of DuckDB that an error comes from.
type Class string

// The classes that callers tell apart; others carry DuckDB's own name.
const (
	Binder       Class = "Binder"
	Catalog      Class = "Catalog"
	Parser       Class = "Parser"
	Conversion   Class = "Conversion"
	OutOfRange   Class = "Out of Range"
	DivideByZero Class = "Divide by Zero"
	InvalidInput Class = "Invalid Input"
	Mismatch     Class = "Mismatch Type"
	OutOfMemory  Class = "Out of Memory"
	Interrupted  Class = "INTERRUPT"
	Permission   Class = "Permission"
	Constraint   Class = "Constraint"
	Transaction  Class = "TransactionContext"
	IO           Class = "IO"
	Fatal        Class = "FATAL" // the database refuses everything until it is reopened
	Internal     Class = "INTERNAL"
	Other        Class = ""
)

// Error is an error that DuckDB reported.
type Error struct {
	Class   Class
	Message string // DuckDB's text without the class in front
}

// Error returns the class and the text.
func (e *Error) Error() string {
	if e.Class == Other {
		return "duckdb: " + e.Message
	}
	return "duckdb: " + string(e.Class) + ": " + e.Message
}

// ClassOf returns the class of the DuckDB error in err's chain, and Other when there is none.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return Other
}

// Broken reports whether err means that the database cannot be written any more: a full
// or failing disk, or a database that DuckDB itself has shut.
func Broken(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Class == IO || e.Class == Fatal || e.Class == Internal || invalidated(e.Message))
}

func invalidated(text string) bool { return strings.Contains(text, "has been invalidated") }

// newError reads DuckDB's text, which begins with the class: "Binder Error: …".
func newError(text string) *Error {
	text, _, _ = strings.Cut(text, "\n\nStack Trace:")
	text, _, _ = strings.Cut(text, "\n\nStack Trace:") // of DuckDB's own code, behind what it calls fatal
	class, rest, found := strings.Cut(text, " Error: ")
	if !found || len(class) > 30 || strings.ContainsAny(class, "\n:") {
		return &Error{Class: innerClass(text), Message: text}
	}
	e := &Error{Class: Class(class), Message: rest}
	if inner := innerClass(rest); e.Class == Transaction && inner != Other {
		e.Class = inner // of what made a COMMIT fail
	}
	return e
}

// innerClass tells the classes that matter in the texts of appenders and of failed
// commits, which name none or hide it.
func innerClass(text string) Class {
	if strings.Contains(text, "No space left on device") {
		return IO
	}
	for _, part := range []string{"failed to offload data block", "failed to allocate", "could not allocate block", "failed to pin block"} {
		if strings.Contains(text, part) {
			return OutOfMemory
		}
	}
	return Other
}

func resultError(res *bindings.Result) error { return newError(bindings.ResultError(res)) }

// openError says why a file was not opened, in a caller's terms.
func openError(path, text string) error {
	low := strings.ToLower(text)
	switch {
	case strings.Contains(low, "could not set lock"):
		return fault.New(fault.Conflict, "database %s is in use by another process: %w", path, newError(text))
	case strings.Contains(low, "no space left"), strings.Contains(low, "disk full"):
		return fault.New(fault.Unavailable, "no space left for database %s: %w", path, newError(text))
	case strings.Contains(low, "read-only"), strings.Contains(low, "permission denied"):
		return fault.New(fault.Unavailable, "database %s cannot be written: %w", path, newError(text))
	default:
		return newError(text)
	}
}
