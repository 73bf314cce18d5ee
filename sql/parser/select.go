package parser

import (
	"tidemark/sql/ast"
	"tidemark/sql/token"
)

func (p *parser) selectSpec() *ast.Select {
	first := p.next()
	s := &ast.Select{Quantifier: p.quantifier()}
	s.Items = commas(p, p.selectItem)
	if p.accept(token.From) {
		s.From = commas(p, p.relation)
	}
	if p.accept(token.Where) {
		s.Where = p.expr()
	}
	if p.accept(token.Group) {
		p.expect(token.By)
		s.GroupQuantifier = p.quantifier()
		s.GroupBy = commas(p, p.groupingElement)
	}
	if p.accept(token.Having) {
		s.Having = p.expr()
	}
	if p.windowClauseStarts() {
		p.next()
		s.Windows = commas(p, p.windowDef)
	}
	s.Place = p.since(first)
	return s
}

// quantifier = [ ALL | DISTINCT ], where ALL may also be the name of a column: then
// something follows it that cannot start an expression.
func (p *parser) quantifier() ast.Quantifier {
	switch {
	case p.accept(token.Distinct):
		return ast.Distinct
	case p.peek(token.All) && !p.look(1).Is(token.Comma, token.From, token.EOF, token.RParen, token.As, token.Dot, token.Semicolon):
		p.next()
		return ast.All
	}
	return ast.Unquantified
}

// selectItem = expr [ [AS] ident ] | '*' | primary '.' '*' [ AS '(' ident,* ')' ]
func (p *parser) selectItem() *ast.SelectItem {
	first := p.tok()
	i := &ast.SelectItem{}
	if p.accept(token.Star) {
		i.Star = true
		i.Place = p.since(first)
		return i
	}
	i.X = p.expr()
	if p.accept(token.Dot, token.Star) {
		i.Star = true
		if p.accept(token.As) {
			i.Columns = parens(p, p.ident)
		}
	} else {
		i.Alias = p.alias()
	}
	i.Place = p.since(first)
	return i
}

// alias = [ [AS] ident ]; the words that may follow as clauses are only names after AS.
func (p *parser) alias() *ast.Ident {
	if p.accept(token.As) {
		return p.ident()
	}
	if !p.tok().Kind.Name() || p.clauseStarts() {
		return nil
	}
	p.refuse()
	return p.ident()
}

// clauseStarts reports whether a word that is not reserved starts a clause here.
func (p *parser) clauseStarts() bool {
	switch p.tok().Kind {
	case token.Limit:
		return p.look(1).Kind == token.All || p.valueFollows()
	case token.Offset:
		return p.valueFollows()
	case token.Window:
		return p.windowClauseStarts()
	}
	return false
}

// valueFollows reports whether the word is followed by a value, which no name is. That
// the value is a number of rows is tested later.
func (p *parser) valueFollows() bool {
	return p.look(1).Is(token.Integer, token.Float, token.Duration, token.String, token.Param, token.Minus, token.Plus)
}

// windowClauseStarts reports whether WINDOW ident AS '(' comes next.
func (p *parser) windowClauseStarts() bool {
	return p.peek(token.Window) && p.look(1).Kind.Name() && p.look(2).Is(token.As) && p.look(3).Is(token.LParen)
}

// groupingElement = set | ROLLUP '(' set,* ')' | CUBE '(' set,* ')' | GROUPING SETS '(' set,* ')'
func (p *parser) groupingElement() *ast.GroupingElement {
	first := p.tok()
	g := &ast.GroupingElement{}
	switch {
	case p.accept(token.Rollup):
		g.Kind = ast.GroupRollup
	case p.accept(token.Cube):
		g.Kind = ast.GroupCube
	case p.accept(token.Grouping, token.Sets):
		g.Kind = ast.GroupSets
	}
	if g.Kind == ast.GroupPlain {
		g.Sets = [][]ast.Expr{p.groupingSet()}
	} else {
		g.Sets = parens(p, p.groupingSet)
	}
	g.Place = p.since(first)
	return g
}

// groupingSet = expr | '(' [ expr,* ] ')'
func (p *parser) groupingSet() []ast.Expr {
	if p.accept(token.LParen, token.RParen) {
		return nil
	}
	x := p.expr()
	if row, ok := x.(*ast.Row); ok && !row.Word {
		return row.Elems
	}
	return []ast.Expr{x}
}
