package analyzer

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"tidemark/sql/ast"
	"tidemark/sql/builtin"
	"tidemark/sql/plan"
	"tidemark/sql/token"
	"tidemark/sql/types"
)

// call analyses the call of a function.
func (a *analyzer) call(c *ast.Call, e *env) plan.Expr {
	name := strings.ToLower(c.Name.String())
	if special := a.special(name); special != nil {
		return special(c, e)
	}
	f, ok := builtin.Lookup(name)
	if !ok || len(c.Name.Parts) > 1 {
		unknownFunction(c)
	}
	switch {
	case c.Over != nil:
		return a.windowCall(c, f, e)
	case f.Kind == builtin.Aggregate:
		return a.aggregateCall(c, f, e)
	case f.Kind == builtin.Window:
		fail(c.Span(), "Window function %s requires an OVER clause", name)
	}
	plain(c)
	return a.operator(name, c, e, c.Args...)
}

// unknownFunction stops at a name that no function has.
func unknownFunction(c *ast.Call) {
	_, err := builtin.Resolve(c.Name.String(), nil, nil)
	var why *builtin.Error
	if errors.As(err, &why) && why.Kind == builtin.NotRegistered {
		var known []string
		for _, f := range builtin.Functions() {
			known = append(known, f.Name)
		}
		fail(c.Span(), "%s%s", why.Text, suggestion("", c.Name.String(), "", known))
	}
	failResolve(c, err)
}

// plain refuses what only aggregates may have.
func plain(c *ast.Call) {
	name := c.Name.String()
	switch {
	case c.Star:
		fail(c.Span(), "* is not an argument of function %s", name)
	case c.Quantifier == ast.Distinct:
		fail(c.Span(), "DISTINCT is not supported for non-aggregation functions")
	case c.Filter != nil:
		fail(c.Span(), "Filter is only valid for aggregation functions")
	case c.OrderBy != nil:
		fail(c.Span(), "ORDER BY is only valid for aggregation functions")
	case c.Nulls != ast.NullsUnstated:
		fail(c.Span(), "Cannot specify null treatment for function %s", name)
	}
}

// special returns the analysis of the calls that depend on more than types.
func (a *analyzer) special(name string) func(*ast.Call, *env) plan.Expr {
	switch name {
	case "typeof":
		return a.typeOfCall
	case "parse_duration":
		return a.parseDuration
	case "nullif":
		return a.nullif
	case "if":
		return a.ifCall
	case "coalesce":
		return a.coalesce
	}
	return nil
}

// typeOfCall is known without running the query. A text constant knows its length.
func (a *analyzer) typeOfCall(c *ast.Call, e *env) plan.Expr {
	plain(c)
	if len(c.Args) != 1 {
		fail(c.Span(), "Unexpected parameters for function typeof. Expected: typeof(T)")
	}
	text := a.expr(c.Args[0], e).Type().String()
	if s, ok := c.Args[0].(*ast.String); ok {
		text = fmt.Sprintf("varchar(%d)", utf8.RuneCountInString(s.Value))
	}
	return &plan.Literal{Value: text, T: varchar}
}

// parseDuration reads a constant at once, because its unit decides the type.
func (a *analyzer) parseDuration(c *ast.Call, e *env) plan.Expr {
	plain(c)
	if len(c.Args) == 1 {
		if s, ok := c.Args[0].(*ast.String); ok {
			return duration(s, s.Value)
		}
	}
	return a.operator("parse_duration", c, e, c.Args...)
}

// operator analyses the arguments of a scalar function or of an operator, and the call.
func (a *analyzer) operator(name string, at place, e *env, args ...ast.Expr) plan.Expr {
	m, exprs := a.match(name, at, e, args)
	call := plan.NewCall(m, exprs, a.now)
	call.At = at.Span()
	return call
}

// apply calls a scalar function on arguments that are analysed.
func (a *analyzer) apply(name string, at place, args ...plan.Expr) plan.Expr {
	m, err := builtin.Resolve(name, builtin.Of(typesOf(args)...), nil)
	if err != nil {
		failResolve(at, err)
	}
	call := plan.NewCall(m, args, a.now)
	call.At = at.Span()
	return call
}

