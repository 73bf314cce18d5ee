package analyzer

import (
	"strconv"
	"strings"
	"time"

	"tidemark/sql/ast"
	"tidemark/sql/builtin"
	"tidemark/sql/plan"
	"tidemark/sql/sqlerr"
	"tidemark/sql/types"
)

var boolean = types.Of(types.Boolean)

// expr analyses an expression.
func (a *analyzer) expr(x ast.Expr, e *env) plan.Expr {
	a.spend(1, x)
	if l := a.constant(x); l != nil {
		return l
	}
	if c := a.predicate(x, e); c != nil {
		return c
	}
	switch x := x.(type) {
	case *ast.Name:
		return a.name(x, e)
	case *ast.Field:
		return a.field(x, e)
	case *ast.Subscript:
		return a.subscript(x, e)
	case *ast.Unary:
		return a.unary(x, e)
	case *ast.Binary:
		return a.operator(x.Op.String(), x.OpAt, e, x.Left, x.Right)
	case *ast.Call:
		return a.call(x, e)
	case *ast.Case:
		return a.caseExpr(x, e)
	case *ast.Cast:
		return a.cast(x, e)
	case *ast.Extract:
		return a.extract(x, e)
	case *ast.Position:
		return a.operator("strpos", x, e, x.Haystack, x.Needle)
	}
	return a.constructed(x, e)
}

// constructed analyses the constructors and what is no value of its own.
func (a *analyzer) constructed(x ast.Expr, e *env) plan.Expr {
	switch x := x.(type) {
	case *ast.Array:
		return a.array(x, e)
	case *ast.Row:
		items := a.exprs(x.Elems, e)
		return &plan.MakeRow{Items: items, T: checkType(rowType(items), x)}
	case *ast.Current:
		return a.current(x, e)
	case *ast.Subquery:
		return a.scalarQuery(x, e)
	case *ast.Grouping:
		return a.groupingCall(x, e)
	case *ast.AtTimeZone:
		stop(sqlerr.At(x.OpAt.Span(), "AT TIME ZONE is not supported: timestamps are in UTC and have no zone"))
	case *ast.Param:
		return a.param(x)
	case *ast.Lambda:
		fail(x.Span(), "Lambda expression should always be used inside a function")
	}
	fail(x.Span(), "'%s' is not an expression", ast.Print(x))
	return nil
}

// current is a value of the clock. Its precision rounds it; the instant has milliseconds
// at most, so that 3 digits or more change nothing.
func (a *analyzer) current(x *ast.Current, e *env) plan.Expr {
	name := strings.ToLower(x.Word.String())
	if x.Precision == nil {
		return a.operator(name, x, e)
	}
	p, err := strconv.Atoi(x.Precision.Digits)
	if err != nil || p > maxPrecision {
		fail(x.Precision.Span(), "%s precision must be in range [0, %d]: %s", x.Word, maxPrecision, x.Precision.Digits)
	}
	call := a.operator(name, x, e).(*plan.Call)
	call.Args[0] = &plan.Literal{Value: time.Unix(0, a.now).Round(time.Duration(nanosOf(p))).UnixNano(), T: types.Of(types.Timestamp)}
	return call
}

// param is the value that the caller gave the parameter.
func (a *analyzer) param(x *ast.Param) plan.Expr {
	l, ok := a.params[x.Name]
	if !ok {
		fail(x.Span(), "Parameter '@%s' has no value here", x.Name)
	}
	return l
}

func (a *analyzer) exprs(list []ast.Expr, e *env) []plan.Expr {
	out := make([]plan.Expr, len(list))
	for i, x := range list {
		out[i] = a.expr(x, e)
	}
	return out
}

