package parser

import (
	"tidemark/sql/ast"
	"tidemark/sql/token"
)

// expr = and { OR and }
func (p *parser) expr() ast.Expr {
	return p.logic(token.Or, func() ast.Expr { return p.logic(token.And, p.not) })
}

// logic reads a chain of one word; all its terms become one node.
func (p *parser) logic(word token.Kind, term func() ast.Expr) ast.Expr {
	first := p.tok()
	x := term()
	if !p.peek(word) {
		return x
	}
	l := &ast.Logic{Op: word, Terms: []ast.Expr{x}}
	for p.accept(word) {
		l.Terms = append(l.Terms, term())
	}
	l.Place = p.since(first)
	return l
}

// not = NOT not | predicate
func (p *parser) not() ast.Expr {
	first := p.tok()
	if !p.accept(token.Not) {
		return p.predicate()
	}
	defer p.enter()()
	x := p.not()
	return &ast.Not{Place: p.since(first), X: x}
}

// operators gives the rank of the operators between values; all group to the left.
var operators = map[token.Kind]int{
	token.Concat: 1, token.Plus: 2, token.Minus: 2, token.Star: 3, token.Slash: 3, token.Percent: 3,
}

// value = concat-, sum- and product-chains over unary
func (p *parser) value() ast.Expr { return p.climb(1) }

// climb reads operators of at least the given rank.
func (p *parser) climb(atLeast int) ast.Expr {
	c := &chain{p: p}
	defer c.end()
	first := p.tok()
	left := p.unary()
	for {
		op := p.tok()
		rank, ok := operators[op.Kind]
		if !ok || rank < atLeast {
			return left
		}
		c.link()
		p.next()
		right := p.climb(rank + 1)
		left = &ast.Binary{Place: p.since(first), Op: op.Kind, OpAt: ast.At(op.Span), Left: left, Right: right}
	}
}

// unary = ( '+' | '-' ) unary | zoned
func (p *parser) unary() ast.Expr {
	first := p.tok()
	if !first.Is(token.Plus, token.Minus) {
		return p.zoned()
	}
	defer p.enter()()
	p.next()
	x := p.unary()
	return &ast.Unary{Place: p.since(first), Op: first.Kind, X: x}
}

// zoned = primary { AT TIME ZONE primary }
func (p *parser) zoned() ast.Expr {
	c := &chain{p: p}
	defer c.end()
	first := p.tok()
	x := p.primary()
	for p.peek(token.At, token.Time, token.Zone) {
		c.link()
		op := p.next()
		p.at += 2
		zone := p.primary()
		x = &ast.AtTimeZone{Place: p.since(first), OpAt: ast.At(op.Span), X: x, Zone: zone}
	}
	return x
}
