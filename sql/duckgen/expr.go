package duckgen

import (
	"strings"

	"tidemark/sql/builtin"
	"tidemark/sql/plan"
	"tidemark/sql/sqlerr"
	"tidemark/sql/token"
)

// expr writes an expression over the columns in scope. What is not a name, a
// literal or a call stands in parentheses, so that it can be put anywhere. After an
// error, and beyond maxText, it writes NULL: some forms repeat their operands.
func (e *emitter) expr(in scope, x plan.Expr) string {
	if e.err != nil {
		return "NULL"
	}
	text := e.anyExpr(in, x)
	if len(text) > maxText {
		return e.refuse("the query is too complex: one of its expressions becomes more than %d bytes for the engine", maxText)
	}
	return text
}

func (e *emitter) anyExpr(in scope, x plan.Expr) string {
	switch x := x.(type) {
	case *plan.Literal:
		return literal(x.T, x.Value)
	case *plan.Ref:
		return e.ref(in, x)
	case *plan.Call:
		return e.call(in, x)
	case *plan.Cast:
		return e.cast(in, x)
	case *plan.Case:
		return e.caseOf(in, x)
	case *plan.MakeRow:
		return e.makeRow(in, x)
	case *plan.MakeArray:
		return e.makeArray(in, x)
	case *plan.FieldOf:
		return builtin.FieldSQL(e.expr(in, x.X), x.Index)
	case *plan.Subscript:
		return e.subscript(in, x)
	case *plan.ScalarQuery:
		return e.ahead(func() string { return "(" + e.subquery(in, x.Query) + ")" })
	case *plan.Exists:
		return e.ahead(func() string { return "EXISTS (" + e.subquery(in, x.Query) + ")" })
	case *plan.Quantified:
		return e.ahead(func() string { return e.quantified(in, x) })
	}
	return e.predicate(in, x)
}

func (e *emitter) predicate(in scope, x plan.Expr) string {
	switch x := x.(type) {
	case *plan.Compare:
		return e.compare(in, x.Op, x.L, x.R)
	case *plan.Logic:
		return "(" + strings.Join(e.texts(in, x.Args), map[bool]string{true: " OR ", false: " AND "}[x.Or]) + ")"
	case *plan.Not:
		return "(NOT " + e.expr(in, x.X) + ")"
	case *plan.IsNull:
		return "(" + e.expr(in, x.X) + " IS NULL)"
	case *plan.Between:
		return e.between(in, x)
	case *plan.InList:
		return e.inList(in, x)
	case *plan.Like:
		return e.like(in, x)
	}
	return e.refuse("%T cannot be emitted here", x)
}

func (e *emitter) ref(in scope, x *plan.Ref) string {
	if text, ok := in[x.Col.ID]; ok {
		return text
	}
	if text, ok := e.outer(x.Col.ID); ok {
		return text
	}
	return e.refuse("column %s (%d) is not in scope", x.Col.Name, x.Col.ID)
}

func (e *emitter) texts(in scope, list []plan.Expr) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = e.expr(in, x)
	}
	return out
}

func (e *emitter) list(in scope, list []plan.Expr) string {
	return strings.Join(e.texts(in, list), ", ")
}

// args renders the arguments of a call.
func (e *emitter) args(in scope, list []plan.Expr) []builtin.Arg {
	out := make([]builtin.Arg, len(list))
	for i, x := range list {
		out[i] = e.arg(in, x)
	}
	return out
}

func (e *emitter) arg(in scope, x plan.Expr) builtin.Arg {
	switch x := x.(type) {
	case *plan.Lambda:
		return builtin.Arg{Type: x.Type(), Params: paramNames(x), Lambda: e.lambda(in, x)}
	case *plan.Literal:
		return builtin.Arg{SQL: e.expr(in, x), Type: x.T, Const: true, Value: x.Value, NaN: e.doubles.of(x) == perhaps}
	case *plan.MakeArray:
		values, constant := literals(x.Items)
		return builtin.Arg{SQL: e.expr(in, x), Type: x.T, Const: constant, Value: values, NaN: e.doubles.of(x) == perhaps}
	}
	return builtin.Arg{SQL: e.expr(in, x), Type: x.Type(), NaN: e.doubles.of(x) == perhaps}
}

