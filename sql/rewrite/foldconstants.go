package rewrite

import (
	"slices"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// foldConstants computes calls and casts whose operands are constants.
//
//	Filter time > now() - 3 * 5m       =>  Filter time > 11:45
//	Filter time > CAST('2026' AS ...)  =>  the same: what fails is left to fail at run time
//
// The emitter relies on it for arguments that must be constant, such as units.
func foldConstants(root plan.Node) plan.Node {
	return plan.RewriteAll(root, nil, fold)
}

func fold(e plan.Expr) plan.Expr {
	switch e := e.(type) {
	case *plan.Call:
		return foldCall(e)
	case *plan.Cast:
		return foldCast(e)
	}
	return e
}

func foldCall(e *plan.Call) plan.Expr {
	if !e.Fn.Folds() || e.Fn.Volatile {
		return e
	}
	args := make([]any, len(e.Args))
	for i, a := range e.Args {
		l, ok := a.(*plan.Literal)
		if !ok {
			return e
		}
		args[i] = l.Value
	}
	v, err := e.Fn.Fold(args)
	if err != nil {
		return e
	}
	return &plan.Literal{Value: v, T: e.Result}
}

func foldCast(e *plan.Cast) plan.Expr {
	l, ok := e.X.(*plan.Literal)
	if !ok || !scalar(e.To) {
		return e
	}
	if l.Value == nil {
		return plan.Null(e.To)
	}
	v, err := types.Convert(l.Value, l.T, e.To)
	switch {
	case err == nil:
		return &plan.Literal{Value: v, T: e.To}
	case e.Try:
		return plan.Null(e.To)
	}
	return e
}

func scalar(t types.Type) bool {
	return !slices.Contains([]types.Kind{types.Array, types.Row, types.Timeseries}, t.Kind)
}
