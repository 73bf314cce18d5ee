package ast

// TableRef names a table or a query of a WITH clause.
//
//	tableRef = qname
type TableRef struct {
	Place
	Name *QName
}

func (*TableRef) relation() {}

func (t *TableRef) children(visit func(Node)) { visit(t.Name) }

// Derived is a query as a relation; a lateral one sees the relations to its left.
//
//	derived = [ LATERAL ] '(' query ')'
type Derived struct {
	Place
	Lateral bool
	Query   *Query
}

func (*Derived) relation() {}

func (d *Derived) children(visit func(Node)) { visit(d.Query) }

// Unnest makes rows of arrays or time series.
//
//	unnest = UNNEST '(' expr,* ')' [ WITH ORDINALITY ]
type Unnest struct {
	Place
	Args       []Expr
	Ordinality bool
}

func (*Unnest) relation() {}

func (u *Unnest) children(visit func(Node)) { each(visit, u.Args) }

// JoinKind is the kind of a Join.
type JoinKind uint8

// The joins.
const (
	CrossJoin JoinKind = iota
	InnerJoin
	LeftJoin
	RightJoin
	FullJoin
)

// Join combines two relations. All but cross and natural joins have either On or Using.
//
//	join = relation CROSS JOIN relation | relation joinType JOIN relation ( ON expr | USING '(' ident,* ')' )
//	     | relation NATURAL joinType JOIN relation
type Join struct {
	Place
	Kind        JoinKind
	Natural     bool
	Left, Right Relation
	On          Expr
	Using       []*Ident
}

func (*Join) relation() {}

func (j *Join) children(visit func(Node)) {
	visit(j.Left)
	visit(j.Right)
	optional(visit, j.On)
	each(visit, j.Using)
}

// Aliased gives a relation a name, and its columns new ones.
//
//	aliased = relation [AS] ident [ '(' ident,* ')' ]
type Aliased struct {
	Place
	Relation Relation
	Alias    *Ident
	Columns  []*Ident
}

func (*Aliased) relation() {}

func (a *Aliased) children(visit func(Node)) {
	visit(a.Relation)
	visit(a.Alias)
	each(visit, a.Columns)
}
