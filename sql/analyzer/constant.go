package analyzer

import (
	"math"
	"strconv"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// constant returns the value of a literal, and nil for any other expression.
func (a *analyzer) constant(x ast.Expr) plan.Expr {
	switch x := x.(type) {
	case *ast.Null:
		return plan.Null(types.Of(types.Unknown))
	case *ast.Bool:
		return &plan.Literal{Value: x.Value, T: boolean}
	case *ast.String:
		return &plan.Literal{Value: x.Value, T: types.Of(types.Varchar)}
	case *ast.Integer:
		return integer(x, x.Digits)
	case *ast.Float:
		return float(x)
	case *ast.Duration:
		return duration(x, x.Literal)
	case *ast.Interval:
		return interval(x)
	case *ast.Typed:
		return typed(x)
	}
	return nil
}

// integer is a 32-bit constant where it fits, else a 64-bit one.
func integer(at place, digits string) *plan.Literal {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		fail(at.Span(), "Invalid numeric literal: %s", digits)
	}
	if int64(int32(n)) == n {
		return &plan.Literal{Value: int32(n), T: types.Of(types.Integer)}
	}
	return &plan.Literal{Value: n, T: types.Of(types.Bigint)}
}

func float(x *ast.Float) plan.Expr {
	v, err := strconv.ParseFloat(x.Digits, 64)
	if err != nil && !math.IsInf(v, 0) { // too large is infinite, as in Java
		fail(x.Span(), "Invalid numeric literal: %s", x.Digits)
	}
	return &plan.Literal{Value: v, T: types.Of(types.Double)}
}

func duration(at ast.Node, text string) plan.Expr {
	v, t, err := types.ParseDuration(text)
	if err != nil {
		fail(at.Span(), "%s", err)
	}
	return &plan.Literal{Value: v, T: t}
}

func interval(x *ast.Interval) plan.Expr {
	text := x.Value.Value
	if x.Negative {
		if text != "" && text[0] == '-' {
			text = text[1:]
		} else {
			text = "-" + text
		}
	}
	v, t, err := types.ParseInterval(text, x.Unit.Name)
	if err != nil {
		fail(x.Span(), "%s", err)
	}
	return &plan.Literal{Value: v, T: t}
}

// typed reads a string as a value of the type before it.
func typed(x *ast.Typed) plan.Expr {
	t := typeOf(x.Type)
	v, err := types.FromText(t.Kind, x.Value.Value)
	if err != nil {
		fail(x.Span(), "'%s' is not a valid %s literal", x.Value.Value, t)
	}
	return &plan.Literal{Value: v, T: t}
}