// match analyses arguments, picks the overload for them and coerces them to what it
// wants. The bodies of lambdas are analysed once their parameters have types.
func (a *analyzer) match(name string, at place, e *env, args []ast.Expr) (builtin.Match, []plan.Expr) {
	exprs, kinds := make([]plan.Expr, len(args)), make([]builtin.ArgType, len(args))
	for i, x := range args {
		if l, ok := x.(*ast.Lambda); ok {
			kinds[i].Lambda = arity(l)
			continue
		}
		exprs[i] = a.expr(x, e)
		kinds[i].Type = exprs[i].Type()
	}
	m, err := builtin.Resolve(name, kinds, func(i int, params []types.Type) (types.Type, error) {
		exprs[i] = a.lambda(args[i].(*ast.Lambda), params, e)
		return exprs[i].Type(), nil
	})
	if err != nil {
		failResolve(at, err)
	}
	checkType(m.Result, at)
	for i := range exprs {
		exprs[i] = coerce(exprs[i], m.Args[i], args[i])
		checkConstant(m.Overload, i, exprs[i], args[i])
	}
	return m, exprs
}

func failResolve(at place, err error) {
	var why *builtin.Error
	if !errors.As(err, &why) {
		stop(fmt.Errorf("resolve function: %w", err))
	}
	fail(at.Span(), "%s", why.Text)
}

func arity(l *ast.Lambda) int {
	if len(l.Params) == 0 {
		unsupported(l, "A lambda without arguments")
	}
	return len(l.Params)
}

// lambda analyses the body of a lambda, which sees its parameters before all else.
func (a *analyzer) lambda(l *ast.Lambda, params []types.Type, e *env) plan.Expr {
	bounded(e.lambdas+1, maxLambdas, "lambdas inside each other", l)
	out := &plan.Lambda{}
	var fields []field
	for i, p := range l.Params {
		col := a.ids.New(p.Name, params[i])
		out.Params = append(out.Params, col)
		fields = append(fields, field{col: col, name: p.Name, given: true})
	}
	out.Body = a.expr(l.Body, &env{scope: e.scope.inner(fields), clause: "Lambda expression", lambda: true, lambdas: e.lambdas + 1})
	return out
}

// aggregateCall takes the call of an aggregate out of its expression; equal calls are
// computed once.
func (a *analyzer) aggregateCall(c *ast.Call, f *builtin.Function, e *env) plan.Expr {
	if e.calls == nil {
		e.refuse(c)
	}
	if c.Nulls != ast.NullsUnstated {
		fail(c.Span(), "Cannot specify null treatment for aggregate function %s", f.Name)
	}
	call := a.aggArgs(c, f, &env{scope: e.scope, clause: e.clause, inside: f.Name})
	for _, known := range e.calls.aggs[max(0, len(e.calls.aggs)-maxAlike):] {
		if sameAggregate(known.Call, call) {
			return known.Col.Ref()
		}
	}
	col := a.ids.New(ast.Print(c), call.Result)
	e.calls.aggs = append(e.calls.aggs, plan.AggAssign{Col: col, Call: call})
	return col.Ref()
}

// aggArgs analyses the arguments and modifiers of an aggregate, whose names mean what
// they mean in inner.
func (a *analyzer) aggArgs(c *ast.Call, f *builtin.Function, inner *env) plan.AggCall {
	if c.Star && f.Name != "count" {
		fail(c.Span(), "* is not an argument of function %s", f.Name)
	}
	m, args := a.match(f.Name, c, inner, c.Args)
	call := plan.AggCall{Fn: m.Overload, Args: args, Result: m.Result, Distinct: c.Quantifier == ast.Distinct, At: c.Span()}
	for _, x := range args {
		if call.Distinct && !x.Type().Comparable() {
			fail(c.Span(), "DISTINCT can only be applied to comparable types (actual: %s)", x.Type())
		}
	}
	if c.Filter != nil {
		call.Filter = a.condition(c.Filter, inner, "Type of aggregation FILTER expression must be boolean (actual: %s)")
	}
	call.OrderBy = a.sortBy(c.OrderBy, inner)
	checkDistinctOrder(c, call)
	return call
}

// sortBy analyses an ORDER BY whose numbers are constants, not columns.
func (a *analyzer) sortBy(items []*ast.SortItem, e *env) []plan.SortKey {
	var keys []plan.SortKey
	for i, it := range items {
		bounded(i, maxKeys, "keys in ORDER BY", it)
		x := a.expr(it.X, e)
		orderable(it, x)
		keys = append(keys, plan.SortKey{Expr: x, Desc: it.Desc, NullsFirst: it.Nulls == ast.NullsFirst})
	}
	return keys
}

// unary analyses a sign. That of a number belongs to it: -2147483648 is an integer,
// and the smallest bigint exists only so.
func (a *analyzer) unary(x *ast.Unary, e *env) plan.Expr {
	if n, ok := x.X.(*ast.Integer); ok && x.Op == token.Minus {
		return integer(x, "-"+n.Digits)
	}
	return a.operator(x.Op.String(), x, e, x.X)
}
