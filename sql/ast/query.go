package ast

// Query is a statement, a subquery, or a body in parentheses. Limit is nil for no
// limit, which LIMIT ALL says aloud.
//
//	query = [ WITH cte,* ] body [ ORDER BY sortItem,* ] [ OFFSET int [ROW|ROWS] ] [ LIMIT ( int | ALL ) ]
type Query struct {
	Place
	With     []*CTE
	Body     Body
	OrderBy  []*SortItem
	Offset   *Integer
	Limit    *Integer
	LimitAll bool
}

func (*Query) statement() {}
func (*Query) body()      {}

func (q *Query) children(visit func(Node)) {
	each(visit, q.With)
	visit(q.Body)
	each(visit, q.OrderBy)
	if q.Offset != nil {
		visit(q.Offset)
	}
	if q.Limit != nil {
		visit(q.Limit)
	}
}

// CTE is a named query of a WITH clause.
//
//	cte = ident [ '(' ident,* ')' ] AS '(' query ')'
type CTE struct {
	Place
	Name    *Ident
	Columns []*Ident
	Query   *Query
}

func (c *CTE) children(visit func(Node)) {
	visit(c.Name)
	each(visit, c.Columns)
	visit(c.Query)
}

// SetKind is the operation of a SetOp.
type SetKind uint8

// The set operations.
const (
	Union SetKind = iota
	Intersect
	Except
)

// SetOp combines the rows of two bodies. OpAt is the place of its word.
//
//	body = body ( UNION | INTERSECT | EXCEPT ) [ ALL | DISTINCT ] body
type SetOp struct {
	Place
	Kind        SetKind
	OpAt        Place
	Quantifier  Quantifier
	Left, Right Body
}

func (*SetOp) body() {}

func (s *SetOp) children(visit func(Node)) {
	visit(s.Left)
	visit(s.Right)
}

// Values is a relation written out, each expression being one row.
//
//	values = VALUES expr,*
type Values struct {
	Place
	Rows []Expr
}

func (*Values) body() {}

func (v *Values) children(visit func(Node)) { each(visit, v.Rows) }

// Table is all columns and rows of a table.
//
//	table = TABLE qname
type Table struct {
	Place
	Name *QName
}

func (*Table) body() {}

func (t *Table) children(visit func(Node)) { visit(t.Name) }

// Select is a query specification. From is empty for a single row without columns.
//
//	select = SELECT [ ALL | DISTINCT ] selectItem,* [ FROM relation,* ] [ WHERE expr ]
//	         [ GROUP BY [ ALL | DISTINCT ] groupingElement,* ] [ HAVING expr ] [ WINDOW windowDef,* ]
type Select struct {
	Place
	Quantifier      Quantifier
	Items           []*SelectItem
	From            []Relation
	Where           Expr
	GroupBy         []*GroupingElement
	GroupQuantifier Quantifier
	Having          Expr
	Windows         []*WindowDef
}

func (*Select) body() {}

func (s *Select) children(visit func(Node)) {
	each(visit, s.Items)
	each(visit, s.From)
	optional(visit, s.Where)
	each(visit, s.GroupBy)
	optional(visit, s.Having)
	each(visit, s.Windows)
}

// SelectItem is one item of a select list: an expression, or, with Star, all columns
// of the input or of X.
//
//	selectItem = expr [ [AS] ident ] | '*' | primary '.' '*' [ AS '(' ident,* ')' ]
type SelectItem struct {
	Place
	Star    bool
	X       Expr     // nil for a bare *
	Alias   *Ident   // of an expression, nil without one
	Columns []*Ident // new names for the columns of a star
}

func (i *SelectItem) children(visit func(Node)) {
	optional(visit, i.X)
	if i.Alias != nil {
		visit(i.Alias)
	}
	each(visit, i.Columns)
}

// GroupingKind says how the sets of a GroupingElement become grouping sets.
type GroupingKind uint8

// The grouping elements.
const (
	GroupPlain GroupingKind = iota // one set
	GroupRollup
	GroupCube
	GroupSets
)

// GroupingElement is one element of GROUP BY. A plain one has exactly one set, and a
// set in parentheses may be empty.
//
//	groupingElement = set | ROLLUP '(' set,* ')' | CUBE '(' set,* ')' | GROUPING SETS '(' set,* ')'
//	set             = expr | '(' [ expr,* ] ')'
type GroupingElement struct {
	Place
	Kind GroupingKind
	Sets [][]Expr
}

func (g *GroupingElement) children(visit func(Node)) {
	for _, set := range g.Sets {
		each(visit, set)
	}
}

// NullOrder says where NULLs sort.
type NullOrder uint8

// The orders of NULLs; NullsDefault is last.
const (
	NullsDefault NullOrder = iota
	NullsFirst
	NullsLast
)

// SortItem is one key of an ORDER BY.
//
//	sortItem = expr [ ASC | DESC ] [ NULLS ( FIRST | LAST ) ]
type SortItem struct {
	Place
	X     Expr
	Desc  bool
	Nulls NullOrder
}

func (s *SortItem) children(visit func(Node)) { visit(s.X) }