func constants(list ...plan.Expr) bool {
	_, ok := literals(list)
	return ok
}

// literals returns the values of expressions that are all constants.
func literals(list []plan.Expr) (values []any, ok bool) {
	values = make([]any, len(list))
	for i, x := range list {
		literal, ok := x.(*plan.Literal)
		if !ok {
			return nil, false
		}
		values[i] = literal.Value
	}
	return values, true
}

func paramNames(x *plan.Lambda) []string {
	names := make([]string, len(x.Params))
	for i, p := range x.Params {
		names[i] = column(p.ID)
	}
	return names
}

// lambda returns what renders the body with its parameters as given texts.
func (e *emitter) lambda(in scope, x *plan.Lambda) func(params ...string) (string, error) {
	return func(params ...string) (string, error) {
		inner := scope{}
		for id, text := range in {
			inner[id] = text
		}
		for i, p := range x.Params {
			inner[p.ID] = params[i]
		}
		return e.guard.within(params, func() string { return e.expr(inner, x.Body) }), e.err
	}
}

// emitted writes a call; at is where it stands in the query.
func (e *emitter) emitted(fn *builtin.Overload, c builtin.Call, at token.Span) string {
	text, err := fn.Emit(c)
	switch {
	case err == nil:
		return text
	case at.Start.Line == 0:
		return e.refuse("%w", err)
	case e.err == nil:
		e.err = sqlerr.At(at, "%s", err)
	}
	return "NULL"
}

func (e *emitter) caseOf(in scope, x *plan.Case) string {
	var b strings.Builder
	b.WriteString("CASE")
	for _, w := range x.Whens {
		b.WriteString(" WHEN " + e.expr(in, w.Cond) + " THEN " + e.expr(in, w.Then))
	}
	if x.Else != nil {
		b.WriteString(" ELSE " + e.expr(in, x.Else))
	}
	return b.String() + " END"
}

// like writes the ESCAPE clause only if there is one: without it no character escapes.
func (e *emitter) like(in scope, x *plan.Like) string {
	text, pattern := e.expr(in, x.X)+" LIKE ", e.expr(in, x.Pattern)
	if x.Escape == nil {
		return "(" + text + pattern + ")"
	}
	escape := e.expr(in, x.Escape)
	if !constants(x.Pattern, x.Escape) { // else the analyser has looked
		pattern = "tm_like_pattern(" + pattern + ", " + escape + ")"
	}
	return "(" + text + pattern + " ESCAPE " + escape + ")"
}

func (e *emitter) makeRow(in scope, x *plan.MakeRow) string {
	fields := e.texts(in, x.Items)
	for i, f := range fields {
		fields[i] = "'" + builtin.FieldName(i) + "': " + f
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

func (e *emitter) makeArray(in scope, x *plan.MakeArray) string {
	if len(x.Items) == 0 {
		return "CAST([] AS " + builtin.DuckType(x.T) + ")"
	}
	return "[" + e.list(in, x.Items) + "]"
}

// subscript raises what DuckDB would answer with NULL.
func (e *emitter) subscript(in scope, x *plan.Subscript) string {
	list, at := e.expr(in, x.X), e.expr(in, x.Index)
	return list + "[tm_index(len(" + list + "), " + at + ")]"
}

// subquery writes a relation inside an expression, where the columns in scope are visible.
func (e *emitter) subquery(in scope, q plan.Node) string {
	var text string
	e.inner(in, func() {
		b := e.node(q)
		if b.limit == "" {
			b.order = nil
		}
		text = b.sql(nil)
	})
	return text
}
