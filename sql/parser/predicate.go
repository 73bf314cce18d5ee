package parser

import (
	"tidemark/sql/ast"
	"tidemark/sql/token"
)

// predicate = value [ comparison | between | in | like | is ]; predicates do not chain.
func (p *parser) predicate() ast.Expr {
	first := p.tok()
	x := p.value()
	op := p.tok()
	switch {
	case op.Is(token.Eq, token.NotEq, token.Less, token.LessEq, token.Greater, token.GreaterEq):
		p.next()
		return p.comparison(first, op, x)
	case p.peek(token.Is):
		p.next()
		return p.is(first, op, x)
	}
	not := false
	if p.look(1).Is(token.Between, token.In, token.Like) {
		not = p.accept(token.Not)
	}
	switch {
	case p.accept(token.Between):
		return p.between(first, op, x, not)
	case p.accept(token.In):
		return p.in(first, op, x, not)
	case p.accept(token.Like):
		return p.like(first, op, x, not)
	}
	return x
}

// comparison = compOp value | compOp ( ALL | ANY | SOME ) '(' query ')'
func (p *parser) comparison(first, op token.Token, x ast.Expr) ast.Expr {
	word := p.tok().Kind
	if !p.tok().Is(token.All, token.Any, token.Some) || !p.look(1).Is(token.LParen) {
		right := p.value()
		return &ast.Compare{Place: p.since(first), Op: op.Kind, OpAt: ast.At(op.Span), Left: x, Right: right}
	}
	p.next()
	if word == token.Some {
		word = token.Any
	}
	q := p.subquery()
	return &ast.Quantified{Place: p.since(first), Op: op.Kind, OpAt: ast.At(op.Span), Word: word, Left: x, Query: q}
}

// is = IS [ NOT ] NULL | IS [ NOT ] DISTINCT FROM value
func (p *parser) is(first, op token.Token, x ast.Expr) ast.Expr {
	not := p.accept(token.Not)
	if p.accept(token.Null) {
		return &ast.IsNull{Place: p.since(first), Not: not, X: x}
	}
	if !p.accept(token.Distinct) {
		p.unexpected("NULL", "DISTINCT FROM")
	}
	p.expect(token.From)
	right := p.value()
	return &ast.IsDistinct{Place: p.since(first), OpAt: ast.At(op.Span), Not: not, Left: x, Right: right}
}

func (p *parser) between(first, op token.Token, x ast.Expr, not bool) ast.Expr {
	low := p.value()
	p.expect(token.And)
	high := p.value()
	return &ast.Between{Place: p.since(first), OpAt: ast.At(op.Span), Not: not, X: x, Low: low, Hi: high}
}

// in = IN '(' ( query | expr,* ) ')'
func (p *parser) in(first, op token.Token, x ast.Expr, not bool) ast.Expr {
	in := &ast.In{OpAt: ast.At(op.Span), Not: not, X: x}
	p.expect(token.LParen)
	start := p.tok()
	if p.queryStarts() {
		in.Query = p.query()
	} else {
		in.List = commas(p, p.expr)
		if sub, ok := in.List[0].(*ast.Subquery); ok && len(in.List) == 1 && p.tailStarts() {
			in.List, in.Query = nil, p.continueQuery(start, sub.Query)
		}
	}
	p.expect(token.RParen)
	in.Place = p.since(first)
	return in
}

func (p *parser) like(first, op token.Token, x ast.Expr, not bool) ast.Expr {
	l := &ast.Like{OpAt: ast.At(op.Span), Not: not, X: x, Pattern: p.value()}
	if p.accept(token.Escape) {
		l.Escape = p.value()
	}
	l.Place = p.since(first)
	return l
}