// name resolves a bare name: in ORDER BY to a column of the result, then to a
// column of this query or of one around it.
func (a *analyzer) name(x *ast.Name, e *env) plan.Expr {
	if out := e.output(&x.Ident, false); out != nil {
		a.spend(out.size, x)
		return out.expr
	}
	if c, ok := e.scope.column(&x.Ident); ok {
		return c
	}
	if out := e.output(&x.Ident, true); out != nil {
		a.spend(out.size, x)
		return out.expr
	}
	missing(x, x.Name, e, x.Quoted)
	return nil
}

// missing stops at a name that nothing has. One in double quotes, which is like nothing
// else, was perhaps meant as a text.
func missing(at ast.Node, name string, e *env, quoted bool) {
	if e.missing != "" {
		fail(at.Span(), e.missing, name)
	}
	hint := e.suggest(name)
	if hint == "" && quoted {
		hint = ". Double quotes stand around names, single ones around text"
	}
	fail(at.Span(), "Column '%s' does not exist%s", name, hint)
}

// names returns the parts of a name with points, and nil for anything else.
func names(x ast.Expr) []*ast.Ident {
	switch x := x.(type) {
	case *ast.Name:
		return []*ast.Ident{&x.Ident}
	case *ast.Field:
		if left := names(x.X); left != nil {
			return append(left, x.Name)
		}
	}
	return nil
}

// field resolves a name with points: as much of its start as names a column, the
// rest being fields of rows.
func (a *analyzer) field(x *ast.Field, e *env) plan.Expr {
	parts := names(x)
	if parts == nil {
		return rowField(a.expr(x.X, e), x.Name, x)
	}
	found, rest := a.prefix(x, parts, e)
	for _, part := range rest {
		found = rowField(found, part, x)
	}
	return found
}

// prefix finds the column that the first parts of a name mean.
func (a *analyzer) prefix(x *ast.Field, parts []*ast.Ident, e *env) (found plan.Expr, rest []*ast.Ident) {
	if len(parts) > 2 {
		if f := e.scope.qualified(x, parts[0].Name, parts[1].Name, parts[2]); f != nil {
			return f.col.Ref(), parts[3:]
		}
	}
	if f := e.scope.qualified(x, "", parts[0].Name, parts[1]); f != nil {
		return f.col.Ref(), parts[2:]
	}
	if c, ok := e.scope.column(parts[0]); ok {
		return c, parts[1:]
	}
	missing(x, (&ast.QName{Parts: parts}).String(), e, false)
	return nil, nil
}

// rowField reads a field of a row by its name.
func rowField(x plan.Expr, name *ast.Ident, at ast.Node) plan.Expr {
	t := x.Type()
	if t.Kind != types.Row {
		fail(at.Span(), "Column '%s' does not exist", ast.Print(at))
	}
	folded, several := -1, false
	for i, f := range t.Fields {
		if f.Name == name.Name {
			return &plan.FieldOf{X: x, Index: i}
		}
		if f.Name != "" && strings.EqualFold(f.Name, name.Name) {
			folded, several = i, folded >= 0
		}
	}
	if folded < 0 || several {
		fail(name.Span(), "Field '%s' does not exist in %s", name.Name, t)
	}
	return &plan.FieldOf{X: x, Index: folded}
}

// subscript analyses array[i] and row[constant].
func (a *analyzer) subscript(x *ast.Subscript, e *env) plan.Expr {
	of, index := a.expr(x.X, e), a.expr(x.Index, e)
	t := of.Type()
	if t.Kind == types.Timeseries {
		t = types.ArrayOf(t.Points())
		of = plan.Coerce(of, t)
	}
	_, whole := types.Coerce(index.Type(), types.Of(types.Bigint))
	if !whole || t.Kind != types.Array && t.Kind != types.Row {
		fail(x.Span(), "Cannot use %s for subscript of %s", index.Type(), t)
	}
	if t.Kind == types.Row {
		return rowSubscript(x, of, index)
	}
	return &plan.Subscript{X: of, Index: coerce(index, types.Of(types.Bigint), x.Index)}
}

