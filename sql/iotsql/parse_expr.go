package iotsql

import (
	"strings"

	"tidemark/sql/iotsql/value"
)

func textValue(s string) value.Value { return value.Text(strings.ToValidUTF8(s, "\uFFFD")) }

// levels are the binary operators from the loosest to the tightest. NOT stands
// between AND and the comparisons, which do not chain.
var levels = [][]string{
	{"OR"},
	{"AND"},
	{"=", "<>", "!=", "<", "<=", ">", ">=", "IN"},
	{"+", "-"},
	{"*", "/", "%"},
}

const comparison = 2 // the level of the comparisons

// expr := or
func (p *parser) expr() (expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	e, err := p.binary(0)
	p.depth--
	return e, err
}

// binary reads operands of the given level and their operators.
func (p *parser) binary(level int) (expr, error) {
	if level == comparison && p.tok.is("NOT") {
		return p.not()
	}
	left, err := p.operand(level)
	for err == nil {
		op := p.operator(level)
		if op == "" {
			return left, nil
		}
		if err = p.advance(); err != nil {
			break
		}
		var right expr
		if right, err = p.operand(level); err != nil {
			break
		}
		left = &binary{Span{left.where().Start, right.where().End}, op, left, right}
		if level == comparison && p.operator(level) != "" {
			return nil, p.fail(p.tok.span, "comparisons do not chain; use parentheses")
		}
	}
	return nil, err
}

func (p *parser) operand(level int) (expr, error) {
	if level+1 < len(levels) {
		return p.binary(level + 1)
	}
	return p.unary()
}

// operator returns the current token if it is an operator of the level, else "".
func (p *parser) operator(level int) string {
	for _, op := range levels[level] {
		if p.tok.is(op) {
			if op == "!=" {
				return "<>"
			}
			return op
		}
	}
	return ""
}

// not := NOT not | cmp
func (p *parser) not() (expr, error) {
	start := p.tok.span.Start
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	of, err := p.binary(comparison)
	if err != nil {
		return nil, err
	}
	return &unary{Span{start, of.where().End}, "NOT", of}, nil
}

// unary := "-" unary | postfix
func (p *parser) unary() (expr, error) {
	if !p.tok.is("-") {
		return p.postfix()
	}
	start := p.tok.span.Start
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	of, err := p.unary()
	if err != nil {
		return nil, err
	}
	span := Span{start, of.where().End}
	if lit, ok := of.(*literal); ok && lit.value.IsNumber() {
		return &literal{span, value.Neg(lit.value)}, nil
	}
	return &unary{span, "-", of}, nil
}

// postfix := primary { "." name }
func (p *parser) postfix() (expr, error) {
	e, err := p.primary()
	for parts := 0; err == nil && p.tok.is("."); parts++ {
		if parts >= maxNesting {
			return nil, p.fail(p.tok.span, "the path has too many parts")
		}
		if err = p.advance(); err != nil {
			break
		}
		if p.tok.kind != tokenName {
			return nil, p.unexpected("the name of a field")
		}
		e = &field{Span{e.where().Start, p.tok.span.End}, e, p.tok.text}
		err = p.advance()
	}
	return e, err
}

