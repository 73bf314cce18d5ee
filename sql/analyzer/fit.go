package analyzer

import (
	"strconv"

	"tidemark/sql/ast"
	"tidemark/sql/builtin"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// What the name of a type may say and the type itself does not have are the length of
// varchar(n) and the digits p after the second of timestamp(p) and time(p). A value
// is made to fit where it is cast; its type is the one without them.

// maxPrecision is Trino's bound of digits after the second; values have maxDigits.
const (
	maxPrecision = 12
	maxDigits    = 9
)

// length returns n of varchar(n), and nil for other types.
func length(n *ast.TypeName) *ast.Integer {
	if n.Name != "varchar" || len(n.Params) != 1 || n.Params[0].Size == "" {
		return nil
	}
	return &ast.Integer{Place: n.Params[0].Place, Digits: n.Params[0].Size}
}

// digits returns p of timestamp(p) or time(p); ok is false for other types.
func digits(n *ast.TypeName) (p int, ok bool) {
	if n.Name != "timestamp" && n.Name != "time" || len(n.Params) != 1 || n.Params[0].Size == "" {
		return 0, false
	}
	p, err := strconv.Atoi(n.Params[0].Size)
	return p, err == nil && p <= maxPrecision
}

// nanosOf is what the last of so many digits after the second counts.
func nanosOf(digits int) int64 {
	unit := types.Second
	for range min(digits, maxDigits) {
		unit /= 10
	}
	return unit
}

// fits reports a type in whose name nothing has to be made to fit.
func fits(n *ast.TypeName) bool {
	if p, ok := digits(n); ok {
		return p >= maxDigits
	}
	for _, p := range n.Params {
		if p.Type != nil && !fits(p.Type) {
			return false
		}
	}
	return length(n) == nil
}

// fit makes a value fit that was cast from a type to the named one: a text is cut to its
// length, the text of anything else must have it; a time is rounded, half a unit up.
func (a *analyzer) fit(x plan.Expr, n *ast.TypeName, from types.Type) plan.Expr {
	switch t := x.Type(); {
	case fits(n):
		return x
	case t.Kind == types.Varchar && from.Kind == types.Varchar:
		return a.apply("substr", n, x, bigint(1), integer(n, length(n).Digits))
	case t.Kind == types.Varchar:
		return a.apply(":", n, x, integer(n, length(n).Digits))
	case t.Kind == types.Array:
		return a.fitEach(x, n.Params[0].Type, from)
	case t.Kind == types.Row:
		return a.fitRow(x, n, from)
	}
	p, _ := digits(n)
	return a.apply(":", n, x, bigint(nanosOf(p)))
}

func bigint(n int64) *plan.Literal { return &plan.Literal{Value: n, T: types.Of(types.Bigint)} }

// fitEach makes the elements of an array fit.
func (a *analyzer) fitEach(x plan.Expr, elem *ast.TypeName, from types.Type) plan.Expr {
	return a.transform(x, func(e plan.Expr) plan.Expr { return a.fit(e, elem, elementOf(from)) })
}

// transform computes something of each element of an array.
func (a *analyzer) transform(x plan.Expr, of func(elem plan.Expr) plan.Expr) plan.Expr {
	lambda := &plan.Lambda{Params: []plan.Col{a.ids.New("element", *x.Type().Elem)}}
	lambda.Body = of(lambda.Params[0].Ref())
	args := []builtin.ArgType{{Type: x.Type()}, {Lambda: 1}}
	m, err := builtin.Resolve("transform", args, func(int, []types.Type) (types.Type, error) { return lambda.Body.Type(), nil })
	if err != nil {
		panic(err) // transform takes every array
	}
	return plan.NewCall(m, []plan.Expr{x, lambda}, a.now)
}

// fitRow makes the fields of a row fit, which is named first; a NULL row stays one.
func (a *analyzer) fitRow(x plan.Expr, n *ast.TypeName, from types.Type) plan.Expr {
	named := a.transform(&plan.MakeArray{Items: []plan.Expr{x}, T: types.ArrayOf(x.Type())}, func(row plan.Expr) plan.Expr {
		made := &plan.MakeRow{T: x.Type()}
		for i, p := range n.Params {
			was := types.Type{}
			if from.Kind == types.Row {
				was = from.Fields[i].Type
			}
			made.Items = append(made.Items, a.fit(&plan.FieldOf{X: row, Index: i}, p.Type, was))
		}
		return &plan.Case{Whens: []plan.When{{Cond: &plan.IsNull{X: row}, Then: plan.Null(x.Type())}}, Else: made}
	})
	return &plan.Subscript{X: named, Index: bigint(1)}
}

// elementOf is what the elements of an array or a series are; of NULL they are unknown.
func elementOf(t types.Type) types.Type {
	switch t.Kind {
	case types.Array:
		return *t.Elem
	case types.Timeseries:
		return t.Points()
	}
	return types.Type{}
}
