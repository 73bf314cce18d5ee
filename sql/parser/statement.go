package parser

import (
	"tidemark/sql/ast"
	"tidemark/sql/token"
)

// statement = query | show | describe | unload
func (p *parser) statement() ast.Statement {
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
	t := p.tok()
	p.fail(t.Span, "unexpected %s, expected SELECT, WITH, VALUES, SHOW, DESCRIBE or UNLOAD", t)
	return nil
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
