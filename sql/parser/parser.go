// Package parser turns the text of one Timestream SQL statement into a tree.
//
//	stmt, err := parser.Parse(text)
//
// It is a recursive descent over the tokens with precedence climbing for
// expressions; it never goes back more than the few tokens it looks ahead, so its
// time is linear in the text. Nesting is bounded by MaxDepth and the size by
// scanner.MaxText. All functions are safe to call at once.
// Source: Timestream developer guide, "Supported SQL constructs"; Trino's grammar
// where the guide only names a construct.
package parser

import (
	"fmt"
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/scanner"
	"tidemark/sql/sqlerr"
	"tidemark/sql/token"
)

// MaxDepth bounds how deep expressions, queries, joins and types may be nested, a
// chain of operators or joins counting one for each of its links. Chains of AND and
// of OR are not bounded.
const MaxDepth = 500

// Parse returns the tree of a text with one statement, which a semicolon may end.
// Every error is a *sqlerr.Error that starts with "The query syntax is invalid at
// line L:C".
func Parse(text string) (ast.Statement, error) {
	tokens, err := scanner.Scan(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	stmt, err := p.run()
	if err != nil {
		return nil, err
	}
	return stmt, nil
}

// parser reads tokens from at. The first error stops it: fail panics with a failure
// that run turns into an error, so that the productions read like the grammar.
type parser struct {
	tokens []token.Token
	at     int
	depth  int
}

// failure is the one value that the parser panics with.
type failure struct{ err error }

func (p *parser) run() (stmt ast.Statement, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = r.err
		default:
			panic(r)
		}
	}()
	stmt = p.statement()
	p.accept(token.Semicolon)
	if !p.peek(token.EOF) {
		p.unexpected("the end of the query")
	}
	return stmt, nil
}

// fail stops the parser with a syntax error.
func (p *parser) fail(span token.Span, format string, args ...any) {
	panic(failure{sqlerr.Syntax(span, format, args...)})
}

const aName = "a name"

// unexpected stops the parser at the current token and says what it looked for.
func (p *parser) unexpected(want ...string) {
	list := want[0]
	if n := len(want); n > 1 {
		list = strings.Join(want[:n-1], ", ") + " or " + want[n-1]
	}
	p.refuse()
	p.refuseStatement()
	p.refuseOperator()
	t := p.tok()
	hint := p.meant()
	if want[0] == aName && t.Kind.Reserved() {
		hint = fmt.Sprintf(" (%s is a reserved word; as a name it needs double quotes)", t.Kind)
	}
	p.fail(t.Span, "unexpected %s, expected %s%s", t, list, hint)
}

// enter counts one more level of nesting and returns the function that leaves it.
func (p *parser) enter() func() {
	p.deeper(1)
	return func() { p.depth-- }
}

// deeper counts n levels, and stops the parser when there are too many.
func (p *parser) deeper(n int) {
	if p.depth += n; p.depth > MaxDepth {
		p.fail(p.tok().Span, "the query is nested more than %d levels deep", MaxDepth)
	}
}

// chain counts the links of a chain of operators for as long as it is read.
type chain struct {
	p     *parser
	links int
}

func (c *chain) link() {
	c.links++
	c.p.deeper(1)
}

func (c *chain) end() { c.p.depth -= c.links }

func (p *parser) tok() token.Token { return p.tokens[p.at] }

// look returns the token n places on; beyond the end it is EOF.
func (p *parser) look(n int) token.Token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

// next takes the current token.
func (p *parser) next() token.Token {
	t := p.tokens[p.at]
	if t.Kind != token.EOF {
		p.at++
	}
	return t
}

// peek reports whether the next tokens are of the given kinds, in this order.
func (p *parser) peek(kinds ...token.Kind) bool {
	for i, k := range kinds {
		if p.look(i).Kind != k {
			return false
		}
	}
	return true
}

// accept takes the tokens of the given kinds if all of them come next.
func (p *parser) accept(kinds ...token.Kind) bool {
	if !p.peek(kinds...) {
		return false
	}
	p.at += len(kinds)
	return true
}

// expect takes the tokens of the given kinds and returns the last one.
func (p *parser) expect(kinds ...token.Kind) token.Token {
	var t token.Token
	for _, k := range kinds {
		if !p.peek(k) {
			p.unexpected(quote(k))
		}
		t = p.next()
	}
	return t
}

// quote names a kind in a message: operators and words in quotes, classes as they are.
func quote(k token.Kind) string {
	if k < token.LParen {
		return k.String()
	}
	return "'" + k.String() + "'"
}

// since returns the place from a token to the one taken last.
func (p *parser) since(first token.Token) ast.Place {
	return ast.At(first.Span.To(p.tokens[max(0, p.at-1)].Span))
}

// commas reads one or more elements between commas.
func commas[T any](p *parser, element func() T) []T {
	list := []T{element()}
	for p.accept(token.Comma) {
		list = append(list, element())
	}
	return list
}

// parens reads a list of one or more elements in parentheses.
func parens[T any](p *parser, element func() T) []T {
	p.expect(token.LParen)
	list := commas(p, element)
	p.expect(token.RParen)
	return list
}

// ident takes a name.
func (p *parser) ident() *ast.Ident {
	if !p.tok().Kind.Name() {
		p.unexpected(aName)
	}
	t := p.next()
	return &ast.Ident{Place: ast.At(t.Span), Name: t.Text, Quoted: t.Kind == token.Quoted}
}

// qname takes a name in parts.
func (p *parser) qname() *ast.QName {
	first := p.tok()
	n := &ast.QName{Parts: []*ast.Ident{p.ident()}}
	for p.accept(token.Dot) {
		n.Parts = append(n.Parts, p.ident())
	}
	n.Place = p.since(first)
	return n
}

func (p *parser) str() *ast.String {
	t := p.expect(token.String)
	return &ast.String{Place: ast.At(t.Span), Value: t.Text}
}

func (p *parser) integer() *ast.Integer {
	t := p.expect(token.Integer)
	return &ast.Integer{Place: ast.At(t.Span), Digits: t.Text}
}
