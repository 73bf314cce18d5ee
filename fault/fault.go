// Package fault classifies an error by what the caller can do about it.
//
// Keepers and movers return faults; doors turn a kind into a status and a code of
// their own protocol. An error that nobody classified is Internal, and a client
// sees only its request ID. All functions are safe to call at once.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what the caller of a failed operation can do about it.
type Kind uint8

// The kinds. Every door has a code for each of them.
const (
	Internal    Kind = iota // ours to fix
	Invalid                 // wrong as sent, and wrong again if sent again
	NotFound                // the named thing does not exist
	Conflict                // it exists, or is in a state that forbids this
	Denied                  // this principal may not
	Throttled               // right, but too fast: the same request may pass later
	Exceeded                // a quota or size: less of it would pass
	Unavailable             // starting, stopping or out of space
)

var names = [...]string{"internal", "invalid", "not found", "conflict", "denied", "throttled", "exceeded", "unavailable"}

// String returns the kind's name in lower case.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Kinds lists every kind, for tables that must cover all of them.
func Kinds() []Kind {
	all := make([]Kind, len(names))
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Error is an error with a kind. Its text is for the client to read.
type Error struct {
	Kind Kind
	err  error
}

// Error returns the text without the kind.
func (e *Error) Error() string { return e.err.Error() }

// Unwrap returns the error that was classified.
func (e *Error) Unwrap() error { return e.err }

// New returns an error of the given kind. The format is that of fmt.Errorf, %w included.
func New(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, err: fmt.Errorf(format, args...)}
}

// Wrap classifies err; nil stays nil.
func Wrap(kind Kind, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: kind, err: err}
}

// KindOf returns the kind of the outermost fault in err's chain, and Internal when there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