// primary reads a literal, name, variable, star, call, parenthesis, EXISTS,
// CASE, object or array.
func (p *parser) primary() (expr, error) {
	tok := p.tok
	switch tok.kind {
	case tokenEnd:
		return nil, p.unexpected("an expression")
	case tokenSymbol:
		return p.symbolPrimary()
	case tokenName:
		return p.word()
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch tok.kind {
	case tokenVariable:
		return &variable{tok.span, tok.text}, nil
	case tokenString:
		return &literal{tok.span, textValue(tok.text)}, nil
	default:
		return p.numberLiteral(tok)
	}
}

func (p *parser) numberLiteral(tok token) (expr, error) {
	v, ok := value.ParseNumber(tok.text)
	if !ok {
		return nil, p.fail(tok.span, "the number is out of range")
	}
	return &literal{tok.span, v}, nil
}

func (p *parser) symbolPrimary() (expr, error) {
	start := p.tok.span
	switch p.tok.text {
	case "*":
		return &star{start}, p.advance()
	case "(":
		return p.parenthesis()
	case "{":
		return p.object()
	case "[":
		elems, end, err := p.list("[", "]")
		return &array{Span{start.Start, end}, elems}, err
	default:
		return nil, p.unexpected("an expression")
	}
}

// parenthesis := "(" expr ")" | "(" query ")"
func (p *parser) parenthesis() (expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	var e expr
	var err error
	if p.tok.is("SELECT") {
		e, err = p.query(false)
	} else {
		e, err = p.expr()
	}
	if err != nil {
		return nil, err
	}
	return e, p.expect(")")
}

// keywords are the literals that are words.
var keywords = map[string]value.Value{"TRUE": value.Bool(true), "FALSE": value.Bool(false), "NULL": value.NullValue()}

// word reads what begins with a name: a keyword, a call or a field.
func (p *parser) word() (expr, error) {
	tok := p.tok
	if tok.is("EXISTS") {
		return p.exists()
	}
	if tok.is("CASE") {
		return p.choice()
	}
	v, isLiteral := keywords[strings.ToUpper(tok.text)]
	if !isLiteral && tok.reserved() {
		return nil, p.unexpected("an expression")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch {
	case isLiteral:
		return &literal{tok.span, v}, nil
	case p.tok.is("("):
		return p.call(tok)
	default:
		return &name{tok.span, tok.text}, nil
	}
}

func (p *parser) call(function token) (expr, error) {
	if function.is("CAST") {
		return p.cast(function)
	}
	args, end, err := p.list("(", ")")
	return &call{Span{function.span.Start, end}, strings.ToLower(function.text), args}, err
}

// cast := "cast" "(" expr AS type ")"
func (p *parser) cast(function token) (expr, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	of, err := p.expr()
	if err != nil {
		return nil, err
	}
	if err := p.expect("AS"); err != nil {
		return nil, err
	}
	if p.tok.kind != tokenName {
		return nil, p.unexpected("the name of a type")
	}
	to := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	return &cast{Span{function.span.Start, to.span.End}, of, strings.ToLower(to.text)}, p.expect(")")
}

// list reads expressions between two brackets; end is the offset behind the closing one.
func (p *parser) list(open, closing string) (elems []expr, end int, err error) {
	if err = p.expect(open); err != nil {
		return nil, 0, err
	}
	for more := !p.tok.is(closing); more; {
		e, err := p.expr()
		if err != nil {
			return nil, 0, err
		}
		elems = append(elems, e)
		if more, err = p.accept(","); err != nil {
			return nil, 0, err
		}
	}
	end = p.tok.span.End
	return elems, end, p.expect(closing)
}

// exists := EXISTS "(" query ")"
func (p *parser) exists() (expr, error) {
	start := p.tok.span.Start
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	q, err := p.query(false)
	if err != nil {
		return nil, err
	}
	return &exists{Span{start, p.tok.span.End}, q}, p.expect(")")
}

// choice := CASE expr WHEN expr THEN expr {WHEN expr THEN expr} [ELSE expr] END
func (p *parser) choice() (expr, error) {
	c := &choice{Span: p.tok.span}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.is("WHEN") {
		return nil, p.fail(p.tok.span, "CASE needs a value before WHEN")
	}
	var err error
	if c.of, err = p.expr(); err != nil {
		return nil, err
	}
	for first := true; first || p.tok.is("WHEN"); first = false {
		b, err := p.branch()
		if err != nil {
			return nil, err
		}
		c.when = append(c.when, b)
	}
	if otherwise, err := p.accept("ELSE"); err != nil {
		return nil, err
	} else if otherwise {
		if c.otherwise, err = p.expr(); err != nil {
			return nil, err
		}
	}
	c.End = p.tok.span.End
	return c, p.expect("END")
}

func (p *parser) branch() (b branch, err error) {
	if err = p.expect("WHEN"); err != nil {
		return b, err
	}
	if b.test, err = p.expr(); err != nil {
		return b, err
	}
	if err = p.expect("THEN"); err != nil {
		return b, err
	}
	b.result, err = p.expr()
	return b, err
}

// object := "{" [string ":" expr {"," string ":" expr}] "}"
func (p *parser) object() (expr, error) {
	o := &object{Span: p.tok.span}
	if err := p.advance(); err != nil {
		return nil, err
	}
	for more := !p.tok.is("}"); more; {
		if err := p.objectMember(o); err != nil {
			return nil, err
		}
		var err error
		if more, err = p.accept(","); err != nil {
			return nil, err
		}
	}
	o.End = p.tok.span.End
	return o, p.expect("}")
}

func (p *parser) objectMember(o *object) error {
	if p.tok.kind != tokenString {
		return p.unexpected("a name in quotes")
	}
	name := textValue(p.tok.text).Str()
	if err := p.advance(); err != nil {
		return err
	}
	if err := p.expect(":"); err != nil {
		return err
	}
	e, err := p.expr()
	o.names, o.values = append(o.names, name), append(o.values, e)
	return err
}
