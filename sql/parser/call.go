package parser

import (
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/token"
)

// call reads the arguments of a function and what may follow them.
func (p *parser) call(first token.Token, name *ast.QName) ast.Expr {
	c := &ast.Call{Name: name}
	p.expect(token.LParen)
	if c.Star = p.accept(token.Star); !c.Star {
		p.callArgs(c)
	}
	p.expect(token.RParen)
	p.callTail(c)
	c.Place = p.since(first)
	return c
}

// callArgs = [ DISTINCT | ALL ] [ expr,* ] [ ORDER BY sortItem,* ]
func (p *parser) callArgs(c *ast.Call) {
	c.Quantifier = p.quantifier()
	if !p.tok().Is(token.RParen, token.Order) {
		c.Args = commas(p, p.expr)
	}
	if p.accept(token.Order) {
		p.expect(token.By)
		c.OrderBy = commas(p, p.sortItem)
	}
}

// within = [ WITHIN GROUP '(' ORDER BY sortItem,* ')' ]
func (p *parser) within(c *ast.Call) {
	if !p.accept(token.Within, token.Group, token.LParen) {
		return
	}
	if c.OrderBy != nil {
		p.unexpected("one ORDER BY")
	}
	c.Within = true
	p.expect(token.Order)
	p.expect(token.By)
	c.OrderBy = commas(p, p.sortItem)
	p.expect(token.RParen)
}

// callTail = [ within ] [ FILTER '(' WHERE expr ')' ] [ ( IGNORE | RESPECT ) NULLS ] [ OVER window ]
func (p *parser) callTail(c *ast.Call) {
	p.within(c)
	if p.accept(token.Filter, token.LParen) {
		p.expect(token.Where)
		c.Filter = p.expr()
		p.expect(token.RParen)
	}
	switch {
	case p.accept(token.Ignore, token.Nulls):
		c.Nulls = ast.IgnoreNulls
	case p.accept(token.Respect, token.Nulls):
		c.Nulls = ast.RespectNulls
	}
	if p.peek(token.Over) && (p.look(1).Is(token.LParen) || p.look(1).Kind.Name()) {
		p.next()
		c.Over = p.over()
	}
}

// over = ident | '(' window ')'
func (p *parser) over() *ast.Window {
	if p.peek(token.LParen) {
		return p.window()
	}
	base := p.ident()
	return &ast.Window{Place: base.Place, Bare: true, Base: base}
}

// caseExpr = CASE [ expr ] { WHEN expr THEN expr } [ ELSE expr ] END
func (p *parser) caseExpr() ast.Expr {
	first := p.next()
	c := &ast.Case{}
	if !p.peek(token.When) {
		c.Operand = p.expr()
	}
	for p.peek(token.When) {
		c.Whens = append(c.Whens, p.when())
	}
	if len(c.Whens) == 0 {
		p.unexpected("WHEN")
	}
	if p.accept(token.Else) {
		c.Else = p.expr()
	}
	p.expect(token.End)
	c.Place = p.since(first)
	return c
}

func (p *parser) when() *ast.When {
	first := p.expect(token.When)
	w := &ast.When{Cond: p.expr()}
	p.expect(token.Then)
	w.Then = p.expr()
	w.Place = p.since(first)
	return w
}

// cast = ( CAST | TRY_CAST ) '(' expr AS type ')'
func (p *parser) cast() ast.Expr {
	first := p.next()
	c := &ast.Cast{Try: first.Kind == token.TryCast}
	p.expect(token.LParen)
	c.X = p.expr()
	p.expect(token.As)
	c.Type = p.typeName()
	p.expect(token.RParen)
	c.Place = p.since(first)
	return c
}

// extract = EXTRACT '(' ident FROM value ')'
func (p *parser) extract() ast.Expr {
	first := p.next()
	p.expect(token.LParen)
	e := &ast.Extract{Field: p.ident()}
	p.expect(token.From)
	e.X = p.value()
	p.expect(token.RParen)
	e.Place = p.since(first)
	return e
}

// position = POSITION '(' value IN value ')'
func (p *parser) position() ast.Expr {
	first := p.next()
	p.expect(token.LParen)
	n := &ast.Position{Needle: p.value()}
	p.expect(token.In)
	n.Haystack = p.value()
	p.expect(token.RParen)
	n.Place = p.since(first)
	return n
}

// substring = SUBSTRING '(' value FROM value [ FOR value ] ')', or a call as any other;
// both give the same tree.
func (p *parser) substring() ast.Expr {
	first := p.tok()
	name := p.ident()
	c := &ast.Call{Name: &ast.QName{Place: name.Place, Parts: []*ast.Ident{name}}}
	p.expect(token.LParen)
	c.Args = []ast.Expr{p.expr()}
	if p.accept(token.From) {
		c.Args = append(c.Args, p.value())
		if p.accept(token.For) {
			c.Args = append(c.Args, p.value())
		}
	}
	for p.accept(token.Comma) {
		c.Args = append(c.Args, p.expr())
	}
	p.expect(token.RParen)
	c.Place = p.since(first)
	return c
}

// trim = TRIM '(' [ BOTH | LEADING | TRAILING ] [ expr ] FROM expr ')', or a call as
// any other. It gives the tree of a call of trim, ltrim or rtrim.
func (p *parser) trim() ast.Expr {
	first := p.tok()
	name := p.ident()
	c := &ast.Call{Name: &ast.QName{Place: name.Place, Parts: []*ast.Ident{name}}}
	p.expect(token.LParen)
	prefix, stated := p.trimSide()
	name.Name = prefix + name.Name
	if !p.tok().Is(token.RParen, token.From) {
		c.Args = commas(p, p.expr)
	}
	if len(c.Args) < 2 && (stated || p.peek(token.From)) {
		p.expect(token.From)
		c.Args = append([]ast.Expr{p.expr()}, c.Args...)
	}
	p.expect(token.RParen)
	c.Place = p.since(first)
	return c
}

// trimSides are what goes before the name of the function.
var trimSides = map[string]string{"both": "", "leading": "l", "trailing": "r"}

// trimSide reads a side, which is no reserved word: one that stands alone is a column.
func (p *parser) trimSide() (prefix string, stated bool) {
	prefix, known := trimSides[strings.ToLower(p.tok().Text)]
	next := p.look(1)
	if !known || p.peek(token.String) || p.peek(token.Quoted) || !next.Is(token.String, token.From, token.LParen, token.Param) && !next.Kind.Name() {
		return "", false
	}
	p.next()
	return prefix, true
}

// normalize = NORMALIZE '(' expr [ ',' ( ident | expr ) ] ')', the ident being a form's
// name. It gives the tree of a call with a text; its name is a reserved word.
func (p *parser) normalize() ast.Expr {
	first := p.next()
	name := &ast.Ident{Place: ast.At(first.Span), Name: "normalize", Quoted: true}
	c := &ast.Call{Name: &ast.QName{Place: name.Place, Parts: []*ast.Ident{name}}}
	p.expect(token.LParen)
	c.Args = []ast.Expr{p.expr()}
	if p.accept(token.Comma) {
		form := p.expr()
		if n, ok := form.(*ast.Name); ok && !n.Quoted {
			form = &ast.String{Place: n.Place, Value: strings.ToUpper(n.Name)}
		}
		c.Args = append(c.Args, form)
	}
	p.expect(token.RParen)
	c.Place = p.since(first)
	return c
}
