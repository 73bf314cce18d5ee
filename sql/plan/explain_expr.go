package plan

import (
	"strconv"
	"strings"

	"tidemark/sql/types"
)

// ExprText prints an expression the way the user would write it. The text is for
// people; subqueries are left out.
func ExprText(e Expr) string { return (&printer{}).bareExpr(e) }

// bareExpr prints an expression without parentheses around the whole.
func (p *printer) bareExpr(e Expr) string {
	if l, ok := e.(*Logic); ok {
		return strings.Join(p.exprs(l.Args), map[bool]string{true: " OR ", false: " AND "}[l.Or])
	}
	text := p.expr(e)
	if infix(e) {
		return text[1 : len(text)-1]
	}
	return text
}

// infix reports an expression that expr puts into parentheses.
func infix(e Expr) bool {
	switch e := e.(type) {
	case *Logic:
		return true
	case *Call:
		return operator(e.Fn.Name) && len(e.Args) == 2
	}
	return false
}

func operator(name string) bool { return strings.ContainsAny(name, "+-*/%|") }

func (p *printer) exprs(list []Expr) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = p.expr(e)
	}
	return out
}

func (p *printer) list(list []Expr) string { return strings.Join(p.exprs(list), ", ") }

func (p *printer) expr(e Expr) string {
	switch e := e.(type) {
	case *Literal:
		return literalText(e)
	case *Ref:
		return colText(e.Col)
	case *Call:
		return p.call(e)
	case *Cast:
		return map[bool]string{false: "cast(", true: "try_cast("}[e.Try] + p.bareExpr(e.X) + " as " + e.To.String() + ")"
	case *Case:
		return p.caseText(e)
	case *Logic:
		return "(" + p.bareExpr(e) + ")"
	case *Compare:
		return p.expr(e.L) + " " + e.Op.String() + " " + p.expr(e.R)
	case *Not:
		return "NOT " + p.expr(e.X)
	case *IsNull:
		return p.expr(e.X) + " IS NULL"
	case *Between:
		return p.expr(e.X) + " BETWEEN " + p.expr(e.Lo) + " AND " + p.expr(e.Hi)
	case *InList:
		return p.expr(e.X) + " IN (" + p.list(e.List) + ")"
	}
	return p.nested(e)
}

func (p *printer) nested(e Expr) string {
	switch e := e.(type) {
	case *Like:
		text := p.expr(e.X) + " LIKE " + p.expr(e.Pattern)
		if e.Escape != nil {
			text += " ESCAPE " + p.expr(e.Escape)
		}
		return text
	case *ScalarQuery:
		return p.query(e.Query)
	case *Exists:
		return "EXISTS " + p.query(e.Query)
	case *Quantified:
		return p.expr(e.X) + " " + e.Op.String() + map[bool]string{true: " ALL ", false: " ANY "}[e.All] + p.query(e.Query)
	case *Lambda:
		return p.lambda(e)
	case *MakeRow:
		return "ROW(" + p.list(e.Items) + ")"
	case *MakeArray:
		return "ARRAY[" + p.list(e.Items) + "]"
	case *FieldOf:
		return p.expr(e.X) + "." + fieldText(e)
	case *Subscript:
		return p.expr(e.X) + "[" + p.bareExpr(e.Index) + "]"
	}
	return "?"
}

func fieldText(e *FieldOf) string {
	if name := e.X.Type().Fields[e.Index].Name; name != "" {
		return name
	}
	return strconv.Itoa(e.Index + 1)
}

// query numbers a subquery, which is printed below the line.
func (p *printer) query(n Node) string {
	p.queries = append(p.queries, n)
	p.number++
	return "(subquery " + strconv.Itoa(p.number) + ")"
}

func (p *printer) lambda(e *Lambda) string {
	names := make([]string, len(e.Params))
	for i, c := range e.Params {
		names[i] = colText(c)
	}
	return "(" + strings.Join(names, ", ") + ") -> " + p.bareExpr(e.Body)
}

func (p *printer) call(e *Call) string {
	args := e.Args
	if e.Fn.Clock {
		args = args[:len(args)-1]
	}
	switch {
	case operator(e.Fn.Name) && len(args) == 2:
		return "(" + p.expr(args[0]) + " " + e.Fn.Name + " " + p.expr(args[1]) + ")"
	case operator(e.Fn.Name):
		return e.Fn.Name + p.expr(args[0])
	}
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = p.bareExpr(a)
	}
	return e.Fn.Name + "(" + strings.Join(texts, ", ") + ")"
}

func (p *printer) caseText(e *Case) string {
	var b strings.Builder
	b.WriteString("CASE")
	for _, w := range e.Whens {
		b.WriteString(" WHEN " + p.bareExpr(w.Cond) + " THEN " + p.expr(w.Then))
	}
	if e.Else != nil {
		b.WriteString(" ELSE " + p.expr(e.Else))
	}
	return b.String() + " END"
}

func colText(c Col) string {
	if c.Name != "" {
		return c.Name
	}
	return "x" + strconv.Itoa(int(c.ID))
}

func literalText(l *Literal) string {
	if l.Value == nil {
		return "NULL"
	}
	switch l.T.Kind {
	case types.Varchar:
		return "'" + l.Value.(string) + "'"
	case types.Timestamp:
		return timestampText(l.Value.(int64))
	case types.IntervalDayToSecond:
		return durationText(l.Value.(int64))
	}
	return types.Text(l.T, l.Value)
}

// timestampText leaves out the zeros at the end of the fraction.
func timestampText(ns int64) string {
	whole, fraction, _ := strings.Cut(string(types.AppendTimestamp(nil, ns)), ".")
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		whole += "." + fraction
	}
	return whole
}

var durationUnits = []struct {
	ns   int64
	name string
}{{types.Day, "d"}, {types.Hour, "h"}, {types.Minute, "m"}, {types.Second, "s"}, {types.Millisecond, "ms"}, {types.Microsecond, "us"}, {1, "ns"}}

// durationText prints an interval in the largest unit that divides it.
func durationText(ns int64) string {
	for _, u := range durationUnits {
		if ns%u.ns == 0 && ns != 0 {
			return strconv.FormatInt(ns/u.ns, 10) + u.name
		}
	}
	return "0s"
}
