// Package sqlerr holds the error that every stage of the SQL compiler returns: a
// text for the client and the place in the query it is about.
//
// The constructors classify the error as fault.Invalid. errors.AsType[*sqlerr.Error]
// finds the place again, and Quote shows it to a person at a terminal:
//
//	line 1:8: Column 'hostnam' does not exist
//	SELECT hostnam FROM demo.host
//	       ^^^^^^^
//
// All functions are safe to call at once.
package sqlerr

import (
	"fmt"
	"strings"
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

// Quote returns the message, the line of the query it is about and carets below
// the place, each on a line of its own. A tab stays a tab so that the carets line up.
func (e *Error) Quote(query string) string {
	if int(e.Span.Start.Offset) > len(query) {
		return e.Msg
	}
	line, lead := lineAround(query, int(e.Span.Start.Offset))
	return fmt.Sprintf("%s\n%s\n%s%s", e.Msg, line, blank(line[:lead]), strings.Repeat("^", e.carets(line, lead)))
}

// lineAround returns the line that holds the byte at offset, and where in it that byte is.
func lineAround(query string, offset int) (line string, lead int) {
	start := strings.LastIndexByte(query[:offset], '\n') + 1
	line, _, _ = strings.Cut(query[start:], "\n")
	line = strings.TrimSuffix(line, "\r")
	return line, min(offset-start, len(line))
}

// carets counts the code points to underline: up to the end of the span or of the line.
func (e *Error) carets(line string, lead int) int {
	width := min(int(e.Span.End.Offset-e.Span.Start.Offset), len(line)-lead)
	return max(1, utf8.RuneCountInString(line[lead:lead+max(0, width)]))
}

func blank(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, s)
}
