// Package ast holds the tree of a Timestream SQL statement as it was written:
// every node knows its place in the text, nothing is resolved.
//
// A tree comes from sql/parser and is read by sql/analyzer. Walk visits it and Print
// writes it as text again; parsing that text gives the same tree, places apart. The
// comment above a node is its production in the grammar; x,* is a comma-separated
// list, [x] optional. Trees are not changed after parsing, so they may be shared.
// Source: Timestream developer guide, "Supported SQL constructs"; Trino's grammar
// where the guide only names a construct.
package ast

import "tidemark/sql/token"

// Node is any part of the tree.
type Node interface {
	// Span is the text that the node was parsed from.
	Span() token.Span
	children(visit func(Node))
	print(p *printer)
}

// Statement is *Query, *Show, *Describe, *Unload or *Explain.
type Statement interface {
	Node
	statement()
}

// Body is what stands between WITH and ORDER BY: *Select, *Values, *Table, *SetOp or
// a *Query in parentheses.
type Body interface {
	Node
	body()
}

// Relation is an element of FROM: *TableRef, *Derived, *Unnest, *Join or *Aliased.
type Relation interface {
	Node
	relation()
}

// Expr is an expression.
type Expr interface {
	Node
	expr()
}

// Place is embedded in every node and holds its text.
type Place struct{ Text token.Span }

// Span returns the text that the node was parsed from.
func (p Place) Span() token.Span { return p.Text }

// At returns the place of a node that was parsed from the given text.
func At(s token.Span) Place { return Place{s} }

// Ident is a name. Unquoted names keep their case.
type Ident struct {
	Place
	Name   string
	Quoted bool
}

func (*Ident) children(func(Node)) {}

// QName is a name in parts, for example database.table.
//
//	qname = ident { '.' ident }
type QName struct {
	Place
	Parts []*Ident
}

func (n *QName) children(visit func(Node)) { each(visit, n.Parts) }

// String returns the parts joined by points, without quotes, as messages show them.
func (n *QName) String() string {
	text := n.Parts[0].Name
	for _, part := range n.Parts[1:] {
		text += "." + part.Name
	}
	return text
}

// Quantifier is the word that says whether duplicates count.
type Quantifier uint8

// The quantifiers.
const (
	Unquantified Quantifier = iota
	All
	Distinct
)
