package builtin

import "tidemark/sql/types"

// emitDivide renders / or % as the operator where it cannot fail, on doubles and by
// a constant that is not zero, and else as the macro that raises Division by zero.
func emitDivide(sign, macro string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		if c.Result.Kind == types.Double && sign == "//" {
			return fill("({1} / {2})", c), nil
		}
		if c.Result.Kind == types.Double || nonZero(c.Args[1]) {
			return fill("({1} "+sign+" {2})", c), nil
		}
		return fill(macro+"({1}, {2})", c), nil
	}
}

// nonZero reports a constant integer other than zero.
func nonZero(a Arg) bool {
	switch v := a.Value.(type) {
	case int32:
		return v != 0
	case int64:
		return v != 0
	}
	return false
}
