package parser

import (
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/token"
)

// statement = query | show | describe | unload | explain
func (p *parser) statement() ast.Statement {
	if p.peek(token.Explain) {
		return p.explain()
	}
	return p.explainable()
}

// explainable = query | show | describe | unload
func (p *parser) explainable() ast.Statement {
	switch p.tok().Kind {
	case token.Select, token.With, token.Values, token.Table, token.LParen:
		return p.query()
	case token.Show:
		return p.show()
	case token.Describe:
		return p.describe()
	case token.Unload:
		return p.unload()
	}
	p.unexpected("SELECT", "WITH", "VALUES", "SHOW", "DESCRIBE", "UNLOAD")
	return nil
}

// explain = EXPLAIN [ '(' option,* ')' ] explainable
func (p *parser) explain() *ast.Explain {
	first := p.next()
	e := &ast.Explain{}
	if p.peek(token.LParen) && p.look(1).Kind.Name() {
		e.Options = parens(p, p.explainOption)
	}
	if t := p.tok(); t.Kind == token.Ident && strings.EqualFold(t.Text, "ANALYZE") {
		p.fail(t.Span, "EXPLAIN ANALYZE is not supported: EXPLAIN runs nothing")
	}
	e.Statement = p.explainable()
	e.Place = p.since(first)
	return e
}

// explainOption = ident ident
func (p *parser) explainOption() *ast.ExplainOption {
	first := p.tok()
	o := &ast.ExplainOption{Name: p.ident(), Value: p.ident()}
	o.Place = p.since(first)
	return o
}

func (p *parser) show() *ast.Show {
	first := p.next()
	s := &ast.Show{}
	switch {
	case p.accept(token.Databases):
		s.Kind = ast.ShowDatabases
	case p.accept(token.Tables):
		s.Kind = ast.ShowTables
		if p.accept(token.From) {
			name := p.ident()
			s.From = &ast.QName{Place: name.Place, Parts: []*ast.Ident{name}}
		}
	case p.accept(token.Measures):
		s.Kind = ast.ShowMeasures
		p.expect(token.From)
		s.From = p.qname()
	default:
		p.unexpected("DATABASES", "TABLES", "MEASURES")
	}
	if p.accept(token.Like) {
		s.Like = p.str()
	}
	s.Place = p.since(first)
	return s
}

func (p *parser) describe() *ast.Describe {
	first := p.next()
	table := p.qname()
	return &ast.Describe{Place: p.since(first), Table: table}
}

func (p *parser) unload() *ast.Unload {
	first := p.next()
	u := &ast.Unload{}
	p.expect(token.LParen)
	u.Query = p.query()
	p.expect(token.RParen, token.To)
	u.To = p.str()
	if p.accept(token.With) {
		u.Options = parens(p, p.option)
	}
	u.Place = p.since(first)
	return u
}

func (p *parser) option() *ast.Option {
	first := p.tok()
	o := &ast.Option{Name: p.ident()}
	p.expect(token.Eq)
	o.Value = p.expr()
	o.Place = p.since(first)
	return o
}
