package ast

// ShowKind says what a SHOW statement lists.
type ShowKind uint8

// The SHOW statements.
const (
	ShowDatabases ShowKind = iota
	ShowTables
	ShowMeasures
)

// Show lists databases, tables or measures. From is nil where it is not written.
//
//	show = SHOW DATABASES [LIKE string] | SHOW TABLES [FROM ident] [LIKE string]
//	     | SHOW MEASURES FROM qname [LIKE string]
type Show struct {
	Place
	Kind ShowKind
	From *QName
	Like *String
}

func (*Show) statement() {}

func (s *Show) children(visit func(Node)) {
	if s.From != nil {
		visit(s.From)
	}
	if s.Like != nil {
		visit(s.Like)
	}
}

// Describe lists the columns of a table.
//
//	describe = DESCRIBE qname
type Describe struct {
	Place
	Table *QName
}

func (*Describe) statement() {}

func (d *Describe) children(visit func(Node)) { visit(d.Table) }

// Unload writes the rows of a query as files.
//
//	unload = UNLOAD '(' query ')' TO string [ WITH '(' option,* ')' ]
type Unload struct {
	Place
	Query   *Query
	To      *String
	Options []*Option
}

func (*Unload) statement() {}

func (u *Unload) children(visit func(Node)) {
	visit(u.Query)
	visit(u.To)
	each(visit, u.Options)
}

// Option is one setting of an UNLOAD.
//
//	option = ident '=' expr
type Option struct {
	Place
	Name  *Ident
	Value Expr
}

func (o *Option) children(visit func(Node)) {
	visit(o.Name)
	visit(o.Value)
}
