package parser

import (
	"tidemark/sql/ast"
	"tidemark/sql/token"
)

// queryStarts reports whether the next token can only start a query.
func (p *parser) queryStarts() bool {
	return p.tok().Is(token.Select, token.With, token.Values, token.Table)
}

// query = [ WITH cte,* ] body queryTail
func (p *parser) query() *ast.Query {
	defer p.enter()()
	first := p.tok()
	var with []*ast.CTE
	if p.accept(token.With) {
		if p.peek(token.Recursive) {
			p.fail(p.tok().Span, "WITH RECURSIVE is not supported")
		}
		with = commas(p, p.cte)
	}
	return p.queryTail(first, with, p.body())
}

// queryTail = [ ORDER BY sortItem,* ] [ OFFSET int [ROW|ROWS] ] [ LIMIT ( int | ALL ) ]
func (p *parser) queryTail(first token.Token, with []*ast.CTE, body ast.Body) *ast.Query {
	q := &ast.Query{With: with, Body: body}
	if p.accept(token.Order) {
		p.expect(token.By)
		q.OrderBy = commas(p, p.sortItem)
	}
	if p.accept(token.Offset) {
		q.Offset = p.integer()
		if !p.accept(token.Row) {
			p.accept(token.Rows)
		}
	}
	if p.accept(token.Limit) {
		if q.LimitAll = p.accept(token.All); !q.LimitAll {
			q.Limit = p.integer()
		}
	}
	q.Place = p.since(first)
	return q
}

// tailStarts reports whether what follows a query in parentheses makes it a part of
// a larger query.
func (p *parser) tailStarts() bool {
	return p.tok().Is(token.Union, token.Intersect, token.Except, token.Order, token.Offset, token.Limit)
}

// continueQuery reads the rest of a query whose first term was in parentheses.
func (p *parser) continueQuery(first token.Token, term *ast.Query) *ast.Query {
	return p.queryTail(first, nil, p.bodyFrom(first, term))
}

// cte = ident [ '(' ident,* ')' ] AS '(' query ')'
func (p *parser) cte() *ast.CTE {
	first := p.tok()
	c := &ast.CTE{Name: p.ident()}
	if p.peek(token.LParen) {
		c.Columns = parens(p, p.ident)
	}
	p.expect(token.As)
	c.Query = p.subquery()
	c.Place = p.since(first)
	return c
}

// subquery = '(' query ')'
func (p *parser) subquery() *ast.Query {
	p.expect(token.LParen)
	q := p.query()
	p.expect(token.RParen)
	return q
}

// body = intersection { ( UNION | EXCEPT ) [ ALL | DISTINCT ] intersection }
func (p *parser) body() ast.Body {
	first := p.tok()
	return p.bodyFrom(first, p.term())
}

func (p *parser) bodyFrom(first token.Token, term ast.Body) ast.Body {
	c := &chain{p: p}
	defer c.end()
	left := p.intersection(first, term)
	for p.tok().Is(token.Union, token.Except) {
		c.link()
		kind := ast.Union
		if p.peek(token.Except) {
			kind = ast.Except
		}
		op := &ast.SetOp{Kind: kind, Left: left, OpAt: ast.At(p.next().Span), Quantifier: p.setQuantifier()}
		start := p.tok()
		op.Right = p.intersection(start, p.term())
		op.Place = p.since(first)
		left = op
	}
	return left
}

// intersection = term { INTERSECT [ ALL | DISTINCT ] term }
func (p *parser) intersection(first token.Token, left ast.Body) ast.Body {
	c := &chain{p: p}
	defer c.end()
	for p.peek(token.Intersect) {
		c.link()
		op := &ast.SetOp{Kind: ast.Intersect, Left: left, OpAt: ast.At(p.next().Span), Quantifier: p.setQuantifier()}
		op.Right = p.term()
		op.Place = p.since(first)
		left = op
	}
	return left
}

// setQuantifier = [ ALL | DISTINCT ]
func (p *parser) setQuantifier() ast.Quantifier {
	switch {
	case p.accept(token.All):
		return ast.All
	case p.accept(token.Distinct):
		return ast.Distinct
	}
	return ast.Unquantified
}

// term = select | values | table | '(' query ')'
func (p *parser) term() ast.Body {
	switch p.tok().Kind {
	case token.Select:
		return p.selectSpec()
	case token.Values:
		return p.values()
	case token.Table:
		first := p.next()
		name := p.qname()
		return &ast.Table{Place: p.since(first), Name: name}
	case token.LParen:
		return p.subquery()
	}
	p.unexpected("SELECT", "VALUES", "TABLE", "'('")
	return nil
}

// values = VALUES expr,*
func (p *parser) values() *ast.Values {
	first := p.next()
	rows := commas(p, p.expr)
	return &ast.Values{Place: p.since(first), Rows: rows}
}

// sortItem = expr [ ASC | DESC ] [ NULLS ( FIRST | LAST ) ]
func (p *parser) sortItem() *ast.SortItem {
	first := p.tok()
	s := &ast.SortItem{X: p.expr()}
	if !p.accept(token.Asc) {
		s.Desc = p.accept(token.Desc)
	}
	if p.accept(token.Nulls) {
		switch {
		case p.accept(token.First):
			s.Nulls = ast.NullsFirst
		case p.accept(token.Last):
			s.Nulls = ast.NullsLast
		default:
			p.unexpected("FIRST", "LAST")
		}
	}
	s.Place = p.since(first)
	return s
}
