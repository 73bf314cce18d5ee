package ast

// Explain asks how a statement would be answered, without answering it. It is an
// extension of ours.
//
//	explain = EXPLAIN [ '(' explainOption,* ')' ] statement
type Explain struct {
	Place
	Options   []*ExplainOption
	Statement Statement // any but another Explain
}

func (*Explain) statement() {}

func (e *Explain) children(visit func(Node)) {
	each(visit, e.Options)
	visit(e.Statement)
}

func (e *Explain) print(p *printer) {
	p.text("EXPLAIN ")
	list(p, "(", e.Options, ") ")
	e.Statement.print(p)
}

// ExplainOption says what an EXPLAIN should show.
//
//	explainOption = ident ident
type ExplainOption struct {
	Place
	Name, Value *Ident
}

func (o *ExplainOption) children(visit func(Node)) {
	visit(o.Name)
	visit(o.Value)
}

func (o *ExplainOption) print(p *printer) {
	o.Name.print(p)
	p.text(" ")
	o.Value.print(p)
}
