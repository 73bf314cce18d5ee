package builtin

import (
	"errors"
	"fmt"
	"math"

	"tidemark/sql/types"
)

// The fold functions compute with the Go forms of package types: int32 for integer
// and year to month intervals, int64 for bigint, timestamps and day to second
// intervals, float64. They never see NULL.

var errDivisionByZero = errors.New("Division by zero")

func foldSame(args []any) (any, error) { return args[0], nil }

func foldConst(v any) func([]any) (any, error) {
	return func([]any) (any, error) { return v, nil }
}

// swapped exchanges the two arguments.
func swapped(f func([]any) (any, error)) func([]any) (any, error) {
	return func(args []any) (any, error) { return f([]any{args[1], args[0]}) }
}

// arithmetic applies the operation of the arguments' type.
func arithmetic(args []any, whole func(a, b int64) (int64, error), real func(a, b float64) float64) (any, error) {
	switch a := args[0].(type) {
	case float64:
		return real(a, args[1].(float64)), nil
	case int32:
		n, err := whole(int64(a), int64(args[1].(int32)))
		if err == nil && int64(int32(n)) != n {
			err = &types.ErrRange{What: "integer"}
		}
		return int32(n), err
	case int64:
		return whole(a, args[1].(int64))
	}
	return nil, fmt.Errorf("no arithmetic on %T", args[0])
}

func foldAdd(args []any) (any, error) {
	return arithmetic(args, func(a, b int64) (int64, error) { return types.AddInt64(a, b, "bigint") },
		func(a, b float64) float64 { return a + b })
}

func foldSubtract(args []any) (any, error) {
	return arithmetic(args, subtract, func(a, b float64) float64 { return a - b })
}

func subtract(a, b int64) (int64, error) {
	if difference := a - b; (b >= 0) == (difference <= a) {
		return difference, nil
	}
	return 0, &types.ErrRange{What: "bigint"}
}

func foldMultiply(args []any) (any, error) {
	return arithmetic(args, func(a, b int64) (int64, error) { return types.MultiplyInt64(a, b, "bigint") },
		func(a, b float64) float64 { return a * b })
}

func foldDivide(args []any) (any, error) {
	return arithmetic(args, func(a, b int64) (int64, error) {
		switch {
		case b == 0:
			return 0, errDivisionByZero
		case b == -1:
			return subtract(0, a)
		}
		return a / b, nil
	}, func(a, b float64) float64 { return a / b })
}

func foldModulo(args []any) (any, error) {
	return arithmetic(args, func(a, b int64) (int64, error) {
		switch b {
		case 0:
			return 0, errDivisionByZero
		case -1:
			return 0, nil
		}
		return a % b, nil
	}, math.Mod)
}

func foldNegate(args []any) (any, error) {
	switch a := args[0].(type) {
	case float64:
		return -a, nil
	case int32:
		return foldSubtract([]any{int32(0), a})
	}
	return foldSubtract([]any{int64(0), args[0]})
}

func foldConcat(args []any) (any, error) { return args[0].(string) + args[1].(string), nil }
