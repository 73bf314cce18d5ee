// Package token holds the words of Timestream SQL: positions in a query text, the
// kinds of tokens, and which words are reserved.
//
// A text becomes tokens in sql/scanner and a tree in sql/parser. Everything here is
// a value; all functions are safe to call at once.
// Source: Timestream developer guide, "Query language reference" and, for the
// reserved words, "Quotas" (System identifiers and reserved keywords).
package token

import "fmt"

// Pos is a place in a query text. Offset counts bytes from 0; Line counts from 1
// and Column counts code points from 1, as Timestream's messages do.
type Pos struct {
	Offset, Line, Column int32 // a text has at most 256 KiB; many positions are kept
}

// String returns the position as messages print it, for example 1:76.
func (p Pos) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// Span is a piece of a query text: Start is its first byte, End the first byte after it.
type Span struct {
	Start, End Pos
}

// To returns the span from the start of s to the end of o.
func (s Span) To(o Span) Span { return Span{s.Start, o.End} }

// Token is one lexical element.
type Token struct {
	Kind Kind
	// Text is the meaning of the token: the characters of a string or quoted
	// identifier without quotes and with doubled quotes undone, the name of a
	// parameter without its @, and the text as written of everything else.
	Text string
	Span Span
}

// Is reports whether the token has one of the given kinds.
func (t Token) Is(kinds ...Kind) bool {
	for _, k := range kinds {
		if t.Kind == k {
			return true
		}
	}
	return false
}

// String describes the token for a message.
func (t Token) String() string {
	switch t.Kind {
	case EOF:
		return "end of query"
	case String:
		return "a string"
	case Quoted:
		return `"` + t.Text + `"`
	case Param:
		return "'@" + t.Text + "'"
	}
	return "'" + t.Text + "'"
}
