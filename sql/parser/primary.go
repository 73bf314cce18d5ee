package parser

import (
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/token"
)

// primary = atom { '.' ident | '[' value ']' }; every way for an expression to hold
// another one leads through here or a sign or NOT, so the levels are counted there.
func (p *parser) primary() ast.Expr {
	defer p.enter()()
	c := &chain{p: p}
	defer c.end()
	first := p.tok()
	x := p.atom()
	for {
		switch {
		case p.peek(token.Dot) && p.look(1).Kind.Name():
			c.link()
			p.next()
			x = p.field(first, x)
		case p.accept(token.LBracket):
			c.link()
			index := p.value()
			p.expect(token.RBracket)
			x = &ast.Subscript{Place: p.since(first), X: x, Index: index}
		default:
			return x
		}
	}
}

// field reads the name behind a point; before a parenthesis it ends the name of a function.
func (p *parser) field(first token.Token, x ast.Expr) ast.Expr {
	f := &ast.Field{X: x, Name: p.ident()}
	f.Place = p.since(first)
	if !p.peek(token.LParen) {
		return f
	}
	parts := path(f)
	if parts == nil {
		p.unexpected("an operator")
	}
	return p.call(first, &ast.QName{Place: f.Place, Parts: parts})
}

// path returns the names of a chain of fields over a name, and nil for anything else.
func path(x ast.Expr) []*ast.Ident {
	switch x := x.(type) {
	case *ast.Name:
		return []*ast.Ident{&x.Ident}
	case *ast.Field:
		if left := path(x.X); left != nil {
			return append(left, x.Name)
		}
	}
	return nil
}

// atom reads an expression up to the first point or bracket.
func (p *parser) atom() ast.Expr {
	t := p.tok()
	switch t.Kind {
	case token.Null:
		return &ast.Null{Place: ast.At(p.next().Span)}
	case token.True, token.False:
		p.next()
		return &ast.Bool{Place: ast.At(t.Span), Value: t.Kind == token.True}
	case token.Integer:
		return p.integer()
	case token.Float:
		return &ast.Float{Place: ast.At(t.Span), Digits: p.next().Text}
	case token.Duration:
		return &ast.Duration{Place: ast.At(t.Span), Literal: p.next().Text}
	case token.String:
		return p.str()
	case token.Param:
		return &ast.Param{Place: ast.At(t.Span), Name: p.next().Text}
	case token.LParen:
		return p.inParens()
	}
	if t.Kind.Reserved() {
		return p.reservedAtom()
	}
	if t.Kind.Name() {
		return p.nameAtom()
	}
	p.unexpected("an expression")
	return nil
}

// reservedAtom reads an expression that starts with a reserved word.
func (p *parser) reservedAtom() ast.Expr {
	t := p.tok()
	switch t.Kind {
	case token.Case:
		return p.caseExpr()
	case token.Cast:
		return p.cast()
	case token.Exists:
		p.next()
		q := p.subquery()
		return &ast.Exists{Place: p.since(t), Query: q}
	case token.Extract:
		return p.extract()
	case token.Normalize:
		return p.normalize()
	case token.Grouping:
		p.next()
		args := parens(p, p.expr)
		return &ast.Grouping{Place: p.since(t), Args: args}
	case token.CurrentDate, token.CurrentTime, token.CurrentTimestamp, token.Localtime, token.Localtimestamp:
		return p.current()
	}
	p.unexpected("an expression")
	return nil
}

// current = CURRENT_DATE | ( CURRENT_TIME | CURRENT_TIMESTAMP | LOCALTIME | LOCALTIMESTAMP ) [ '(' int ')' ]
func (p *parser) current() ast.Expr {
	first := p.next()
	c := &ast.Current{Word: first.Kind}
	if c.Word != token.CurrentDate && p.accept(token.LParen) {
		digits := p.expect(token.Integer)
		c.Precision = &ast.Integer{Place: ast.At(digits.Span), Digits: digits.Text}
		p.expect(token.RParen)
	}
	c.Place = p.since(first)
	return c
}

