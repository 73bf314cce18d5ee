package parser

import (
	"tidemark/sql/ast"
	"tidemark/sql/token"
)

// relation = aliased { join }
func (p *parser) relation() ast.Relation {
	defer p.enter()()
	first := p.tok()
	return p.joins(first, p.aliased())
}

// joins reads the joins behind a relation; each one's left side is all before it.
func (p *parser) joins(first token.Token, left ast.Relation) ast.Relation {
	c := &chain{p: p}
	defer c.end()
	for p.joinStarts() {
		c.link()
		left = p.join(first, left)
	}
	return left
}

func (p *parser) joinStarts() bool {
	return p.tok().Is(token.Cross, token.Join, token.Inner, token.Left, token.Right, token.Full, token.Natural)
}

// join = CROSS JOIN aliased | joinType JOIN relation criteria | NATURAL joinType JOIN aliased
func (p *parser) join(first token.Token, left ast.Relation) ast.Relation {
	j := &ast.Join{Left: left}
	switch {
	case p.accept(token.Cross):
		p.expect(token.Join)
		j.Right = p.aliased()
	case p.accept(token.Natural):
		j.Natural = true
		j.Kind = p.joinKind()
		j.Right = p.aliased()
	default:
		j.Kind = p.joinKind()
		p.joinRight(j)
	}
	j.Place = p.since(first)
	return j
}

// joinKind = ( [ INNER ] | LEFT [OUTER] | RIGHT [OUTER] | FULL [OUTER] ) JOIN
func (p *parser) joinKind() ast.JoinKind {
	kind := ast.InnerJoin
	switch {
	case p.accept(token.Left):
		kind = ast.LeftJoin
	case p.accept(token.Right):
		kind = ast.RightJoin
	case p.accept(token.Full):
		kind = ast.FullJoin
	default:
		p.accept(token.Inner)
		p.expect(token.Join)
		return kind
	}
	p.accept(token.Outer)
	p.expect(token.Join)
	return kind
}

// joinRight reads the right side up to its criteria: in a JOIN b JOIN c ON x ON y the
// join of b and c comes first.
func (p *parser) joinRight(j *ast.Join) {
	c := &chain{p: p}
	defer c.end()
	first := p.tok()
	j.Right = p.aliased()
	for p.joinStarts() {
		c.link()
		j.Right = p.join(first, j.Right)
	}
	switch {
	case p.accept(token.On):
		j.On = p.expr()
	case p.accept(token.Using):
		j.Using = parens(p, p.ident)
	default:
		p.unexpected("ON", "USING")
	}
}

// aliased = primary [ [AS] ident [ '(' ident,* ')' ] ]
func (p *parser) aliased() ast.Relation {
	first := p.tok()
	r := p.relationPrimary()
	alias := p.alias()
	if alias == nil {
		return r
	}
	a := &ast.Aliased{Relation: r, Alias: alias}
	if p.peek(token.LParen) {
		a.Columns = parens(p, p.ident)
	}
	a.Place = p.since(first)
	return a
}

// relationPrimary = qname | '(' query ')' | '(' relation ')' | unnest | LATERAL '(' query ')'
func (p *parser) relationPrimary() ast.Relation {
	first := p.tok()
	switch {
	case p.peek(token.LParen):
		return p.relationInParens()
	case p.peek(token.Unnest):
		return p.unnest()
	case p.accept(token.Lateral, token.LParen):
		p.at--
		q := p.subquery()
		return &ast.Derived{Place: p.since(first), Lateral: true, Query: q}
	case first.Kind.Name():
		name := p.qname()
		return &ast.TableRef{Place: name.Place, Name: name}
	}
	p.unexpected("a table", "a query in parentheses", "UNNEST")
	return nil
}

// relationInParens reads a query or a relation. What starts with two parentheses may
// turn out to be a query whose first term was in parentheses.
func (p *parser) relationInParens() ast.Relation {
	first := p.next()
	var r ast.Relation
	if p.queryStarts() {
		q := p.query()
		r = &ast.Derived{Query: q}
	} else {
		start := p.tok()
		r = p.relation()
		if d, ok := r.(*ast.Derived); ok && !d.Lateral && p.tailStarts() {
			r = &ast.Derived{Query: p.continueQuery(start, d.Query)}
		}
	}
	p.expect(token.RParen)
	if d, ok := r.(*ast.Derived); ok {
		d.Place = p.since(first)
	}
	return r
}

// unnest = UNNEST '(' expr,* ')' [ WITH ORDINALITY ]
func (p *parser) unnest() *ast.Unnest {
	first := p.next()
	u := &ast.Unnest{Args: parens(p, p.expr)}
	u.Ordinality = p.accept(token.With, token.Ordinality)
	u.Place = p.since(first)
	return u
}
