// Package sqlerr holds the error that every stage of the SQL compiler returns: a
// text for the client and the place in the query it is about.
//
// The constructors classify the error as fault.Invalid. errors.AsType[*sqlerr.Error]
// finds the place again. All functions are safe to call at once.
package sqlerr

import (
	"fmt"
	"unicode/utf8"

	"tidemark/fault"
	"tidemark/sql/token"
)

// Error is what is wrong with a query. Msg is the text on the wire and already
// names the position where Timestream's text does.
type Error struct {
	Span token.Span
	Msg  string
}

// Error returns the text on the wire.
func (e *Error) Error() string { return e.Msg }

// New returns an invalid-query error with a text that words its position itself.
func New(span token.Span, format string, args ...any) error {
	return fault.Wrap(fault.Invalid, &Error{Span: span, Msg: Clip(fmt.Sprintf(format, args...))})
}

// maxText is the longest error text in bytes.
const maxText = 2000

// Clip shortens an error text that quotes a name or a value of any size.
func Clip(text string) string {
	if len(text) <= maxText {
		return text
	}
	cut := maxText
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// At returns an invalid-query error whose text starts with "line L:C: ".
func At(span token.Span, format string, args ...any) error {
	return New(span, "line %s: %s", span.Start, fmt.Sprintf(format, args...))
}

// Syntax returns the error for a text outside the grammar. Public clients find the
// position by the words before the second colon, so they are exactly Timestream's.
func Syntax(span token.Span, format string, args ...any) error {
	return New(span, "The query syntax is invalid at line %s: %s", span.Start, fmt.Sprintf(format, args...))
}

// Unsupported returns the error for a construct that is in the grammar but that
// this release does not run.
func Unsupported(span token.Span, construct string) error {
	return At(span, "%s is not supported", construct)
}
