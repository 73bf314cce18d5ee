package iotsql

import (
	"fmt"
	"slices"
)

// parser reads one statement or one template expression. tok is the current
// token; nothing behind it was scanned.
type parser struct {
	scanner
	tok   token
	depth int
}

func (p *parser) advance() (err error) {
	p.tok, err = p.scan()
	return err
}

// accept skips the current token if it is word.
func (p *parser) accept(word string) (bool, error) {
	if !p.tok.is(word) {
		return false, nil
	}
	return true, p.advance()
}

// expect skips the current token, which must be word.
func (p *parser) expect(word string) error {
	if !p.tok.is(word) {
		return p.unexpected(word)
	}
	return p.advance()
}

func (p *parser) unexpected(wanted string) error {
	return p.fail(p.tok.span, fmt.Sprintf("expected %s, found %s", wanted, p.tok.describe()))
}

// enter counts a level of nesting; the caller leaves it by depth--.
func (p *parser) enter() error {
	if p.depth++; p.depth > maxNesting {
		return p.fail(p.tok.span, fmt.Sprintf("expressions are nested more than %d deep", maxNesting))
	}
	return nil
}

// parse reads a whole statement.
func parse(text string) (*statement, error) {
	p := &parser{scanner: scanner{text: text}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	stmt, err := p.statement()
	if err != nil {
		return nil, err
	}
	if _, err := p.accept(";"); err != nil {
		return nil, err
	}
	if p.tok.kind != tokenEnd {
		return nil, p.unexpected("the end of the statement")
	}
	return stmt, nil
}

func (p *parser) statement() (*statement, error) {
	var stmt statement
	set, err := p.accept("SET")
	for more := set; more && err == nil; {
		var a assignment
		if a, err = p.assignment(); err != nil {
			return nil, err
		}
		stmt.set = append(stmt.set, a)
		more, err = p.accept(",")
	}
	if err != nil {
		return nil, err
	}
	stmt.query, err = p.query(true)
	return &stmt, err
}

func (p *parser) assignment() (assignment, error) {
	a := assignment{Span: p.tok.span, name: p.tok.text}
	if p.tok.kind != tokenVariable {
		return a, p.unexpected("a variable")
	}
	if err := p.advance(); err != nil {
		return a, err
	}
	if err := p.expect("="); err != nil {
		return a, err
	}
	var err error
	a.expr, err = p.expr()
	return a, err
}

// query reads SELECT and what follows. At the top FROM names a topic filter, in
// a nested query a source expression.
func (p *parser) query(top bool) (*query, error) {
	q := &query{Span: p.tok.span}
	if err := p.expect("SELECT"); err != nil {
		return nil, err
	}
	if err := p.items(q); err != nil {
		return nil, err
	}
	if err := p.from(q, top); err != nil {
		return nil, err
	}
	where, err := p.accept("WHERE")
	if where && err == nil {
		q.cond, err = p.expr()
	}
	q.End = p.tok.span.Start
	return q, err
}

func (p *parser) items(q *query) (err error) {
	if q.bare, err = p.valueKeyword(); err != nil {
		return err
	}
	for more := true; more; {
		it, err := p.item()
		if err != nil {
			return err
		}
		q.items = append(q.items, it)
		if more, err = p.accept(","); err != nil {
			return err
		}
	}
	if q.bare && (len(q.items) != 1 || q.items[0].alias != nil) {
		return p.fail(q.Span, "SELECT VALUE takes exactly one expression and no AS")
	}
	return nil
}

// afterField are the words that can follow a field, but begin no expression.
var afterField = []string{",", ".", ")", ";", "=", "<>", "!=", "<", "<=", ">", ">=", "+", "/", "%", "FROM", "WHERE", "AS", "AND", "OR", "IN"}

// valueKeyword skips the keyword VALUE. The word is also a common field: it is a
// field when the next word cannot begin an expression, and when a star follows
// that an operand follows.
func (p *parser) valueKeyword() (bool, error) {
	if !p.tok.is("VALUE") {
		return false, nil
	}
	before := *p
	if err := p.advance(); err != nil {
		return false, err
	}
	if p.tok.kind == tokenEnd || slices.ContainsFunc(afterField, p.tok.is) {
		*p = before
		return false, nil
	}
	if !p.tok.is("*") {
		return true, nil
	}
	star := *p
	if err := p.advance(); err != nil {
		return false, err
	}
	if p.tok.kind == tokenEnd || slices.ContainsFunc(afterField, p.tok.is) {
		*p = star
		return true, nil
	}
	*p = before
	return false, nil
}

func (p *parser) item() (item, error) {
	e, err := p.expr()
	if err != nil {
		return item{}, err
	}
	it := item{expr: e}
	as, err := p.accept("AS")
	for more := as; more && err == nil; {
		if p.tok.kind != tokenName {
			return it, p.unexpected("a name")
		}
		it.alias = append(it.alias, p.tok.text)
		if err = p.advance(); err == nil {
			more, err = p.accept(".")
		}
		if len(it.alias) > maxNesting {
			return it, p.fail(p.tok.span, "the name has too many parts")
		}
	}
	return it, err
}

func (p *parser) from(q *query, top bool) error {
	from, err := p.accept("FROM")
	if !from || err != nil {
		if !top && err == nil {
			return p.unexpected("FROM")
		}
		return err
	}
	if top {
		return p.topicFilter(q)
	}
	if q.from, err = p.expr(); err != nil {
		return err
	}
	as, err := p.accept("AS")
	if !as || err != nil {
		return err
	}
	if p.tok.kind != tokenName {
		return p.unexpected("a name")
	}
	q.alias = p.tok.text
	return p.advance()
}

func (p *parser) topicFilter(q *query) error {
	if p.tok.kind != tokenString {
		return p.unexpected("a topic filter in quotes")
	}
	q.filter = &literal{Span: p.tok.span}
	q.filter.value = textValue(p.tok.text)
	return p.advance()
}