func rowSubscript(x *ast.Subscript, of, index plan.Expr) plan.Expr {
	l, ok := index.(*plan.Literal)
	if !ok {
		fail(x.Index.Span(), "Subscript expression on ROW requires a constant index")
	}
	i, ok := l.Value.(int32)
	if !ok || i < 1 || int(i) > len(of.Type().Fields) {
		fail(x.Index.Span(), "Invalid subscript index: %s. ROW indices are from 1 to %d", ast.Print(x.Index), len(of.Type().Fields))
	}
	return &plan.FieldOf{X: of, Index: int(i) - 1}
}

// array gives every element the type that all of them fit.
func (a *analyzer) array(x *ast.Array, e *env) plan.Expr {
	items := a.exprs(x.Elems, e)
	elem := types.Of(types.Unknown)
	for i, it := range items {
		t, ok := types.Common(elem, it.Type())
		if !ok {
			fail(x.Elems[i].Span(), "All ARRAY elements must be the same type: %s", elem)
		}
		elem = t
	}
	for i := range items {
		items[i] = coerce(items[i], elem, x.Elems[i])
	}
	return &plan.MakeArray{Items: items, T: types.ArrayOf(elem)}
}

func rowType(items []plan.Expr) types.Type {
	fields := make([]types.Field, len(items))
	for i, it := range items {
		fields[i].Type = it.Type()
	}
	return types.RowOf(fields...)
}

// caseExpr writes the form with an operand as equalities.
func (a *analyzer) caseExpr(x *ast.Case, e *env) plan.Expr {
	c := &plan.Case{}
	var results []plan.Expr
	var ats []ast.Expr
	for _, w := range x.Whens {
		c.Whens = append(c.Whens, plan.When{Cond: a.whenCond(x, w, e)})
		results, ats = append(results, a.expr(w.Then, e)), append(ats, w.Then)
	}
	if x.Else != nil {
		results, ats = append(results, a.expr(x.Else, e)), append(ats, x.Else)
	}
	results = common(results, ats, "All CASE results must be the same type or coercible to a common type. Cannot find common type between %s and %s")
	for i := range c.Whens {
		c.Whens[i].Then = results[i]
	}
	if x.Else != nil {
		c.Else = results[len(results)-1]
	}
	return c
}

func (a *analyzer) whenCond(x *ast.Case, w *ast.When, e *env) plan.Expr {
	if x.Operand == nil {
		return a.condition(w.Cond, e, "CASE WHEN clause must evaluate to a boolean (actual: %s)")
	}
	l, r := a.expr(x.Operand, e), a.expr(w.Cond, e)
	t, ok := types.Common(l.Type(), r.Type())
	if !ok || !t.Comparable() {
		fail(w.Cond.Span(), "CASE operand type does not match WHEN clause operand type: %s vs %s", l.Type(), r.Type())
	}
	return &plan.Compare{Op: plan.Equal, L: coerce(l, t, x.Operand), R: coerce(r, t, w.Cond)}
}

// cast analyses CAST and TRY_CAST.
func (a *analyzer) cast(x *ast.Cast, e *env) plan.Expr {
	of, to := a.expr(x.X, e), checkType(typeOf(x.Type), x.Type)
	if !types.CanCast(of.Type(), to) {
		fail(x.Span(), "Cannot cast %s to %s", of.Type(), to)
	}
	var out plan.Expr = &plan.Cast{X: of, To: to, Try: x.Try}
	if of.Type().Equal(to) {
		out = of
	}
	if fits(x.Type) {
		return out
	}
	out = a.fit(out, x.Type, of.Type())
	if x.Try {
		return a.apply("try", x, out)
	}
	return out
}

func (a *analyzer) extract(x *ast.Extract, e *env) plan.Expr {
	name, ok := builtin.ExtractField(x.Field.Name)
	if !ok {
		fail(x.Field.Span(), "Invalid EXTRACT field: %s", x.Field.Name)
	}
	return a.operator(name, x, e, x.X)
}
