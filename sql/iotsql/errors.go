package iotsql

import (
	"fmt"
	"strings"
)

// Span is a part of a text: bytes from Start up to End.
type Span struct{ Start, End int }

// SyntaxError says what is wrong with a statement or a template, and where.
type SyntaxError struct {
	Text   string // the whole statement or template
	Span   Span
	Reason string
}

// Error gives line, column (in characters) and reason on one line.
func (e *SyntaxError) Error() string {
	line, column := e.position()
	return fmt.Sprintf("line %d, column %d: %s", line, column, e.Reason)
}

// Excerpt quotes the line with carets under the span.
func (e *SyntaxError) Excerpt() string {
	start := min(e.Span.Start, len(e.Text))
	from := strings.LastIndexByte(e.Text[:start], '\n') + 1
	line, _, _ := strings.Cut(e.Text[from:], "\n")
	_, column := e.position()
	width := max(1, min(e.Span.End, from+len(line))-start)
	return line + "\n" + strings.Repeat(" ", column-1) + strings.Repeat("^", width)
}

func (e *SyntaxError) position() (line, column int) {
	before := e.Text[:min(e.Span.Start, len(e.Text))]
	last := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, len([]rune(before[last:])) + 1
}

// EvalError says why a statement or template could not be evaluated over a
// message. It stops the rule before its actions (AWS page "Error handling").
type EvalError struct {
	Function string // the failing function, empty when it was none
	Reason   string
	limit    bool // the evaluation as a whole takes too much: nothing in it survives that
}

// Error names the function, where there is one.
func (e *EvalError) Error() string {
	if e.Function == "" {
		return e.Reason
	}
	return e.Function + "(): " + e.Reason
}