// nameAtom reads what starts with a name or a word that is not reserved.
func (p *parser) nameAtom() ast.Expr {
	t, next := p.tok(), p.look(1).Kind
	switch {
	case next == token.Arrow:
		return p.lambda(t, []*ast.Ident{p.ident()})
	case t.Kind == token.TryCast && next == token.LParen:
		return p.cast()
	case t.Kind == token.Array && next == token.LBracket:
		return p.array()
	case t.Kind == token.Row && next == token.LParen:
		p.next()
		elems := parens(p, p.expr)
		return &ast.Row{Place: p.since(t), Word: true, Elems: elems}
	case t.Kind == token.Interval && p.intervalStarts():
		return p.interval()
	case t.Kind == token.Position && next == token.LParen:
		return p.position()
	case t.Kind == token.Substring && next == token.LParen:
		return p.substring()
	case next == token.String && t.Kind != token.Quoted:
		return p.typed()
	case next == token.LParen && t.Kind != token.Quoted && strings.EqualFold(t.Text, "trim"):
		return p.trim()
	}
	name := p.ident()
	if p.peek(token.LParen) {
		return p.call(t, &ast.QName{Place: name.Place, Parts: []*ast.Ident{name}})
	}
	return &ast.Name{Ident: *name}
}

// inParens reads a query, a row, a lambda's arguments, or an expression in parentheses.
func (p *parser) inParens() ast.Expr {
	first := p.tok()
	if params, ok := p.lambdaParams(); ok {
		return p.lambda(first, params)
	}
	p.next()
	start := p.tok()
	if p.queryStarts() {
		return p.subqueryFrom(first, p.query())
	}
	list := commas(p, p.expr)
	if sub, ok := list[0].(*ast.Subquery); ok && len(list) == 1 && p.tailStarts() {
		return p.subqueryFrom(first, p.continueQuery(start, sub.Query))
	}
	p.expect(token.RParen)
	if len(list) > 1 {
		return &ast.Row{Place: p.since(first), Elems: list}
	}
	return list[0]
}

func (p *parser) subqueryFrom(first token.Token, q *ast.Query) ast.Expr {
	p.expect(token.RParen)
	return &ast.Subquery{Place: p.since(first), Query: q}
}

// lambdaParams takes '(' [ ident,* ] ')' if an arrow follows it.
func (p *parser) lambdaParams() ([]*ast.Ident, bool) {
	n := 1
	for p.look(n).Kind.Name() && p.look(n+1).Is(token.Comma) {
		n += 2
	}
	if p.look(n).Kind.Name() {
		n++
	}
	if !p.look(n).Is(token.RParen) || !p.look(n+1).Is(token.Arrow) {
		return nil, false
	}
	p.next()
	var params []*ast.Ident
	if !p.peek(token.RParen) {
		params = commas(p, p.ident)
	}
	p.expect(token.RParen)
	return params, true
}

// lambda reads the arrow and the body.
func (p *parser) lambda(first token.Token, params []*ast.Ident) ast.Expr {
	p.expect(token.Arrow)
	body := p.expr()
	return &ast.Lambda{Place: p.since(first), Params: params, Body: body}
}

// array = ARRAY '[' [ expr,* ] ']'
func (p *parser) array() ast.Expr {
	first := p.next()
	p.next()
	a := &ast.Array{}
	if !p.peek(token.RBracket) {
		a.Elems = commas(p, p.expr)
	}
	p.expect(token.RBracket)
	a.Place = p.since(first)
	return a
}

// typed = ident string
func (p *parser) typed() ast.Expr {
	t := p.next()
	if strings.EqualFold(t.Text, "X") && t.Span.End == p.tok().Span.Start {
		p.fail(t.Span, "X'...' is not supported: there is no binary type")
	}
	typ := &ast.TypeName{Place: ast.At(t.Span), Name: strings.ToLower(t.Text)}
	value := p.str()
	return &ast.Typed{Place: p.since(t), Type: typ, Value: value}
}

// intervalStarts reports whether INTERVAL [ '+' | '-' ] string comes next.
func (p *parser) intervalStarts() bool {
	return p.look(1).Is(token.String) || p.look(1).Is(token.Plus, token.Minus) && p.look(2).Is(token.String)
}

// interval = INTERVAL [ '+' | '-' ] string ident
func (p *parser) interval() ast.Expr {
	first := p.next()
	i := &ast.Interval{}
	if !p.accept(token.Plus) {
		i.Negative = p.accept(token.Minus)
	}
	i.Value = p.str()
	i.Unit = p.ident()
	if p.peek(token.To) && p.look(1).Kind.Name() {
		p.fail(p.tok().Span, "INTERVAL ... TO ... is not supported: an interval has one unit")
	}
	i.Place = p.since(first)
	return i
}
