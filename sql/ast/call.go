package ast

// NullTreatment says whether a window function passes over NULLs.
type NullTreatment uint8

// The treatments; the default respects NULLs.
const (
	NullsUnstated NullTreatment = iota
	IgnoreNulls
	RespectNulls
)

// Call is a call of a function. Star stands for the argument of count(*); Over is
// nil unless it is a window function; Within says that the order stands after the
// parentheses.
//
//	call = qname '(' ( '*' | [ DISTINCT | ALL ] [ expr,* ] [ ORDER BY sortItem,* ] ) ')'
//	       [ WITHIN GROUP '(' ORDER BY sortItem,* ')' ]
//	       [ FILTER '(' WHERE expr ')' ] [ ( IGNORE | RESPECT ) NULLS ] [ OVER window ]
type Call struct {
	Place
	Name       *QName
	Star       bool
	Quantifier Quantifier
	Args       []Expr
	OrderBy    []*SortItem
	Within     bool
	Filter     Expr
	Nulls      NullTreatment
	Over       *Window
}

func (*Call) expr() {}

func (c *Call) children(visit func(Node)) {
	visit(c.Name)
	each(visit, c.Args)
	each(visit, c.OrderBy)
	optional(visit, c.Filter)
	if c.Over != nil {
		visit(c.Over)
	}
}

// Window says which rows a window function sees. Bare is a reference without
// parentheses: then only Base is set.
//
//	window = ident | '(' [ ident ] [ PARTITION BY expr,* ] [ ORDER BY sortItem,* ] [ frame ] ')'
type Window struct {
	Place
	Bare      bool
	Base      *Ident
	Partition []Expr
	OrderBy   []*SortItem
	Frame     *Frame
}

func (w *Window) children(visit func(Node)) {
	if w.Base != nil {
		visit(w.Base)
	}
	each(visit, w.Partition)
	each(visit, w.OrderBy)
	if w.Frame != nil {
		visit(w.Frame)
	}
}

// WindowDef is a named window of a WINDOW clause.
//
//	windowDef = ident AS '(' window ')'
type WindowDef struct {
	Place
	Name   *Ident
	Window *Window
}

func (w *WindowDef) children(visit func(Node)) {
	visit(w.Name)
	visit(w.Window)
}

// FrameUnit is what the bounds of a frame count.
type FrameUnit uint8

// The units of frames.
const (
	Rows FrameUnit = iota
	Range
	Groups
)

// Frame bounds the rows around the current one. End is nil where BETWEEN is not
// written, and then means the current row.
//
//	frame = ( ROWS | RANGE | GROUPS ) ( bound | BETWEEN bound AND bound )
type Frame struct {
	Place
	Unit       FrameUnit
	Start, End *Bound
}

func (f *Frame) children(visit func(Node)) {
	visit(f.Start)
	if f.End != nil {
		visit(f.End)
	}
}

// BoundKind says where a frame starts or ends.
type BoundKind uint8

// The bounds in the order in which they lie; a frame does not run backwards.
const (
	UnboundedPreceding BoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

// Bound is one end of a frame. Offset is set for Preceding and Following.
//
//	bound = UNBOUNDED ( PRECEDING | FOLLOWING ) | CURRENT ROW | expr ( PRECEDING | FOLLOWING )
type Bound struct {
	Place
	Kind   BoundKind
	Offset Expr
}

func (b *Bound) children(visit func(Node)) { optional(visit, b.Offset) }
