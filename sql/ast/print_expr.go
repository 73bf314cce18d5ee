package ast

import (
	"strings"

	"tidemark/sql/token"
)

// The ranks of expressions: an operand of a lower rank than its place asks for
// stands in parentheses.
const (
	rankLambda = iota
	rankOr
	rankAnd
	rankNot
	rankPredicate
	rankConcat
	rankSum
	rankProduct
	rankSign
	rankZone
	rankPrimary
)

var binaryRanks = map[token.Kind]int{
	token.Concat: rankConcat, token.Plus: rankSum, token.Minus: rankSum,
	token.Star: rankProduct, token.Slash: rankProduct, token.Percent: rankProduct,
}

// rank returns how tightly an expression holds together.
func rank(x Expr) int {
	switch x := x.(type) {
	case *Lambda:
		return rankLambda
	case *Logic:
		if x.Op == token.Or {
			return rankOr
		}
		return rankAnd
	case *Not:
		return rankNot
	case *Compare, *Quantified, *Between, *In, *Like, *IsNull, *IsDistinct:
		return rankPredicate
	case *Binary:
		return binaryRanks[x.Op]
	case *Unary:
		return rankSign
	case *AtTimeZone:
		return rankZone
	}
	return rankPrimary
}

// operand writes an expression where one of at least the given rank may stand.
func (p *printer) operand(x Expr, atLeast int) {
	low := rank(x) < atLeast
	p.when(low, "(")
	x.print(p)
	p.when(low, ")")
}

func (*Null) print(p *printer)       { p.text("NULL") }
func (i *Integer) print(p *printer)  { p.text(i.Digits) }
func (f *Float) print(p *printer)    { p.text(f.Digits) }
func (d *Duration) print(p *printer) { p.text(d.Literal) }
func (m *Param) print(p *printer)    { p.text("@", m.Name) }
func (s *String) print(p *printer)   { p.text("'", strings.ReplaceAll(s.Value, "'", "''"), "'") }

func (b *Bool) print(p *printer) {
	p.text([...]string{"FALSE", "TRUE"}[btoi(b.Value)])
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (t *Typed) print(p *printer) {
	t.Type.print(p)
	p.text(" ")
	t.Value.print(p)
}

func (i *Interval) print(p *printer) {
	p.text("INTERVAL ")
	p.when(i.Negative, "-")
	i.Value.print(p)
	p.text(" ")
	i.Unit.print(p)
}

func (t *TypeName) print(p *printer) {
	p.text(t.Name)
	list(p, "(", t.Params, ")")
}

func (t *TypeParam) print(p *printer) {
	if t.Field != nil {
		t.Field.print(p)
		p.text(" ")
	}
	if t.Type != nil {
		t.Type.print(p)
	}
	p.text(t.Size)
}

func (f *Field) print(p *printer) {
	p.beforePoint(f.X)
	f.Name.print(p)
}

// beforePoint writes an expression and a point; digits would take the point for theirs.
func (p *printer) beforePoint(x Expr) {
	switch x.(type) {
	case *Integer, *Float:
		p.operand(x, rankPrimary+1)
	default:
		p.operand(x, rankPrimary)
	}
	p.text(".")
}

func (s *Subscript) print(p *printer) {
	p.operand(s.X, rankPrimary)
	p.text("[")
	p.operand(s.Index, rankConcat)
	p.text("]")
}

// A sign before a sign stands in parentheses: two minus signs start a comment.
func (u *Unary) print(p *printer) {
	p.text(u.Op.String())
	p.operand(u.X, rankZone)
}

func (b *Binary) print(p *printer) {
	r := binaryRanks[b.Op]
	p.operand(b.Left, r)
	p.text(" ", b.Op.String(), " ")
	p.operand(b.Right, r+1)
}

func (a *AtTimeZone) print(p *printer) {
	p.operand(a.X, rankZone)
	p.text(" AT TIME ZONE ")
	p.operand(a.Zone, rankPrimary)
}

func (c *Case) print(p *printer) {
	p.text("CASE")
	p.clause(" ", c.Operand)
	for _, w := range c.Whens {
		w.print(p)
	}
	p.clause(" ELSE ", c.Else)
	p.text(" END")
}

func (w *When) print(p *printer) {
	p.clause(" WHEN ", w.Cond)
	p.clause(" THEN ", w.Then)
}

func (c *Cast) print(p *printer) {
	p.when(c.Try, "TRY_")
	p.text("CAST(")
	c.X.print(p)
	p.text(" AS ")
	c.Type.print(p)
	p.text(")")
}

func (e *Extract) print(p *printer) {
	p.text("EXTRACT(")
	e.Field.print(p)
	p.text(" FROM ")
	p.operand(e.X, rankConcat)
	p.text(")")
}

func (n *Position) print(p *printer) {
	p.text("POSITION(")
	p.operand(n.Needle, rankConcat)
	p.text(" IN ")
	p.operand(n.Haystack, rankConcat)
	p.text(")")
}

func (a *Array) print(p *printer) {
	p.text("ARRAY[")
	commas(p, a.Elems)
	p.text("]")
}

func (r *Row) print(p *printer) {
	p.when(r.Word, "ROW")
	parens(p, r.Elems)
}

func (s *Subquery) print(p *printer) { printBody(p, s.Query) }

func (g *Grouping) print(p *printer) {
	p.text("GROUPING")
	parens(p, g.Args)
}

func (c *Current) print(p *printer) {
	p.text(c.Word.String())
	if c.Precision != nil {
		p.text("(", c.Precision.Digits, ")")
	}
}

func (l *Lambda) print(p *printer) {
	if len(l.Params) == 1 {
		l.Params[0].print(p)
	} else {
		parens(p, l.Params)
	}
	p.text(" -> ")
	l.Body.print(p)
}
