package parser

import (
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/token"
)

// typeName = baseType { ARRAY }
func (p *parser) typeName() *ast.TypeName {
	defer p.enter()()
	c := &chain{p: p}
	defer c.end()
	first := p.tok()
	t := p.baseType()
	for p.accept(token.Array) {
		c.link()
		place := p.since(first)
		t = &ast.TypeName{Place: place, Name: "array", Params: []*ast.TypeParam{{Place: t.Place, Type: t}}}
	}
	return t
}

// baseType = ident [ '(' param,* ')' ] | ARRAY '<' type '>' | INTERVAL ident TO ident
func (p *parser) baseType() *ast.TypeName {
	first := p.tok()
	if !first.Kind.Name() || first.Kind == token.Quoted {
		p.unexpected("a type")
	}
	p.next()
	t := &ast.TypeName{Name: strings.ToLower(first.Text)}
	switch {
	case p.peek(token.LParen):
		t.Params = parens(p, p.typeParam)
	case first.Kind == token.Array && p.accept(token.Less):
		elem := p.typeName()
		p.expect(token.Greater)
		t.Params = []*ast.TypeParam{{Place: elem.Place, Type: elem}}
	case first.Kind == token.Interval && p.look(1).Is(token.To):
		from := p.ident()
		p.next()
		t.Name += " " + strings.ToLower(from.Name) + " to " + strings.ToLower(p.ident().Name)
	}
	t.Place = p.since(first)
	return t
}

// typeParam = digits | [ ident ] type
func (p *parser) typeParam() *ast.TypeParam {
	first := p.tok()
	param := &ast.TypeParam{}
	if p.peek(token.Integer) {
		param.Size = p.next().Text
		param.Place = p.since(first)
		return param
	}
	if p.fieldNameStarts() {
		param.Field = p.ident()
	}
	param.Type = p.typeName()
	param.Place = p.since(first)
	return param
}

// fieldNameStarts reports whether a name with a type behind it comes next. The words
// of interval types and an ARRAY behind its element are no types of their own.
func (p *parser) fieldNameStarts() bool {
	next := p.look(1)
	switch {
	case !p.tok().Kind.Name() || !next.Kind.Name():
		return false
	case p.peek(token.Interval) && p.look(2).Is(token.To):
		return false
	case next.Is(token.Array):
		return p.look(2).Is(token.LParen, token.Less)
	}
	return true
}
