package ast

import "tidemark/sql/token"

// Name is a reference by a bare name: to a column, an alias, or a lambda's argument.
//
//	name = ident
type Name struct{ Ident }

// Field is a column of a relation or a field of a row.
//
//	field = primary '.' ident
type Field struct {
	Place
	X    Expr
	Name *Ident
}

// Subscript is an element of an array, counted from 1.
//
//	subscript = primary '[' value ']'
type Subscript struct {
	Place
	X, Index Expr
}

// Unary is a sign. Op is token.Plus or token.Minus.
//
//	unary = ( '+' | '-' ) unary
type Unary struct {
	Place
	Op token.Kind
	X  Expr
}

// Binary is arithmetic or concatenation. Op is the operator's token kind.
//
//	binary = value ( '+' | '-' | '*' | '/' | '%' | '||' ) value
type Binary struct {
	Place
	Op          token.Kind
	OpAt        Place
	Left, Right Expr
}

// AtTimeZone moves a time to a zone.
//
//	atTimeZone = value AT TIME ZONE value
type AtTimeZone struct {
	Place
	OpAt    Place
	X, Zone Expr
}

// Case chooses the first branch that holds. Operand is nil for the searched form,
// Else where it is not written.
//
//	case = CASE [ expr ] when { when } [ ELSE expr ] END
type Case struct {
	Place
	Operand Expr
	Whens   []*When
	Else    Expr
}

// When is a branch of a Case.
//
//	when = WHEN expr THEN expr
type When struct {
	Place
	Cond, Then Expr
}

// Cast converts a value; with Try an impossible conversion gives NULL.
//
//	cast = ( CAST | TRY_CAST ) '(' expr AS type ')'
type Cast struct {
	Place
	Try  bool
	X    Expr
	Type *TypeName
}

// Extract is a part of a date, time or interval.
//
//	extract = EXTRACT '(' ident FROM value ')'
type Extract struct {
	Place
	Field *Ident
	X     Expr
}

// Position is the place of a text in another, counted from 1.
//
//	position = POSITION '(' value IN value ')'
type Position struct {
	Place
	Needle, Haystack Expr
}

// Array is an array written out.
//
//	array = ARRAY '[' [ expr,* ] ']'
type Array struct {
	Place
	Elems []Expr
}

// Row is a row written out; Word says that it was with the word ROW.
//
//	row = ROW '(' expr,* ')' | '(' expr ',' expr,* ')'
type Row struct {
	Place
	Word  bool
	Elems []Expr
}

// Subquery is a query as a value: one column, at most one row.
//
//	subquery = '(' query ')'
type Subquery struct {
	Place
	Query *Query
}

// Grouping tells which of the columns a row is grouped by.
//
//	grouping = GROUPING '(' qname,* ')'
type Grouping struct {
	Place
	Args []Expr
}

// Current is a value of the clock. Word is its token kind; Precision is the number of
// digits after the seconds, nil for all that there are.
//
//	current = CURRENT_DATE | ( CURRENT_TIME | CURRENT_TIMESTAMP | LOCALTIME | LOCALTIMESTAMP ) [ '(' int ')' ]
type Current struct {
	Place
	Word      token.Kind
	Precision *Integer
}

// Lambda is a function of its own, for the functions that take one.
//
//	lambda = ( ident | '(' [ ident,* ] ')' ) '->' expr
type Lambda struct {
	Place
	Params []*Ident
	Body   Expr
}

func (*Name) expr()       {}
func (*Field) expr()      {}
func (*Subscript) expr()  {}
func (*Unary) expr()      {}
func (*Binary) expr()     {}
func (*AtTimeZone) expr() {}
func (*Case) expr()       {}
func (*Cast) expr()       {}
func (*Extract) expr()    {}
func (*Position) expr()   {}
func (*Array) expr()      {}
func (*Row) expr()        {}
func (*Subquery) expr()   {}
func (*Grouping) expr()   {}
func (*Current) expr()    {}
func (*Lambda) expr()     {}

func (a *Array) children(visit func(Node))     { each(visit, a.Elems) }
func (r *Row) children(visit func(Node))       { each(visit, r.Elems) }
func (s *Subquery) children(visit func(Node))  { visit(s.Query) }
func (g *Grouping) children(visit func(Node))  { each(visit, g.Args) }
func (u *Unary) children(visit func(Node))     { visit(u.X) }
func (f *Field) children(visit func(Node))     { visit(f.X); visit(f.Name) }
func (s *Subscript) children(visit func(Node)) { visit(s.X); visit(s.Index) }
func (b *Binary) children(visit func(Node))    { visit(b.Left); visit(b.Right) }

func (a *AtTimeZone) children(visit func(Node)) { visit(a.X); visit(a.Zone) }
func (w *When) children(visit func(Node))       { visit(w.Cond); visit(w.Then) }
func (c *Cast) children(visit func(Node))       { visit(c.X); visit(c.Type) }
func (e *Extract) children(visit func(Node))    { visit(e.Field); visit(e.X) }
func (p *Position) children(visit func(Node))   { visit(p.Needle); visit(p.Haystack) }
func (l *Lambda) children(visit func(Node))     { each(visit, l.Params); visit(l.Body) }

func (c *Current) children(visit func(Node)) {
	if c.Precision != nil {
		visit(c.Precision)
	}
}

func (c *Case) children(visit func(Node)) {
	optional(visit, c.Operand)
	each(visit, c.Whens)
	optional(visit, c.Else)
}
