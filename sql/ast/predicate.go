package ast

import "tidemark/sql/token"

// Logic joins two or more conditions; a long chain is one node. Op is token.And or
// token.Or.
//
//	logic = expr { AND expr } | expr { OR expr }
type Logic struct {
	Place
	Op    token.Kind
	Terms []Expr
}

// Not is a negation.
//
//	not = NOT expr
type Not struct {
	Place
	X Expr
}

// Compare is a comparison. Op is the operator's token kind; != is token.NotEq.
//
//	compare = value ( '=' | '<>' | '<' | '<=' | '>' | '>=' ) value
type Compare struct {
	Place
	Op          token.Kind
	OpAt        Place
	Left, Right Expr
}

// Quantified compares a value with every row of a query. Word is token.All or
// token.Any; SOME is ANY.
//
//	quantified = value compOp ( ALL | ANY | SOME ) '(' query ')'
type Quantified struct {
	Place
	Op    token.Kind
	OpAt  Place
	Word  token.Kind
	Left  Expr
	Query *Query
}

// Between asks whether a value lies in a range, both ends included.
//
//	between = value [ NOT ] BETWEEN value AND value
type Between struct {
	Place
	OpAt       Place
	Not        bool
	X, Low, Hi Expr
}

// In asks whether a value is in a list, or in the rows of a query when List is nil.
//
//	in = value [ NOT ] IN '(' ( expr,* | query ) ')'
type In struct {
	Place
	OpAt  Place
	Not   bool
	X     Expr
	List  []Expr
	Query *Query
}

// Like matches a text with a pattern of % and _. Escape is nil for no escape character.
//
//	like = value [ NOT ] LIKE value [ ESCAPE value ]
type Like struct {
	Place
	OpAt       Place
	Not        bool
	X, Pattern Expr
	Escape     Expr
}

// IsNull asks whether there is no value.
//
//	isNull = value IS [ NOT ] NULL
type IsNull struct {
	Place
	Not bool
	X   Expr
}

// IsDistinct compares two values, NULL being equal to itself.
//
//	isDistinct = value IS [ NOT ] DISTINCT FROM value
type IsDistinct struct {
	Place
	OpAt        Place
	Not         bool
	Left, Right Expr
}

// Exists asks whether a query has a row.
//
//	exists = EXISTS '(' query ')'
type Exists struct {
	Place
	Query *Query
}

func (*Logic) expr()      {}
func (*Not) expr()        {}
func (*Compare) expr()    {}
func (*Quantified) expr() {}
func (*Between) expr()    {}
func (*In) expr()         {}
func (*Like) expr()       {}
func (*IsNull) expr()     {}
func (*IsDistinct) expr() {}
func (*Exists) expr()     {}

func (l *Logic) children(visit func(Node))      { each(visit, l.Terms) }
func (n *Not) children(visit func(Node))        { visit(n.X) }
func (c *Compare) children(visit func(Node))    { visit(c.Left); visit(c.Right) }
func (q *Quantified) children(visit func(Node)) { visit(q.Left); visit(q.Query) }
func (b *Between) children(visit func(Node))    { visit(b.X); visit(b.Low); visit(b.Hi) }
func (l *Like) children(visit func(Node))       { visit(l.X); visit(l.Pattern); optional(visit, l.Escape) }
func (i *IsNull) children(visit func(Node))     { visit(i.X) }
func (i *IsDistinct) children(visit func(Node)) { visit(i.Left); visit(i.Right) }
func (e *Exists) children(visit func(Node))     { visit(e.Query) }

func (i *In) children(visit func(Node)) {
	visit(i.X)
	each(visit, i.List)
	if i.Query != nil {
		visit(i.Query)
	}
}
