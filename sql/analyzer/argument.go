package analyzer

import (
	"slices"

	"tidemark/sql/ast"
	"tidemark/sql/builtin"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// checkConstant refuses a constant argument that a function takes in no row, while its
// place is known. One that is computed first is for the emitter or the run to refuse.
func checkConstant(fn *builtin.Overload, arg int, x plan.Expr, at place) {
	if value, ok := constantOf(x); ok {
		if err := fn.CheckConstant(arg, value); err != nil {
			fail(at.Span(), "%s", err)
		}
	}
}

// constantOf returns the value of a constant expression, of an array of them as []any.
// One that fails has none: the run says why.
func constantOf(x plan.Expr) (value any, ok bool) {
	switch x := x.(type) {
	case *plan.Literal:
		return x.Value, true
	case *plan.MakeArray:
		return constantsOf(x.Items)
	case *plan.Cast:
		if value, ok = constantOf(x.X); !ok || value == nil || !scalar(x.X.Type()) || !scalar(x.To) {
			return nil, ok && value == nil
		}
		converted, err := types.Convert(value, x.X.Type(), x.To)
		return converted, err == nil
	case *plan.Call:
		if !x.Fn.Folds() {
			return nil, false
		}
		args, ok := constantsOf(x.Args)
		if !ok {
			return nil, false
		}
		folded, err := x.Fn.Fold(args)
		return folded, err == nil
	}
	return nil, false
}

func constantsOf(list []plan.Expr) (values []any, ok bool) {
	values = make([]any, len(list))
	for i, x := range list {
		if values[i], ok = constantOf(x); !ok {
			return nil, false
		}
	}
	return values, true
}

// checkDistinctOrder refuses an order within DISTINCT values by anything but them.
func checkDistinctOrder(c *ast.Call, call plan.AggCall) {
	if !call.Distinct {
		return
	}
	for _, k := range call.OrderBy {
		if !slices.ContainsFunc(call.Args, func(arg plan.Expr) bool { return same(uncast(arg), uncast(k.Expr)) }) {
			fail(c.Span(), "For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments")
		}
	}
}

// uncast returns what a cast converts.
func uncast(x plan.Expr) plan.Expr {
	if c, ok := x.(*plan.Cast); ok && !c.Try {
		return uncast(c.X)
	}
	return x
}
